"""The page: whole, well-formed, offline, the same every time, and safe whatever a scenario is called."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_sample import sample

from sim.report.curves import adoption_curves
from sim.report.figures import timeline, who_lit_whom
from sim.report.findings import Findings
from sim.report.markup import Cell, escape, table
from sim.report.page import page, write_page
from sim.report.telling import caution
from sim.report.wording import PURPOSE

SVG = "{http://www.w3.org/2000/svg}"
SECTIONS = (
    "answer", "outcomes", "curves", "difference", "plans", "cost", "worth", "credit", "assumptions", "data", "settings",
    "limits",
)  # fmt: skip


@cache
def two() -> Findings:
    return sample((0.0, 0.2))


@cache
def two_page() -> str:
    return page(two())


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))


def test_page_is_well_formed_and_has_every_section() -> None:
    root = parsed(two_page())
    assert [part.get("id") for part in root.iter("section")] == list(SECTIONS)
    assert PURPOSE in two_page()
    ids = [part.get("id") for part in root.iter() if part.get("id")]
    assert len(ids) == len(set(ids))


def test_every_figure_has_title_alternative_text_and_provenance() -> None:
    root = parsed(two_page())
    drawings = list(root.iter("figure"))
    assert [part.get("id") for part in drawings] == [
        f"figure-{key}"
        for key in ("adoption", "luck", "levels", "difference", "timeline", "credit", "assumptions")
    ]
    for part in drawings:
        svg = part.find(f"{SVG}svg")
        assert svg is not None and svg.get("role") == "img"
        assert len(svg.get("aria-label", "")) > 40
        assert (part.findtext("h3") or "").strip()
        assert (part.findtext("figcaption") or "").strip()
        assert "experiment 0a1b2c3d · seed 7 · Ripple 9.8.7" in "".join(svg.itertext())


def test_page_fetches_nothing() -> None:
    text = two_page()
    for address in re.findall(r"""(?:href|src|srcset|data|action|poster)\s*=\s*["']([^"']*)""", text):
        assert address.startswith("#"), address
    assert not re.search(r"url\((?!['\"]?#)", text)
    assert "@import" not in text and "<script" not in text and "<link" not in text
    assert set(re.findall(r"https?://[^\s\"'<]*", text)) == {"http://www.w3.org/2000/svg"}


def test_references_inside_the_page_lead_somewhere() -> None:
    text = two_page()
    ids = set(re.findall(r'\bid="([^"]*)"', text))
    wanted = set(re.findall(r'href="#([^"]*)"', text)) | set(re.findall(r"url\(#([^)]*)\)", text))
    assert wanted <= ids


def test_numbers_of_headline_and_table_agree() -> None:
    text = re.sub(r"<[^>]+>", " ", two_page())
    difference = two().outcomes[1].difference
    assert difference is not None
    middle = f"{100 * difference.spread.middle:.0f}"
    assert f"ends with {middle} (" in text
    assert re.search(rf"\+{middle}\s+\(\+", text)


def test_page_is_the_same_every_time() -> None:
    assert page(sample((0.0, 0.2))) == two_page()


def test_one_plan_and_luck_alone_still_make_a_page() -> None:
    alone = page(sample((0.2,), kinds=("luck",)))
    assert [part.get("id") for part in parsed(alone).iter("section")] == list(SECTIONS)
    assert "nothing to compare it with" in alone
    luck = page(sample((0.0, 0.1), kinds=("luck",)))
    assert "Assumptions were not varied" in luck


def test_business_as_usual_is_a_line_in_every_panel() -> None:
    found = sample((0.0, 0.2, 0.0), usual_last=True, runs=4, kinds=("luck",))
    curves = adoption_curves(found.curves, found.singles, found.names, contents="luck", usual=found.usual)
    assert "business as usual" in curves.svg
    bars = {outcome.name: outcome.bars for outcome in found.outcomes}
    assert "nothing out of the ordinary" in timeline(bars, found.names, found.years, usual=found.usual).svg


def test_plans_on_other_people_are_called_out() -> None:
    found = replace(two(), unlike=("plan_b",))
    assert "Not like with like: “Plan b” stands on other people" in caution(found)
    assert caution(two()) == ""


def test_write_page_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.report.page.draw", lambda found: {})
    monkeypatch.setattr("sim.report.page.page", lambda found, drawings: two_page())
    path = write_page(two(), tmp_path)
    assert path == tmp_path / "report.html"
    assert [item.name for item in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(OSError):
        write_page(two(), tmp_path / "missing")


def test_figures_as_png() -> None:
    found = sample((0.0, 0.2), kinds=("luck",), runs=4)
    assert who_lit_whom(found.credit, found.names).png(dpi=40).startswith(b"\x89PNG")


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_text_from_outside_cannot_break_the_page(text: str) -> None:
    html = table([text, text], [[text, Cell(text, text)]])
    root = ElementTree.fromstring(html)
    assert {part.tag for part in root.iter()} <= {"table", "thead", "tbody", "tr", "th", "td", "span"}
    assert len(list(root.iter("td"))) == 1


def test_hostile_titles_in_a_whole_page() -> None:
    titles = [
        "<script>alert(1)</script>",
        "A & B $x$ \"quoted\" 'single'",
        "]]> -->",
        "\x00\x0b\ud800 odd",
        "日本 — ü",
    ]
    text = page(sample((0.0, 0.2, 0.1, 0.1, 0.3), titles=titles, runs=8, kinds=("luck",)))
    parsed(text)
    assert "<script" not in text
    for title in titles:
        assert escape(title).strip() in text
