"""The brief on paper: one sheet of A4 and of Letter, whatever the plan, and the full part from the second sheet on."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from brief_sample import material

from sim.behaviours.catalogue import CATALOGUE
from sim.report.brief_fields import OtherPlan
from sim.report.brief_figure import three_lines
from sim.report.brief_full import document
from sim.report.brief_gather import Material, brief_of, findings_of
from sim.report.findings import Spread
from sim.report.page import draw

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LONG = "What happens if every leader of the whole organisation changes what they do, say and measure, all at once, and "

APART = Spread(-0.1234, -0.2345, -0.0123)
OTHERS = (OtherPlan(LONG, "leans_fewer", APART, 1000), OtherPlan(LONG, "same", APART, 1000))


def crowded() -> Material:
    """All levers, long names, a loss to warn of, other plans: the fullest page there can be."""
    made = material(levers=tuple(CATALOGUE)[:32])
    bars = [
        replace(bar, label=f"{LONG[:60]} {k}", who="8 executives, 52 managers", start=0.5)
        for k, bar in enumerate(made.plan.bars)
    ]
    plan = replace(
        made.plan,
        title=LONG,
        question=LONG * 3,
        organisation=LONG,
        asked=9876.0,
        bars=tuple(bars),
        warnings=(LONG * 3, LONG * 3),
    )
    levers = [{**row, "label": bar.label, "start": 0.5} for row, bar in zip(made.levers, bars, strict=True)]
    futures = [(name, LONG[:60], [-0.123, -0.045, 0.1]) for name in ("one", "two", "three", "four")]
    return replace(made, plan=plan, levers=levers, futures=futures)


def html_of(made: Material, **fields: Any) -> str:
    found, whole = replace(brief_of(made), **fields), findings_of(made)
    return document(found, whole, three_lines(found.curves, contents="luck"), draw(whole))


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {
        "usual": html_of(material()),
        "crowded": html_of(crowded(), others=OTHERS, hinges=(LONG, LONG)),
        "nothing": html_of(material(0.0, futures=())),
    }


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("case", ["usual", "crowded", "nothing"])
def test_the_brief_is_one_sheet_and_the_full_part_follows(
    page: Page, pages: dict[str, str], case: str, paper: str
) -> None:
    from pypdf import PdfReader

    page.set_content(pages[case])
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format=paper))).pages]
    assert "equations feed" in sheets[0], "the foot of the brief is not on the first sheet"
    assert "The full part" not in sheets[0]
    assert sheets[1].lstrip().startswith("The full part")


def test_nothing_on_the_page_is_cut_off(page: Page, pages: dict[str, str]) -> None:
    """No box of the brief is narrower than what it holds, on paper, on a screen and on a phone."""
    page.set_content(pages["crowded"])
    for width, media in ((700, "print"), (1100, "screen"), (390, "screen")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media=media)
        wide = page.evaluate(
            "[...document.querySelectorAll('.brief, .brief *:not(svg *)')]"
            ".filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != 'inline')"
            ".map(e => e.tagName + ' ' + e.className + ' ' + e.textContent.slice(0, 40))"
        )
        assert wide == [], f"{width} px, {media}"


def test_the_page_asks_for_nothing(page: Page, pages: dict[str, str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(pages["usual"])
    page.wait_for_load_state("networkidle")
    assert asked == []
