"""`python -m sim.validation documents [FOLDER]`: write the generated documents; `docs` if no folder is given.

`python -m sim.validation impact RESULTS [FILE]`: from the results folder of `ripple sensitivity --study impact`, the table of
impacts; to standard output, or into FILE (`sim/validation/data/impact.csv`).
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    command, *given = arguments or [""]
    if command == "documents" and len(given) <= 1:
        return _documents(Path(given[0]) if given else Path("docs"))
    if command == "impact" and 1 <= len(given) <= 2:
        return _impact(*map(Path, given))
    print(__doc__, file=sys.stderr)
    return 2


def _documents(folder: Path) -> int:
    from sim.validation.documents import write

    if not (folder / "odd.md").is_file():
        print(f"{folder}: there is no odd.md; give the folder of the documents", file=sys.stderr)
        return 2
    for path in write(folder):
        print(path)
    return 0


def _impact(results: Path, file: Path | None = None) -> int:
    from sim.validation.impact import impact_table

    try:
        text = impact_table(results)
        if file is not None:
            file.write_text(text, "utf-8")
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(text if file is None else file, end="" if file is None else "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
