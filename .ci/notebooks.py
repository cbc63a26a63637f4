"""Execute every notebook, or those named, from a clean start; fail on the first error.

python .ci/notebooks.py [--write] [NOTEBOOK ...]      --write keeps the outputs
"""

import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

BUDGET = (
    480.0  # seconds for all, on two cores that do nothing else: said, not enforced, since machines differ
)


def tidy(cell: Any) -> None:
    """Leave out what a reader does not see: times, emptied progress bars, a picture's second form."""
    cell.metadata.pop("execution", None)
    kept = []
    for out in cell.get("outputs", []):
        data = out.get("data", {})
        if "image/png" in data:
            data.pop("text/html", None)
        if data.get("text/html", "shown") != "" and not data.get("text/html", "").startswith("<progress"):
            kept.append(out)
    if "outputs" in cell:
        cell.outputs = kept


def execute(path: Path, *, write: bool) -> float:
    """Run one notebook in its folder; seconds."""
    started = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(path.parent)}}).execute()
    if write:
        for cell in notebook.cells:
            tidy(cell)
        notebook.metadata.pop("language_info", None)
        nbformat.write(notebook, path)
    return time.perf_counter() - started


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:] if name != "--write"]
    total = 0.0
    for path in given or sorted(Path("notebooks").glob("*.ipynb")):
        took = execute(path, write="--write" in sys.argv)
        total += took
        print(f"{path}: {took:.0f} s", file=sys.stderr)
    print(f"in all {total:.0f} s of {BUDGET:.0f}", file=sys.stderr)
