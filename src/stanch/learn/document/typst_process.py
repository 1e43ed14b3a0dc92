"""The process that sets one PDF: a document as JSON on stdin, the PDF on stdout. Run by ``pdf``."""

import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

MOST_BYTES = 3 * 2**30


def main() -> None:
    """Set the document that stands on stdin."""
    import typst

    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    given = json.load(sys.stdin.buffer)
    template: Any = (Path(__file__).parent / given["template"]).read_bytes()
    # The document is data: the template prints its strings, so that nothing in them is markup.
    with tempfile.TemporaryDirectory() as root:
        sys.stdout.buffer.write(
            typst.compile(
                template,
                root=root,
                ignore_system_fonts=True,
                sys_inputs={"d": json.dumps(given["document"])},
                timestamp=given["timestamp"],
            )
        )


if __name__ == "__main__":
    main()
