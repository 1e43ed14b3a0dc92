"""What a mitigation of the example organisation does: ``python -m stanch.demo.year.lever FOLDER SERVICE NAME [--undo]``."""

import sys
from pathlib import Path


def main(folder: str, service: str, name: str, undo: str = "") -> None:
    """The meter reads the file: where a lever is pulled, the service works again."""
    file = Path(folder) / f"{service}.{name}"
    file.parent.mkdir(parents=True, exist_ok=True)
    if undo:
        file.unlink(missing_ok=True)
    else:
        file.touch()
    print(f"{service}: {name} {'taken back' if undo else 'done'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
