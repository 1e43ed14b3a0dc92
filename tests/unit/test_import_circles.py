"""No import circle, imports inside functions and for types alone included: whoever reads a file can begin at the bottom."""

import ast
from pathlib import Path

import stanch

ROOT = Path(stanch.__file__).parent


def modules(root: Path) -> dict[str, Path]:
    """Every module below a package's folder by its dotted name."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = [root.name, *path.relative_to(root).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(tree: ast.AST, known: set[str]) -> set[str]:
    """The modules that a file names: by ``import``, by ``from``, and by a literal given to ``import_module``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            if any(f"{node.module}.{alias.name}" not in known for alias in node.names):
                found.add(str(node.module))
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            found |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return found & known


def graph(root: Path) -> dict[str, set[str]]:
    """Which module names which others."""
    paths = modules(root)
    return {name: imported(ast.parse(path.read_text()), set(paths)) - {name} for name, path in paths.items()}


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules each of which reaches the others."""
    reached = {name: _reach(edges, name) for name in edges}
    groups = {tuple(sorted(o for o in reached[name] if name in reached[o])) for name in edges if name in reached[name]}
    return [list(group) for group in sorted(groups)]


def _reach(edges: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(edges[name])
    return seen


def test_a_circle_is_found_however_it_is_written(tmp_path: Path) -> None:
    root = tmp_path / "house"
    root.mkdir()
    (root / "__init__.py").write_text("")
    (root / "a.py").write_text("from house import b\n")
    (root / "b.py").write_text("def late():\n    from house.c import thing\n")
    (root / "c.py").write_text("if TYPE_CHECKING:\n    import house.d\n")
    (root / "d.py").write_text("import_module('house.a')\n")
    (root / "e.py").write_text("import house.a\n")
    assert circles(graph(root)) == [["house.a", "house.b", "house.c", "house.d"]]


def test_there_is_no_import_circle() -> None:
    assert circles(graph(ROOT)) == []
