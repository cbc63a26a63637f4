"""Reports at their edges: what a folder lacks is told, what nobody knows is a dash, what failed is said."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from brief_sample import material
from decisions_lab import plan
from matplotlib.figure import Figure
from report_sample import facts, sample, tables
from sensitivity_sample import studied

from sim.experiments import StoreError, plausible
from sim.report import brief, brief_page, claims, sensitivity_bars, sensitivity_build, sensitivity_page
from sim.report import sensitivity_maps as maps
from sim.report.brief_gather import brief_of, spread
from sim.report.brief_setbacks import Setbacks, draws_of
from sim.report.build import settings
from sim.report.canvas import Drawn, _lay_out, drawn
from sim.report.errors import ReportError
from sim.report.facts import _levels
from sim.report.findings import Spread
from sim.report.gather import _spread, difference_of, gather
from sim.report.page import _answer, page
from sim.report.sensitivity_telling import answer
from sim.report.sensitivity_words import Names, listed, said
from sim.report.worth import _money, _percent, _points
from sim.scenario import load, resolve
from sim.scenario.fields import Who
from sim.scenario.seats import seats_of

NAN = float("nan")
NOBODY = Spread(NAN, NAN, NAN)


# --- what a folder lacks ------------------------------------------------------------------------------------------


def lever(name: str) -> dict[str, Any]:
    return {"name": name, "timeline": [{"what": "lever"}]}


def experiment(folder: Path, described: list[dict[str, Any]], **more: Any) -> Any:
    """An experiment as a brief reads it."""
    runs = pd.DataFrame(
        {"scenario": ["a", "a", "b"], "uncertainty": "luck", "status": "ok", "share_end": [0.1, 0.2, 0.4]}
    )
    given = {"folder": folder, "finished": True, "runs": runs, **more}
    return SimpleNamespace(
        plan={"described": described, "uncertainty": ["luck"], **given.pop("plan", {})}, **given
    )


def maker(folder: Path, *scenarios: Any) -> brief._Maker:
    return brief._Maker(folder, scenarios, 1, None)


def test_the_best_plan_that_ran_is_briefed_and_without_one_nothing_is(tmp_path: Path) -> None:
    both = [lever("a"), lever("b"), {"name": "usual", "timeline": []}]
    assert brief._chosen(experiment(tmp_path, both), None) == "b"
    assert brief._chosen(experiment(tmp_path, both), "a") == "a"
    with pytest.raises(ReportError, match="holds no plan with levers, so there is nothing to brief"):
        brief._chosen(experiment(tmp_path, both[2:]), None)
    failed = experiment(tmp_path, both)
    failed.runs["status"] = "failed"
    with pytest.raises(ReportError, match=r"every run of a and b failed; runs\.parquet says why"):
        brief._chosen(failed, None)


def test_folders_of_other_studies_and_unfinished_ones_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for more, problem, told in [
        ({"plan": {"kind": "sweep"}}, ReportError, "holds a sweep; a brief is made of a comparison"),
        ({"finished": False}, StoreError, "is not finished; give its command again, then report it"),
    ]:
        monkeypatch.setattr(brief, "Experiment", lambda folder, more=more: experiment(folder, [], **more))
        with pytest.raises(problem, match=told):  # type: ignore[call-overload]
            brief._finished(tmp_path)


def test_plans_that_are_not_kept_or_cannot_be_run_again_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.toml").write_text('name = "mine"\n')
    (tmp_path / "decision.json").write_text('{"words": ["Nothing."], "subject": "mine", "seed": 1}')
    with pytest.raises(ReportError, match=r"holds no plan 'mime'.*it holds mine"):
        maker(tmp_path)._stored("mime")
    with pytest.raises(ReportError, match="'mine' uses no lever, so there is no plan to brief"):
        maker(tmp_path).decision(None)
    imported = maker(tmp_path)
    monkeypatch.setattr(imported, "_scenario", lambda name: None)
    with pytest.raises(ReportError, match="'mine' cannot be run again"):
        imported.decision(None)
    monkeypatch.setattr(brief, "_finished", lambda folder: experiment(folder, []))
    monkeypatch.setattr(brief, "_chosen", lambda *_: "mine")
    monkeypatch.setattr(brief, "_baseline_of", lambda *_: None)
    with pytest.raises(ReportError, match="holds no business as usual to compare 'mine' with"):
        imported.comparison(None)


def test_an_organisation_from_files_gets_no_default_baseline_and_a_remark(tmp_path: Path) -> None:
    mine = plan("mine", "L01", parameters={"contagion": 0.5})
    made = maker(tmp_path, mine)
    source: Any = SimpleNamespace(plan="mine", mine="my_baseline", scenario=None, experiment=None)
    assert made._default(source) == (False, None)
    assert made._setbacks(source, 3) == Setbacks()
    first, second = made.remarks
    assert first.startswith("The default baseline was not run") and second.startswith(
        "Setbacks were not tried"
    )
    assert made._setbacks(source, 0) == Setbacks() and len(made.remarks) == 2  # none were asked for


def test_failed_setbacks_are_counted_with_their_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = plan("mine", "L01")

    class Half:
        """Every plan gains .2; one setback never comes to an end."""

        def __init__(self, **_: Any) -> None:
            self.seed, self.failures = 1, {"ValueError: made up": 4}

        def __call__(self, plans: Any, futures: Any, replicates: Any) -> pd.DataFrame:
            return pd.DataFrame(
                [
                    {
                        "plan": one.name, "future": future.name, "replicate": r,
                        "share_end": NAN if future.name == "budget_freeze" else 0.1 + 0.2 * bool(one.levers),
                    }
                    for one in plans for future in futures for r in replicates
                ]
            )  # fmt: skip

    monkeypatch.setattr(brief, "Simulator", Half)
    made = maker(tmp_path, mine)
    stored = SimpleNamespace(
        plan={"seed": 1, "draws": 0, "drawn": []}, runs=pd.DataFrame({"replicate": [0, 1]})
    )
    source: Any = SimpleNamespace(plan="mine", mine="nothing", scenario=mine, experiment=stored)
    gains = {name: gain for name, _, gain in made._setbacks(source, 5).rows}
    assert "budget_freeze" not in gains and gains["as_planned"] == pytest.approx([0.2, 0.2])
    assert made.remarks == ["4 runs of setbacks failed and are left out: ValueError: made up"]


def test_setbacks_have_the_draws_of_the_comparison() -> None:
    names = list(plausible.draws(3, 7)[0])[:2]
    drawn_ = draws_of({"drawn": names, "draws": 3, "seed": 7, "assumptions": "plausible"})
    assert [list(one) for one in drawn_] == [names] * 3
    assert drawn_[1][names[0]] == plausible.draws(3, 7)[1][names[0]]
    assert draws_of({"drawn": names, "draws": 0, "seed": 7}) == ()


# --- what nobody knows is a dash ----------------------------------------------------------------------------------


def test_of_no_known_value_there_is_no_range() -> None:
    for found in (spread([NAN, NAN]), spread([]), _spread(pd.Series([NAN]))):
        assert math.isnan(found.middle) and math.isnan(found.low) and math.isnan(found.high)
    assert spread([NAN, 1.0, 1.0]) == Spread(1.0, 1.0, 1.0)
    assert all(cell(None).text == "–" for cell in (_points, _percent, _money))
    runs, _ = tables(["a", "b"], gains=(0.0, 0.2), runs=2)
    apart = runs[(runs["scenario"] == "a") == (runs["replicate"] == 0)]  # no replicate of both
    assert difference_of(apart, "a", "b", "luck") is None


def test_a_brief_says_what_it_does_not_know() -> None:
    found = brief_of(material())
    assert brief_page._gain(replace(found, gain=NOBODY)) == "–"
    other = SimpleNamespace(runs=0, gain=NOBODY)
    assert brief_page._told_apart(other, "0") == brief_page.word("other_unknown")  # type: ignore[arg-type]
    worth = brief_page._money(Spread(5.0, 1000.0, 9000.0), "EUR")
    assert "1,000" in worth and "9,000" in worth and "EUR" in worth
    assert brief_page._money(None, "EUR") == brief_page.word("money_off")


def test_setbacks_that_cost_next_to_nothing_are_told_as_such() -> None:
    futures = [
        (n, t, [0.2, 0.21, 0.19]) for n, t in (("as_planned", "as planned"), ("budget_freeze", "A freeze"))
    ]
    futures[1][2][0] = 0.1999  # touched, and hardly
    (line,) = brief_page._setbacks(brief_of(material(futures=futures)))
    assert line == brief_page.word("future_fine", title="A freeze")


def test_a_plan_whose_levers_are_its_own_has_no_grades_to_count() -> None:
    found = brief_of(material())
    ungraded = replace(found, levers=tuple(replace(one, grade="") for one in found.levers))
    assert len(brief_page._unknown(found)) == len(brief_page._unknown(ungraded)) + 1


def test_without_luck_among_the_uncertainties_no_replicates_are_named() -> None:
    plan_: dict[str, Any] = {
        "uncertainty": ["assumptions"], "scenarios": [{"name": "a"}], "seed": 1, "replicates": 1, "draws": 9,
        "runs_per_draw": 1, "drawn": ["contagion"], "version": "9", "equations": "feed",
    }  # fmt: skip
    rows = settings(plan_, {})
    assert "Replicates" not in rows and rows["Draws of the assumptions"] == "9"
    both = settings({**plan_, "uncertainty": ["luck"], "draws": 0, "replicates": 7}, {})
    assert both["Replicates"] == "7" and "Draws of the assumptions" not in both


def test_failed_runs_stand_in_the_answer_of_a_page() -> None:
    found = sample()
    assert "failed" not in _answer(found)
    runs, series = tables(["plan_a", "plan_b"], gains=(0.0, 0.2))
    runs.loc[runs.index[:3], "status"] = "failed"
    told = _answer(
        gather([facts("plan_a"), facts("plan_b")], runs, series, seed=7, fingerprint="", version="")
    )
    assert "3" in told and "failed" in told


@pytest.mark.parametrize("failed", ["plan_a", "plan_b"])
def test_a_plan_of_which_every_run_failed_has_dashes_and_is_compared_with_nothing(failed: str) -> None:
    runs, series = tables(["plan_a", "plan_b"], gains=(0.0, 0.2), runs=4, outcome_map=True)
    runs.loc[runs["scenario"] == failed, ["status", "share_end"]] = ["failed", NAN]
    kept = series[series["scenario"] != failed]
    found = gather([facts("plan_a"), facts("plan_b")], runs, kept, seed=7, fingerprint="", version="")
    assert [one.difference for one in found.outcomes] == [None, None] and found.failed == 8
    assert [one.worth_difference for one in found.outcomes] == [None, None]
    words = page(found, {})
    assert not re.search(r"\bnan\b", words) and "–" in words and "failed" in words


def test_everybody_is_called_everyone() -> None:
    staff = np.array([True, True, False])
    one: Any = SimpleNamespace(organization=SimpleNamespace(staff=staff))
    assert _levels(np.array([True, True, False]), one) == "everyone"


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"departments": ["Sales"]}, "Sales"),
        ({"levels": ["manager"]}, "managers"),
        ({"random": 60}, "some people"),
        ({"levels": ["manager", "employee"], "random": 30}, "some managers and employees"),
        ({"people": ["nobody"]}, "nobody"),
    ],
)
def test_whom_a_lever_reaches_is_never_said_to_be_everyone(who: dict[str, Any], words: str) -> None:
    plan = resolve(load({"organization": {"people": 120, "departments": 4}}))
    organization = replace(plan.organization, department_names=("Sales", "B", "C", "D"))
    ids = who.get("people", [])
    mask = np.zeros(organization.n, dtype=np.bool_)
    if not ids:
        mask[seats_of(Who(**who), organization, seed=1)] = True
    assert _levels(mask, replace(plan, organization=organization)) == words


# --- figures ------------------------------------------------------------------------------------------------------


def test_a_figure_shows_itself_in_a_notebook_and_is_laid_out_once() -> None:
    def paint(figure: Figure) -> None:
        figure.subplots().plot([1, 2])

    made = drawn("k", "Title", "alt", "caption", paint, height=1.0, small_print="")
    assert isinstance(made, Drawn) and made._repr_html_() == made.svg and made.svg.startswith("<svg")
    bare = Figure()
    bare.set_layout_engine("none")
    _lay_out(bare)  # nothing to place
    assert bare.get_layout_engine() is None


def test_claims_are_drawn_by_kind_and_those_that_never_ran_are_not() -> None:
    axes = Figure().subplots()
    kinds = [
        ("main", [1, 0], 0.5),
        ("variant", [1, 1], 1.0),
        ("null", [0], 0.0),
        ("variant", [], NAN),
        ("region", [1], 1.0),
    ]
    found: Any = [SimpleNamespace(kind=k, known=n, share=s, interval=(0.1, 0.9)) for k, n, s in kinds]
    claims._shares(axes, 3, found)
    marks = [(line.get_marker(), float(np.atleast_1d(line.get_ydata())[0])) for line in axes.lines]
    assert marks == [("None", 3.0), ("o", 3.0), ("|", 2.76), ("x", 3.24)]


# --- sensitivity --------------------------------------------------------------------------------------------------


def with_tables(found: Any, **parts: Any) -> Any:
    return replace(found, result=replace(found.result, **parts))


def test_a_leading_factor_that_may_be_nothing_is_said_to_be_unclear() -> None:
    found = studied("sobol", 64)
    unclear = found.result.indices.assign(low=-0.1)
    first = answer(with_tables(found, indices=unclear))[0]
    assert first.endswith(
        said("leads_unclear", **dict.fromkeys(("outcome", "first", "index", "value", "low", "high"), ""))[
            -20:
        ]
    )


def test_names_in_a_row_leave_the_last_of_many_out() -> None:
    assert listed(list("abcdef"), 4) == "a; b; c; d and 2 more"
    assert listed(list("abcd"), 4) == "a; b; c; d"


def test_the_page_tells_what_was_not_varied_and_why_runs_failed() -> None:
    found = replace(
        studied("sobol", 64), left_out=(("wage", "it is a price"),), reasons=(("ValueError: made up", 1700),), command=""
    )  # fmt: skip
    assert "wage: it is a price" in sensitivity_page._factors(found)
    assert "ValueError: made up: 1,700 runs" in sensitivity_page._sure(found)
    assert "Made again with" not in sensitivity_page._method(found)
    assert "not vary" in sensitivity_page._outcome(found, "share_end", {}) or sensitivity_page._outcome(
        found, "share_end", {}
    ) == sensitivity_page.paragraph(sensitivity_page.said("nothing", outcome=found.words("share_end")))


def test_an_index_that_a_factor_lacks_is_a_dash_in_the_table() -> None:
    found = studied("sobol", 64)
    rows = found.result.indices
    lacks = with_tables(
        found, indices=rows[~((rows["factor"] == "levers.L01.dose") & (rows["index"] == "S1"))]
    )
    assert "<td>–</td>" not in sensitivity_page._index_table(found, "share_end")
    assert sensitivity_page._index_table(lacks, "share_end").count("–</td>") == 1


def test_the_order_of_plans_is_told_pair_by_pair_where_there_are_pairs() -> None:
    rng = np.random.default_rng(3)
    gaps = {"better": 0.2 + 0.01 * rng.normal(size=(40, 4)), "failed": np.full((40, 4), NAN)}
    made: Any = SimpleNamespace(
        outputs=["share_end"], names=["base", "better", "failed"], replicates=4,
        difference=lambda output, base, other: gaps[other],
    )  # fmt: skip
    titles = {"base": "As now", "better": "Better", "failed": "Failed"}
    (told,) = sensitivity_build._rankings(made, titles)
    assert "“Better” leads at 100% of the points" in told and told.startswith("Share of people practising")
    made.replicates = 1
    assert sensitivity_build._rankings(made, titles) == ()


def test_many_factors_share_a_bar_and_a_model_of_all_is_called_so() -> None:
    count = sensitivity_bars.MOST + 3
    names = Names({f"f{k}": f"Factor {k}" for k in range(count)})
    rows = [
        {"part": "alone", "factor": f"f{k}", "share": 0.01, "low": 0.0, "high": 0.02} for k in range(count)
    ]
    made = sensitivity_bars.variance_parts(pd.DataFrame(rows), names, "the share")
    labels = [label.get_text() for label in made.figure.axes[0].get_yticklabels()]
    assert labels[-1].replace("\n", " ") == "5 other factors" and len(labels) == sensitivity_bars.MOST - 1
    whole = sensitivity_bars.variance_parts(
        pd.DataFrame([{**rows[0], "part": "factors"}]), names, "the share"
    )
    assert [label.get_text() for label in whole.figure.axes[0].get_yticklabels()] == ["all factors"]


def test_units_that_differ_are_all_written() -> None:
    row = {"x_low": "1 year", "x_base": "2 years", "x_high": "3 years"}
    assert sensitivity_bars._ranged(row, True) == "1 year · 2 years · 3 years"
    assert sensitivity_bars._ranged(row | {"x_low": "1 years"}, True) == "1 · 2 · 3 years"
    assert sensitivity_bars._ranged({"x_low": "hr_officer", "x_high": "none"}, False) == "hr officer · none"


def test_pairs_without_a_value_are_blank_cells() -> None:
    total = [
        {"index": "ST", "factor": f, "factor2": "", "rank": k, "value": 0.5, "low": 0.4, "high": 0.6}
        for k, f in enumerate("abc")
    ]
    pairs = [
        {"index": "S2", "factor": "a", "factor2": f, "rank": NAN, "value": 0.2, "low": 0.1, "high": 0.3}
        for f in ("b", "z")
    ]
    made = maps.pairs_map(pd.DataFrame(total + pairs), Names(), "the share")
    assert [text.get_text() for text in made.figure.axes[0].texts] == ["20"]  # z is none of the shown factors
