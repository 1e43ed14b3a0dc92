"""An integration describes itself, and what it says is true."""

import ast
import inspect
import textwrap

import msgspec
import pytest

from stanch.kernel.errors import Invalid
from stanch.main import integrations, load_world
from stanch.ports import World
from stanch.ports.integration import CAPABILITIES, PORTS

ALL = sorted(integrations().items())
NAMES = [name for name, _ in ALL]


def only_refuses(method: object) -> bool:
    """Whether a method does nothing but raise, or answer with nothing, after its docstring."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(method))).body  # type: ignore[arg-type]
    assert isinstance(function, ast.FunctionDef)
    body = [line for line in function.body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))]
    return len(body) == 1 and (isinstance(body[0], ast.Raise) or ast.unparse(body[0]) == "return []")


def built(name: str) -> object:
    integration = integrations()[name]
    values = {field.name: ["x"] if field.name == "files" else "http://127.0.0.1:1" for field in integration.fields() if field.required}  # fmt: skip
    values |= {"enabled": True} if name == "browser" else {}  # it is off by default
    adapter = integration.build(msgspec.convert(values, integration.settings))
    return adapter[0] if isinstance(adapter, list) else adapter


def test_a_port_is_one_field_of_the_world() -> None:
    assert set(PORTS) == set(World.__struct_fields__)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_has_a_help_that_is_a_sentence(name: str) -> None:
    for field in integrations()[name].fields():
        assert (field.help.endswith(".") and field.help[0] == field.help[0].upper()) or field.help.startswith("'"), (
            field
        )
        assert field.label and (field.required or field.default), field


@pytest.mark.parametrize("name", NAMES)
def test_the_capabilities_are_those_of_what_is_built(name: str) -> None:
    integration, adapter = integrations()[name], built(name)
    found = {
        "answers": hasattr(adapter, "check") and integration.port == "sources",
        "mapping": hasattr(adapter, "try_mapping"),
        "offers": integration.port == "mitigators" and not only_refuses(type(adapter).offers),  # type: ignore[attr-defined]
        "history": integration.port == "metrics" and not only_refuses(type(adapter).series),  # type: ignore[attr-defined]
        "labels": integration.port == "metrics" and not only_refuses(type(adapter).by_label),  # type: ignore[attr-defined]
    }
    assert set(found) == set(CAPABILITIES)
    assert {name for name, able in found.items() if able} == set(integration.capabilities)


def test_an_unknown_setting_is_refused_with_its_place() -> None:
    with pytest.raises(Invalid, match="hots"):
        load_world({"smtp": {"hots": "mail.example.org", "sender": "a@example.org"}})
