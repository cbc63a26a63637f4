"""Draw the gallery: run the code of `gallery.md`, block by block, and write each `figure` to the picture that follows it.

python docs/make_gallery.py
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
STEP = re.compile(
    r"^```python\n(?P<code>.*?)^```$|^!\[[^\]]*\]\((?P<picture>[^)]+)\)$", re.MULTILINE | re.DOTALL
)


def draw(page: Path = HERE / "gallery.md", into: Path = HERE) -> list[Path]:
    """The pictures written, in the order of the page.  Results of the runs go to a folder that is thrown away."""
    names: dict[str, Any] = {}
    written = []
    with tempfile.TemporaryDirectory() as scratch:
        back = Path.cwd()
        os.chdir(scratch)
        try:
            for step in STEP.finditer(page.read_text("utf-8")):
                if step["code"]:
                    exec(compile(step["code"], str(page), "exec"), names)
                else:
                    picture = into / step["picture"]
                    picture.parent.mkdir(parents=True, exist_ok=True)
                    names.pop("figure").savefig(picture, dpi=110, metadata={"Software": None})
                    written.append(picture)
        finally:
            os.chdir(back)
    return written


if __name__ == "__main__":
    for path in draw():
        print(path.relative_to(HERE), file=sys.stderr)
