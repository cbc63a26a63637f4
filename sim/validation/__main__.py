"""`python -m sim.validation documents [FOLDER]`: write the generated documents; `docs` if no folder is given."""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    from sim.validation.documents import write

    if not arguments or arguments[0] != "documents" or len(arguments) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[1]) if len(arguments) == 2 else Path("docs")
    if not (folder / "odd.md").is_file():
        print(f"{folder}: there is no odd.md; give the folder of the documents", file=sys.stderr)
        return 2
    for path in write(folder):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
