"""The war room's panels: a file here and a template of the same name each, found by scanning this folder.

A panel declares its place and the variables of its template. The page refers to no panel by name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache

from stanch.web.room.panel import Panel, Place, Refused, View

__all__ = ["Panel", "Place", "Refused", "View", "panels", "stands_in_a_panel"]


@lru_cache(maxsize=1)
def panels() -> Mapping[Place, list[Panel]]:
    """Every panel by place, in order."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    found = sorted((module.PANEL for module in modules if hasattr(module, "PANEL")), key=lambda panel: panel.order)
    places: tuple[Place, ...] = ("head", "now", "stream", "side")
    return {place: [panel for panel in found if panel.place == place] for place in places}


def stands_in_a_panel(command: str) -> bool:
    """Whether a form of this command that was refused is shown again where it stood in the war room."""
    return any(command in panel.forms for found in panels().values() for panel in found)
