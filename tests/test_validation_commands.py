"""What `python -m sim.validation` writes, and what it says where it cannot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.validation.__main__ import main
from sim.validation.documents import filled

DOCS = Path(__file__).parents[1] / "docs"


def test_documents_are_written_where_they_differ_and_only_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(DOCS / "odd.md", tmp_path)
    (tmp_path / "parameters.md").write_text("of yesterday", "utf-8")
    assert main(["documents", str(tmp_path)]) == 0
    written = {Path(line).name for line in capsys.readouterr().out.split()}
    assert written == {"parameters.md", "assumptions.md"}
    for name in ("odd.md", "parameters.md", "assumptions.md"):
        assert (tmp_path / name).read_text("utf-8") == (DOCS / name).read_text("utf-8"), name
    assert main(["documents", str(tmp_path)]) == 0 and capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["documents", "nowhere"], "nowhere: there is no odd.md"),
        (["impact", "nowhere"], "nowhere"),
        (["impact"], "python -m sim.validation"),
        (["structures", "a", "b"], "python -m sim.validation"),
        (["nonsense"], "python -m sim.validation"),
        ([], "python -m sim.validation"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_table_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.validation.impact.impact_table", lambda _: "parameter,impact\n")
    assert main(["impact", "results", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
    assert main(["impact", "results", str(tmp_path / "impact.csv")]) == 0
    assert (tmp_path / "impact.csv").read_text("utf-8") == "parameter,impact\n"
    assert main(["impact", "results"]) == 0
    assert capsys.readouterr().out.endswith("impact\n")


def test_a_block_that_nobody_generates_is_refused() -> None:
    text = "<!-- generated: nothing -->\n<!-- end -->\n"
    with pytest.raises(ValueError, match="no generated block is called 'nothing'"):
        filled(text)
