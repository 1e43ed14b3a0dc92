"""Features plug in by their manifests: each command, effect handler and timer is declared exactly once."""

import ast
import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import stanch
from stanch.db.locks import Lock
from stanch.main import FEATURES, features
from stanch.timeline.effects import EffectHandler
from stanch.timeline.feature import Timer, Wiring, together

ROOT = Path(stanch.__file__).parent
WIRINGS = [feature.wiring() for feature in features()]


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the product by its dotted name."""
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(("stanch", *path.relative_to(ROOT).with_suffix("").parts))
        yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def registers_a_command(tree: ast.Module) -> bool:
    called = [d.func for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for d in node.decorator_list if isinstance(d, ast.Call)]  # fmt: skip
    return any(isinstance(func, ast.Name) and func.id == "command" for func in called)


def handlers() -> set[type[EffectHandler]]:
    """Every class of the product that handles a kind of effect."""
    for module in pkgutil.walk_packages(stanch.__path__, "stanch."):
        if module.name.split(".")[1] in FEATURES:
            importlib.import_module(module.name)
    found, waiting = set(), [EffectHandler]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("stanch.") and "kind" in vars(kind):
                found.add(kind)
    return found


def test_every_module_with_a_command_is_declared_by_one_feature() -> None:
    declared = Counter(module for feature in features() for module in feature.commands)
    assert declared == dict.fromkeys((name for name, tree in trees() if registers_a_command(tree)), 1)


def test_every_effect_handler_is_declared_once_and_each_kind_has_one() -> None:
    declared = Counter(handler for wiring in WIRINGS for handler in wiring.handlers)
    assert declared == dict.fromkeys(handlers(), 1)
    assert set(Counter(handler.kind for handler in handlers()).values()) == {1}


def test_every_kind_of_effect_that_is_written_has_its_handler() -> None:
    known = {handler.kind for handler in handlers()}
    written = {node.args[1].value for _, tree in trees() for node in calls(tree, "effect") if isinstance(node.args[1], ast.Constant)}  # fmt: skip
    assert written and written <= known


def test_every_timer_that_is_set_is_declared_once_and_none_in_vain() -> None:
    keys = {node.args[0].value for _, tree in trees() for node in calls(tree, "timer") if isinstance(node.args[0], ast.Constant)}  # fmt: skip
    assert Counter(key for wiring in WIRINGS for key in wiring.timers) == dict.fromkeys(keys, 1)


def calls(tree: ast.Module, method: str) -> Iterator[ast.Call]:
    """Calls of ``uow.<method>`` with more than a key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "uow" and len(node.args) > 1:
                yield node


def test_two_features_with_the_same_timer_are_refused() -> None:
    one = Wiring(timers={"signals": Timer(lambda uow: None)})
    with pytest.raises(ValueError, match="'signals' is declared twice"):
        together([one, one])


def test_the_composition_root_names_a_feature_in_its_list_and_nothing_of_what_it_holds() -> None:
    imported = {
        str(node.module).removeprefix("stanch.").split(".")[0]
        for node in ast.walk(ast.parse((ROOT / "main.py").read_text()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("stanch.")
    }
    # The engine, the digester and the configuration are parts of the composition itself.
    assert imported & set(FEATURES) <= {"prepare", "detect", "engine"}


def test_the_numbers_of_advisory_locks_are_distinct_and_written_in_one_place() -> None:
    numbers = [lock.value for lock in Lock.__members__.values()]
    assert len(set(numbers)) == len(numbers) >= 4
    stray = [name for name, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)
             and isinstance(node.value, int) and 7_823_000 < node.value < 7_824_000 and name != "stanch.db.locks"]  # fmt: skip
    assert stray == []
    taken = [name for name, tree in trees() if name != "stanch.db.transaction" and any("pg_advisory" in text for text in strings(tree))]  # fmt: skip
    assert taken == [], "locks are taken by Transaction.one_at_a_time only"


def strings(tree: ast.Module) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
