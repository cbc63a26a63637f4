"""The documents do not drift from the program: commands, links, counts, quotations, pictures, notebooks, examples."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from docs_examples import PAGES, ROOT, Block, blocks, commands, small, small_command, spoken, understood

from sim.behaviours.sources import seed_rows
from sim.scenario import names

DOCS = ROOT / "docs"
SHELL = ("", "bash", "console")
WRITTEN = [(page, command) for page in PAGES for command in spoken(page)] + [
    (block.page, command) for block in blocks(*SHELL) for command in commands(block)
]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
# What a page's code needs that a test cannot have; everything else is run.
NOT_RUN = {
    "dask_jobqueue": "a cluster's own scheduler",
    "make_bank(": "a bank of thousands of runs; tests/test_pulse.py has a small one",
}


@pytest.mark.parametrize(("page", "command"), WRITTEN, ids=lambda value: getattr(value, "name", value))
def test_commands_in_the_documents_are_understood(page: Path, command: str) -> None:
    understood(command)


def test_many_commands_are_found() -> None:
    assert len(WRITTEN) > 60


@pytest.mark.parametrize(
    "command", ["ripple compare A B --no-such", "ripple decide nothing", "ripple runs a"]
)
def test_a_wrong_command_is_found(command: str) -> None:
    with pytest.raises(click.UsageError):
        understood(command)


def test_scenarios_named_in_commands_are_there() -> None:
    known = {*names(), *(f"limits/{path.stem}" for path in (ROOT / "scenarios" / "limits").glob("*.toml"))}
    for page, command in WRITTEN:
        words = command.split()
        if words[1] in ("run", "compare", "check"):
            plans = [word for word in words[2:] if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", word)]
            assert set(plans) <= known, f"{page.name}: {command}"


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


def test_counts_are_those_of_the_program() -> None:
    from sim.behaviours.barriers import BARRIERS, GOVERNANCE
    from sim.behaviours.catalogue import CATALOGUE
    from sim.theory.channels import N_CHANNELS

    counts = {
        "levers": len(CATALOGUE),
        "barriers": len(BARRIERS),
        "forms of governance": len(GOVERNANCE),
        "rows of the sources": len(seed_rows()),
    }
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", DOCS / "design.md"):
        for number, what in re.findall(rf"\b(\d+) ({'|'.join(counts)})\b", page.read_text("utf-8")):
            assert int(number) == counts[what], f"{page.name}: {number} {what}"
    assert N_CHANNELS == 20, "docs/design.md and docs/odd.md say twenty channels"


def test_survey_figures_are_quoted_word_for_word() -> None:
    rows = re.findall(
        r"^\| “(.+)” \| (B\d+) \|", (DOCS / "survey_figures.md").read_text("utf-8"), re.MULTILINE
    )
    assert {row for _, row in rows} == {"B041", "B042", "B043", "B044", "B045", "B120"}
    assert [text for text, row in rows if seed_rows()[row].quotation != text] == []


def test_every_picture_of_the_gallery_has_its_code() -> None:
    text = (DOCS / "gallery.md").read_text("utf-8")
    pictures = re.findall(r"^!\[.+\]\((.+)\)$", text, re.MULTILINE)
    assert len(re.findall(r"^figure = ", text, re.MULTILINE)) == len(pictures) > 6
    assert {Path(picture).name for picture in pictures} == {
        path.name for path in (DOCS / "figures" / "gallery").iterdir()
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_as_they_ran(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    executed = [cell["execution_count"] for cell in code]
    assert executed in ([None] * len(code), list(range(1, len(code) + 1))), "run it from the top, or strip it"
    assert [out for cell in code for out in cell["outputs"] if out["output_type"] == "error"] == []
    assert path.stat().st_size < 500_000


def _parts(blocks_: list[Block]) -> list[tuple[Path, list[Block]]]:
    pages = dict.fromkeys(block.page for block in blocks_)
    return [(page, [block for block in blocks_ if block.page == page]) for page in pages]


PYTHON = [(page, part) for page, part in _parts(blocks("python")) if page.name != "gallery.md"]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "part"), PYTHON, ids=lambda value: getattr(value, "name", ""))
def test_python_in_the_documents_runs(
    page: Path, part: list[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shared: dict[str, object] = {}
    for block in part:
        if not any(mark in block.text for mark in NOT_RUN):
            exec(compile(small(block.text), str(block), "exec"), shared)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "part"), _parts(blocks("console")), ids=lambda value: getattr(value, "name", "")
)
def test_commands_in_the_documents_run(
    page: Path, part: list[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    from sim.cli.group import main

    for block in part:
        for command in commands(block):
            done = CliRunner().invoke(main, small_command(command))
            assert done.exit_code == 0, f"{block}: {command}\n{done.output[-600:]}"


@pytest.mark.slow
def test_the_gallery_is_drawn_by_its_code(tmp_path: Path) -> None:
    page = tmp_path / "gallery.md"
    text = small(
        (DOCS / "gallery.md").read_text("utf-8")
    )  # a dozen draws and more are needed for the assumptions
    page.write_text(text.replace("replicates=3,", "replicates=13,", 1), "utf-8")
    draw = runpy.run_path(str(DOCS / "make_gallery.py"))["draw"]
    written = draw(page, tmp_path)
    assert len(written) > 6
    assert all(picture.stat().st_size > 5_000 for picture in written)
