"""`python -m sim.validation documents [FOLDER]`: write the generated documents; `docs` if no folder is given.

`python -m sim.validation impact RESULTS [FILE]`: from the results folder of `ripple sensitivity --study impact`, the table of
impacts; to standard output, or into FILE (`sim/validation/data/impact.csv`).

`python -m sim.validation structures [FILE]`: run the structures of `sim/validation/data/structures.toml` beside the model as it
is; the table of their impacts to standard output, or into FILE (`sim/validation/data/impact_structures.csv`).
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
    if command == "structures" and len(given) <= 1:
        return _structures(*map(Path, given))
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
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    return _written(text, file)


def _structures(file: Path | None = None) -> int:
    from sim.validation.structure_effects import measure, table

    def told(done: int, total: int, name: str) -> None:
        print(f"{done} of {total} draws: {name}", file=sys.stderr)

    return _written(table(measure(told=told)), file)


def _written(text: str, file: Path | None) -> int:
    """Into a file, or to standard output; returns the exit code."""
    if file is None:
        print(text, end="")
        return 0
    try:
        file.write_text(text, "utf-8")
    except OSError as problem:
        print(problem, file=sys.stderr)
        return 2
    print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
