"""The brief: every number a named field from the stored tables, nothing said that they do not carry."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from brief_sample import doubled, material

from sim.decisions import compare_promises
from sim.parameters import REGISTER
from sim.report.brief import promise_file
from sim.report.brief_fields import Brief, OtherPlan
from sim.report.brief_figure import three_lines
from sim.report.brief_full import document
from sim.report.brief_gather import brief_of, findings_of, half_after, meaning_of, visible_after
from sim.report.brief_page import brief_section
from sim.report.brief_words import WORDS, often_word, share_word
from sim.report.errors import ReportError
from sim.report.findings import Spread
from sim.report.gather import gather
from sim.report.page import draw
from sim.report.telling import difference_text
from sim.report.workbook import workbook

ROOT = Path(__file__).parents[1]


def page_of(found: Brief) -> str:
    return brief_section(found, three_lines(found.curves, contents="luck"))


def fields_of(html: str) -> dict[str, str]:
    """Numbers on the page by field."""
    return {
        key: text for key, text in re.findall(r'<span class="n" data-field="([^"]*)">([^<]*)</span>', html)
    }


def text_outside_fields(html: str) -> str:
    """What can be read on the page and is neither a marked number, nor in the drawing, nor provenance."""
    html = re.sub(r'<span class="n"[^>]*>[^<]*</span>', "", html)
    html = re.sub(r"<svg.*?</svg>", "", html, flags=re.S)
    html = re.sub(r'<p class="provenance">.*?</p>', "", html, flags=re.S)
    return unescape(re.sub(r"<[^>]*>", " ", html))


@pytest.fixture(scope="module")
def found() -> Brief:
    return brief_of(material())


def test_doubling_the_stored_values_changes_every_number(found: Brief) -> None:
    before, after = fields_of(page_of(found)), fields_of(page_of(brief_of(doubled(material()))))
    assert before.keys() == after.keys() and len(before) > 40
    same = {key: before[key] for key in before if before[key] == after[key]}
    assert same == {"cost_per_year": "15,000"}  # twice the cost over twice the years


def test_no_number_stands_outside_the_named_fields(found: Brief) -> None:
    text = text_outside_fields(page_of(found))
    assert not re.findall(r"\d+", text), text


def test_templates_and_sentences_hold_no_digits() -> None:
    for path in sorted((ROOT / "sim" / "report" / "templates").glob("*.html")):
        assert not re.search(r"\d", re.sub(r"<[^>]*>", "", path.read_text())), path.name
    assert not [key for key, text in WORDS.items() if re.search(r"\d", text)]


def test_the_brief_says_what_the_command_says(found: Brief) -> None:
    """Both take the gain, the shares and the costs from one place."""
    plan = findings_of(material()).outcomes[1]
    assert plan.difference is not None
    assert found.gain == plan.difference.spread and found.verdict == plan.difference.verdict == "more"
    fields = fields_of(page_of(found))
    assert difference_text(plan.difference).startswith(f"{fields['gain']} (+{fields['gain_low']} to")
    assert found.costs["leader_hours"] == pytest.approx(1000.0)
    assert (
        fields["leader_hours"] == "1,000" and fields["cost"] == "45,000" and fields["cost_per_head"] == "150"
    )
    assert found.mine_end.middle < found.plan_end.middle


def test_the_three_lines_are_apart(found: Brief) -> None:
    ends = found.curves.groupby("scenario")["median"].last()
    assert set(ends.index) == {"plan", "mine", "default"}
    assert ends["default"] < ends["mine"] < ends["plan"]
    assert {"plan_end", "mine_end", "default_end"} <= fields_of(page_of(found)).keys()
    same = brief_of(material(same_baselines=True, default=None))
    assert "no assumption was changed and nothing befalls" in page_of(same)
    assert same.default_end == same.mine_end
    without = brief_of(material(default=None))
    assert without.default_end is None and "was not run" in page_of(without)


def test_a_plan_that_does_nothing_is_not_sold() -> None:
    nothing = brief_of(material(0.0, kinds=("luck",)))
    assert nothing.verdict == "same" and not nothing.gains
    text = page_of(nothing)
    assert 'class="n" data-field="gain_low"' in text and ">not shown</" in text.replace("\n", "")
    assert "No gain is shown" in text and "not distinguishable" in text and "tile good" not in text
    assert "half_middle" not in text and "nothing is promised" in text
    harm = page_of(brief_of(material(-0.05, kinds=("luck",))))
    assert "The model speaks against this plan" in harm and "tile bad" in harm


def test_what_is_not_sure_is_not_dated_and_says_how_often() -> None:
    leaning = replace(brief_of(material()), verdict="leans_more", ahead=0.6, visible_after=None)
    text = page_of(leaning)
    assert "About half of the runs end ahead" in text and "no time is promised" in text
    assert '<p class="big">–</p>' in text
    seen = page_of(replace(leaning, visible_after=1.0))
    assert "no time is promised" not in seen and '<p class="big">–</p>' not in seen


def test_the_gain_with_luck_alone_stands_beside_that_with_the_assumptions(found: Brief) -> None:
    assert found.luck_gain is None and "Were every default right" not in page_of(found)
    both = brief_of(material(kinds=("luck", "assumptions")))
    plan = findings_of(material(kinds=("luck", "assumptions"))).outcomes[1]
    assert plan.luck_difference is not None and both.luck_gain == plan.luck_difference.spread
    assert "Were every default right" in page_of(both)
    fields = fields_of(page_of(both))
    assert (
        difference_text(plan.luck_difference)
        == f"{fields['luck']} ({fields['luck_low']} to {fields['luck_high']})"
    )


def test_setbacks_are_told_from_the_worst_on(found: Brief) -> None:
    text = page_of(found)
    assert text.index("the sponsor changes mind") < text.index("priorities shift")
    assert "the budget is frozen" not in text  # it leaves four fifths of the gain
    lost = brief_of(
        material(futures=[("as_planned", "all is well", [0.2, 0.3]), ("x", "it rains", [-0.1, 0.1])])
    )
    assert "no gain is left" in page_of(lost)
    unsure = brief_of(
        material(futures=[("as_planned", "all is well", [0.2]), ("x", "it rains", [-0.1, 0.2])])
    )
    assert "no longer sure" in page_of(unsure)
    assert "Setbacks were not tried" in page_of(brief_of(material(futures=())))


def test_what_money_the_gain_is_worth_is_off_unless_asked_for(found: Brief) -> None:
    assert found.worth is None and "is not shown" in page_of(found)
    assert not [key for key in fields_of(page_of(found)) if key.startswith("worth")]


def test_indicators_are_dated_and_lead(found: Brief) -> None:
    assert 1 <= len(found.indicators) <= 3
    assert all(one.years <= 2 / 3 * found.years and one.low > one.usual_low for one in found.indicators)
    import datetime

    dated = brief_of(material(begins=datetime.date(2027, 1, 1)))
    assert all(one.date > "2027" for one in dated.indicators)
    fields = fields_of(page_of(dated))
    assert (fields["lever_0_stop"], fields["lever_1_start"]) == ("Jan 2029", "Jul 2027")
    assert dated.indicators[0].date in page_of(dated)


def test_what_is_to_be_watched_can_be_compared_with_what_was_seen(found: Brief, tmp_path: Path) -> None:
    (tmp_path / "promises.csv").write_text(promise_file(found))
    rows = "".join(f"{one.name},{one.group},{one.years},{one.median}\n" for one in found.indicators)
    (tmp_path / "seen.csv").write_text(f"indicator,group,years,observed\n{rows}")
    kept = compare_promises(tmp_path / "promises.csv", tmp_path / "seen.csv")
    assert kept.rows["verdict"].tolist() == ["within"] * len(found.indicators) and len(found.indicators) > 0


def test_another_plan_of_the_same_name_is_told_apart_by_its_own() -> None:
    made = material()
    same = replace(made.mine, title=made.plan.title)
    title = brief_of(replace(made, others=[same])).others[0].title
    assert title == f"{made.plan.title} ({same.name})"


def test_time_to_impact_is_read_off_the_pairs() -> None:
    times = [0.0, 1.0, 2.0, 3.0, 4.0]
    gap = pd.DataFrame({k: [0.0, -0.1, 0.1, 0.3, 0.4] for k in range(10)}, index=times)
    assert visible_after(gap) == 2.0
    spread = half_after(gap)
    assert spread is not None and spread.middle == 3.0
    most = gap.copy()
    most[0] = [0.0, -0.1, -0.1, -0.1, -0.1]  # nine in ten, not one more
    assert visible_after(most) == 2.0
    most[1] = most[0]
    assert visible_after(most) is None
    assert visible_after(-gap) is None and half_after(-gap) is None
    assert visible_after(pd.DataFrame()) is None and half_after(pd.DataFrame()) is None


def test_other_plans_of_the_folder_are_named_with_a_verdict() -> None:
    made = material()
    twin = made.runs[made.runs["scenario"] == "plan_b"].assign(scenario="twin")
    other = replace(made.plan, name="twin", title="The other plan")
    found = brief_of(replace(made, runs=pd.concat([made.runs, twin]), others=[other]))
    assert found.others == (OtherPlan("The other plan", "same", Spread(0.0, 0.0, 0.0), 16),)
    assert "Not distinguishable from “The other plan”: 0 points (0 to 0; 16 pairs of runs)." in seen(
        page_of(found)
    )


def seen(html: str) -> str:
    """What can be read on a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", re.sub(r"<svg.*?</svg>", "", html, flags=re.S))).split())


