"""Every R33, P4, B3 and formats/06 that code, tests and docs cite can be followed."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
ROWS = re.compile(r"(?<![\w/.-])([RPB][1-9]\d?)(?![\w-])")
FORMATS = re.compile(r"formats/(\d\d)(\.\d+)?")
# These use such words with a meaning of their own: severities of foreign tools, product names.
FOREIGN = {DOCS / "formats", DOCS / "reference"}


def prose(path: Path) -> str:
    """A page's text, or the comments and docstrings of a Python or SQL file."""
    text = path.read_text()
    if path.suffix == ".py":
        return "\n".join([*re.findall(r"# .*", text), *re.findall(r'"""(.*?)"""', text, re.DOTALL)])
    if path.suffix == ".sql":
        return "\n".join(re.findall(r"--.*", text))
    return text


def cited() -> dict[str, Path]:
    """Each citation and one file that has it."""
    found: dict[str, Path] = {}
    folders = [path for name in ("src", "tests", "bench", "docs") for path in sorted((ROOT / name).rglob("*"))]
    for path in [*folders, *sorted(ROOT.glob("*.md"))]:
        if path.suffix in (".py", ".sql", ".md") and not FOREIGN & {*path.parents}:
            text = prose(path)
            found |= dict.fromkeys(ROWS.findall(text), path)
            found |= {f"formats/{number}{section}": path for number, section in FORMATS.findall(text)}
    return found


def targets() -> set[str]:
    """The rows of the requirements and the promises, the format notes and their sections."""
    rows = re.findall(r"^\| (R\d+) ", (DOCS / "requirements.md").read_text(), re.MULTILINE)
    promises = (DOCS / "promises.md").read_text()
    rows += re.findall(r"^(?:- \*\*|\| )([PB]\d+)\b", promises, re.MULTILINE)
    sections = [
        f"formats/{int(number):02}{section}"
        for path in (DOCS / "formats").glob("[0-9]*.md")
        for number, section in re.findall(r"^#+ (\d+)(\.\d+)?", path.read_text(), re.MULTILINE)
    ]
    return {*rows, *(f"formats/{path.name[:2]}" for path in (DOCS / "formats").glob("[0-9]*.md")), *sections}


def test_each_citation_has_its_target() -> None:
    known, found = targets(), cited()
    assert len(found) > 50 and {"R50", "P4", "B3", "formats/06", "formats/10.2"} <= known
    assert {key: str(path.relative_to(ROOT)) for key, path in found.items() if key not in known} == {}
