"""What the plans bring: on the page, in the files beside it, and only what was asked for."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_sample import sample

from sim.report.canvas import wrapped
from sim.report.figures import who_lit_whom
from sim.report.page import page, write_page
from sim.report.worth import worth


def test_money_results_are_not_on_the_page_unless_asked_for() -> None:
    off = sample()
    assert "net_present_value" not in off.outcomes[1].levels and off.outcomes[1].worth_difference is None
    text = page(off, {})
    assert "net present value" not in text and "outcome_map = true" in text
    assert "Surveys" not in worth(off)


def test_the_value_of_a_plan_is_told_with_its_range_and_its_doubt() -> None:
    on = sample((0.0, 0.2), outcome_map=True)
    found = on.outcomes[1]
    assert found.worth_difference is not None
    # The plan ends .2 above the other, worth 10,000 a point.
    assert found.worth_difference.middle == pytest.approx(200_000, rel=0.1)
    assert found.worth_difference.low < found.worth_difference.middle < found.worth_difference.high
    assert found.levels["kirkpatrick_results"].middle == pytest.approx(0.02, abs=0.005)
    text = worth(on)
    assert "net present value, EUR" in text and "least certain" in text
    assert "37% greater productivity" in text and "never fitted" in text


def test_results_of_older_experiments_have_a_page_without_levels() -> None:
    from dataclasses import replace

    found = sample()
    old = replace(found, outcomes=tuple(replace(one, levels={}) for one in found.outcomes))
    assert worth(old) == "" and "What they bring" not in page(old, {})


def test_figures_are_written_as_files_of_their_own_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sample(runs=4, kinds=("luck",))
    drawings = {"credit": who_lit_whom(found.credit, found.names)}
    monkeypatch.setattr("sim.report.page.draw", lambda _: drawings)
    write_page(found, tmp_path)
    assert not (tmp_path / "figures").exists()
    write_page(found, tmp_path, figures=True)
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"credit.svg", "credit.png"}
    svg = ElementTree.parse(tmp_path / "figures" / "credit.svg").getroot()
    assert svg.tag == "{http://www.w3.org/2000/svg}svg" and svg.get("width", "").endswith("pt")
    assert (tmp_path / "figures" / "credit.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Peer groups first", ["Peer groups first"]),
        (
            "Peer groups first: learning groups across all",
            ["Peer groups first: learning", "groups across all"],
        ),
        (
            "one two three four five six seven eight nine ten",
            ["one two three four five six", "seven eight nine ten"],
        ),
        ("x" * 100, ["x" * 30, "x" * 29 + "…"]),
    ],
)
def test_long_titles_are_broken_not_cut(text: str, lines: list[str]) -> None:
    assert wrapped(text, 30).split("\n") == lines


def test_titles_stay_inside_the_figure() -> None:
    """With titles as long as a scenario may have them, no text of any figure reaches beyond its edge."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from sim.report.page import draw

    titles = [
        ("Learning groups across departments with time protected for them by managers " * 2)[:119] + end
        for end in "ab"
    ]
    for drawing in draw(sample((0.0, 0.2), titles=titles, runs=12)).values():
        figure = drawing.figure
        renderer, edge = FigureCanvasAgg(figure).get_renderer(), figure.bbox.width
        for axes in figure.axes:
            for text in (axes._left_title, *axes.texts):  # type: ignore[attr-defined]
                if text.get_text():
                    assert text.get_window_extent(renderer).x1 <= edge + 1, (drawing.key, text.get_text())