def test_other_plans_are_told_apart_as_a_comparison_tells_them_apart() -> None:
    """The same verdict, range and number of runs as in the comparison's own table, whoever comes first."""
    made = material()
    rng = np.random.default_rng(1)
    mine = made.runs[made.runs["scenario"] == "plan_b"]
    for shift in (-0.05, -0.012, 0.0):
        worse = mine.assign(
            scenario="worse", share_end=mine["share_end"] + shift + rng.normal(0, 0.02, len(mine))
        )
        runs = pd.concat([made.runs, worse])
        other = replace(made.plan, name="worse", title="Worse")
        compared = gather([other, made.plan], runs, made.series, seed=1, fingerprint="", version="")
        told = compared.outcomes[1].difference
        assert told is not None
        found = brief_of(replace(made, runs=runs, others=[other]))
        assert found.others == (OtherPlan("Worse", told.verdict, told.spread, told.pairs),)
        assert f"{told.pairs} pairs of runs)" in seen(page_of(found))


def test_hours_asked_stand_beside_those_given_with_the_reason() -> None:
    made = material()
    asks = brief_of(replace(made, plan=replace(made.plan, asked=1500.0)))
    text = seen(page_of(asks))
    assert "1,000 leader hours" in text and "Asked: 1,500 leader hours; who pushes back gives none" in text
    assert fields_of(page_of(asks))["cost_per_year"] == "15,000"
    assert json.dumps(asks.as_data()).count('"leader_asked": 1500.0') == 1
    for asked in (1000.0, float("nan")):
        assert "Asked:" not in page_of(brief_of(replace(made, plan=replace(made.plan, asked=asked))))


