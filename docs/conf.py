"""The documentation site: `sphinx-build -W --keep-going docs build/site` (extra `docs`).

Sphinx with MyST and Furo: pages stay plain Markdown, the reference is made from docstrings, fonts and scripts come
with the pages, so that the site can be read without a network.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from pygments.lexers.python import PythonLexer
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from sim._version import __version__

HERE = Path(__file__).parent
# Made anew at each build, with links that hold inside the site; the originals lie beside `docs`.
NOTEBOOKS, PROJECT = HERE / "notebooks", HERE / "project"

project = "Ripple"
author = "The Ripple developers"
copyright = "the Ripple developers; Apache-2.0"
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["examples/*", "figures/*", "**.ipynb_checkpoints"]
needs_sphinx = "8.0"

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # .ci/notebooks.py executes them; here the stored outputs are shown
nb_mime_priority_overrides = [("html", "text/html", 5)]

suppress_warnings = ["ref.python"]  # attributes of two classes may share a name

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"Ripple {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}


def _more(app: Sphinx, page: str, source: list[str]) -> None:
    """Pages that the index does not name are listed at its end, so that none is out of reach."""
    if page == "index":
        named = set(re.findall(r"^[\w/]+$", source[0], re.MULTILINE))
        more = sorted(path.stem for path in HERE.glob("*.md") if path.stem not in named | {"index"})
        if more:
            source[0] += "\n```{toctree}\n:caption: More\n:hidden:\n\n" + "\n".join(more) + "\n```\n"


def _copies(app: Sphinx) -> None:
    """Notebooks, CHANGELOG and CONTRIBUTING, copied to where the site can show them."""
    for folder in (NOTEBOOKS, PROJECT):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    for path in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        (NOTEBOOKS / path.name).write_text(path.read_text("utf-8").replace("](../docs/", "](../"), "utf-8")
    for name in ("CHANGELOG.md", "CONTRIBUTING.md"):
        text = (HERE.parent / name).read_text("utf-8")
        (PROJECT / name.lower()).write_text(text.replace("](docs/", "](../"), "utf-8")


def _links(app: Sphinx, page: str, source: list[str]) -> None:
    """Links to a notebook beside `docs` lead to its copy."""
    source[0] = source[0].replace("](../notebooks/", "](notebooks/")


def setup(app: Sphinx) -> None:
    """Hooks of the build."""
    app.connect("builder-inited", _copies)
    app.connect("source-read", _links)
    app.connect("source-read", _more)
    for name, lexer in (("equation", PythonLexer), ("update", PythonLexer), ("csv", TextLexer)):
        app.add_lexer(name, lexer)
