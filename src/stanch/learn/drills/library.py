"""The scripts: those that come with the product, and the organisation's own in its catalog."""

from functools import lru_cache
from pathlib import Path

from stanch.kernel.drill_script import Script
from stanch.kernel.errors import NotFound
from stanch.kernel.policy import Policy
from stanch.prepare.oncall.people import meant
from stanch.prepare.yaml_file import convert, read_yaml


@lru_cache(maxsize=1)
def shipped() -> dict[str, Script]:
    """Every script of this folder by its file's name."""
    paths = sorted((Path(__file__).parent / "scripts").glob("*.yaml"))
    return {path.stem: convert(read_yaml(path), Script, path.name) for path in paths}


def scripts(policy: Policy) -> dict[str, Script]:
    """Every script; one of the organisation's own hides ours of the same name."""
    return {**shipped(), **policy.drills}


def named(policy: Policy, name: str) -> Script:
    """One of them. Raises ``NotFound`` with what was probably meant."""
    every = scripts(policy)
    if name not in every:
        hint = meant(name, every) or f"There are: {', '.join(sorted(every))}."
        raise NotFound(f"There is no drill '{name}'.", field="script", hint=hint)
    return every[name]