def test_a_setback_that_changes_nothing_is_said_not_to_touch_the_plan() -> None:
    made = material()
    futures = list(made.futures)
    futures[2] = ("budget_freeze", "the budget is frozen", list(futures[0][2]))
    found = brief_of(replace(made, futures=futures))
    assert [row.name for row in found.futures if not row.touches] == ["budget_freeze"]
    whole = document(found, findings_of(made), three_lines(found.curves, contents="luck"), {})
    assert whole.count("does not touch this plan") == 1


def test_an_indicator_that_seldom_tells_is_not_promised() -> None:
    """With a plan that hardly differs every indicator reads "seldom"."""
    kept = brief_of(material(0.2)).indicators
    assert kept and all(one.tells > 0.34 for one in kept)
    for gain in (0.004, 0.012, 0.02):
        assert all(often_word(one.tells) != "seldom" for one in brief_of(material(gain)).indicators)


def test_where_no_pair_of_runs_came_to_an_end_there_is_no_brief() -> None:
    made = material()
    spoiled = made.runs.assign(status=made.runs["status"].where(made.runs["scenario"] != "plan_b", "failed"))
    with pytest.raises(ReportError, match="no pair of runs"):
        brief_of(replace(made, runs=spoiled))


def test_the_file_is_well_formed_and_fetches_nothing(found: Brief) -> None:
    whole = findings_of(material())
    lines = three_lines(found.curves, contents="luck")
    html = document(found, whole, lines, draw(whole))
    ElementTree.fromstring(html.replace("<!DOCTYPE html>\n", ""))
    outside = [
        url for url in re.findall(r'(?:src|href|url)[=(]"?([^")\s>]+)', html) if not url.startswith("#")
    ]
    assert not outside
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_meanings_of_assumptions_hold_no_digits() -> None:
    told = [
        meaning_of(entry.name, entry.meaning)
        for entry in REGISTER.values()
        if not re.search(r"\d", entry.name)
    ]
    assert len(told) > 50 and not [text for text in told if re.search(r"\d", text)]
    assert meaning_of("push", "Push of a programme of dose 1 on a behaviour") == "push"


def test_grades_stand_beside_the_levers(found: Brief) -> None:
    assert [lever.grade for lever in found.levers] == ["D", "B"]
    assert page_of(found).count('class="grade"') == 2


def test_the_data_is_json_and_the_workbook_holds_numbers(found: Brief) -> None:
    import openpyxl

    data = json.loads(json.dumps(found.as_data(), allow_nan=False))
    assert data["gain"]["middle"] == round(found.gain.middle, 6)
    assert data["version"] == "9.8.7" and data["organisation_hash"] == "beef"
    book = openpyxl.load_workbook(io.BytesIO(workbook(found)))
    assert book.sheetnames == ["brief", "levers", "futures", "indicators", "movers", "curves", "text"]
    rows = dict(book["brief"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert rows["gain_middle"] == pytest.approx(found.gain.middle, abs=1e-6)
    assert book["curves"].max_row == len(found.curves) + 1


def test_a_title_that_looks_like_a_formula_or_markup_stays_text() -> None:
    made = material()
    found = brief_of(replace(made, plan=replace(made.plan, title="=1+1 <script>$x</script>")))
    import openpyxl

    assert "<script>" not in page_of(found) and "&lt;script&gt;" in page_of(found)
    book = openpyxl.load_workbook(io.BytesIO(workbook(found)))
    rows = dict(book["brief"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert rows["title"].startswith("'=")


def test_shares_in_words() -> None:
    assert [share_word(x) for x in (0.0, 0.2, 0.5, 0.9, 1.0)] == ["None", "Some", "About half", "Most", "All"]
    assert [often_word(x) for x in np.array([0.1, 0.5, 0.8, 1.0])] == [
        "seldom",
        "half",
        "mostly",
        "nearly always",
    ]
