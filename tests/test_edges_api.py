"""The verbs in Python where the command has its own tests: what is handed on, what is remembered, what an object shows."""

from __future__ import annotations

import math
import sys
import types
from pathlib import Path
from typing import Any
from unittest.mock import Mock, create_autospec

import numpy as np
import pandas as pd
import pytest
from decisions_lab import without_search
from experiments_lab import BUSY, QUIET

import sim
import sim.api
from sim import decisions
from sim.api import showing
from sim.experiments import Progress


class Answered:
    """What a tool found, planted; its question is put to a simulator that fails once."""

    def in_words(self) -> list[str]:
        return ["It is <so>."]

    def facts(self) -> dict[str, Any]:
        return {"pick": "busy"}

    def tables(self) -> dict[str, pd.DataFrame]:
        return {"main": pd.DataFrame({"gain": [0.12345]}), "rest": pd.DataFrame({"x": [1]})}


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replaces a tool of `sim.decisions` by one that only takes what the real one takes."""

    def planted(name: str) -> Mock:
        mock: Mock = create_autospec(getattr(decisions, name), return_value=Answered())
        monkeypatch.setattr(decisions, name, mock)
        return mock

    return planted


def handed(mock: Mock) -> tuple[list[str], dict[str, Any], decisions.Simulator]:
    """Names of the plans, the options and the simulator of the only call."""
    mock.assert_called_once()
    options = dict(mock.call_args.kwargs)
    evaluate = options.pop("evaluate")
    return [plan.name for plan in mock.call_args.args if hasattr(plan, "levers")], options, evaluate


# --- decisions ----------------------------------------------------------------------------------------------


def test_flip_hands_over_both_plans_and_what_varies(tool: Any) -> None:
    mock = tool("flip_points")
    found = sim.decide.flip(QUIET, BUSY, vary="contagion", low=0.1, high=0.4, grid=3, seed=9, workers=1)
    names, options, evaluate = handed(mock)
    assert names == ["quiet", "busy"] and evaluate.seed == 9
    assert options == {"vary": "contagion", "low": 0.1, "high": 0.4, "grid": 3}
    assert repr(found) == "Decision(It is <so>.)" and found.facts == {"pick": "busy"}
    assert found.table.equals(found.tables["main"])
    shown = found._repr_html_()
    assert "<p>It is &lt;so&gt;.</p>" in shown and "0.123<" in shown


@pytest.mark.parametrize(
    ("verb", "name", "options"),
    [
        ("contribution", "contributions", {"orders": 4, "exact_up_to": 2, "replicates": 3}),
        ("lasting", "does_it_last", {"stop": 0.25, "after": 0.5}),
        ("start", "whom_to_start_with", {"people": 2, "ways": ("random",), "committed": True}),
        ("dies", "where_it_dies", {"replicates": 5}),
    ],
)
def test_questions_about_one_plan_hand_over_their_options(
    tool: Any, verb: str, name: str, options: dict[str, Any]
) -> None:
    mock = tool(name)
    getattr(sim.decide, verb)(BUSY, overrides=["run.seed=23"], **options)
    names, given, evaluate = handed(mock)
    assert names == ["busy"] and given == options
    assert evaluate.seed == 23  # the plan's own luck, after what was changed in it


def test_whom_to_start_with_needs_no_plan(tool: Any) -> None:
    mock = tool("whom_to_start_with")
    sim.decide.start()
    assert handed(mock)[0] == ["business_as_usual"]


def test_levers_to_try_where_a_plan_dies_are_named(tool: Any) -> None:
    mock = tool("where_it_dies")
    sim.decide.dies(BUSY, levers=["lead_by_example", "L10"])
    assert [use.lever for use in handed(mock)[1]["unblockers"]] == ["L01", "L10"]


def test_a_budget_buys_the_levers_named_or_those_of_the_plan(tool: Any) -> None:
    mock = tool("best_plan")
    sim.decide.budget(BUSY, money=1000.0, doses=(0.5, 1.0), levers=["L10"], seed=4, fresh=3)
    menu, limits = mock.call_args.args
    assert [use.lever for use in menu.levers] == ["L10"] and menu.doses == (0.5, 1.0)
    assert limits == decisions.Limits(1000.0, math.inf, "cost")
    assert mock.call_args.kwargs["seed"] == 4 and mock.call_args.kwargs["fresh"] == 3
    mock.reset_mock()
    sim.decide.budget(BUSY, leader_hours=90.0, money_is="cash")
    menu, limits = mock.call_args.args
    assert [use.lever for use in menu.levers] == ["L01", "L04"]
    assert limits == decisions.Limits(math.inf, 90.0, "cash")


@pytest.mark.parametrize("draws", [True, False])
def test_promises_hold_the_assumptions_unless_told_not_to(tool: Any, draws: bool) -> None:
    mock = tool("promise_log")
    sim.decide.promises(BUSY, draws=draws, dates=(0.25,))
    names, options, _ = handed(mock)
    assert names == ["busy"] and options["replicates"] == 40 and options["dates"] == (0.25,)
    assert (options["future"] is not None) is draws
    mock.reset_mock()
    sim.decide.promises(BUSY, draws=draws, replicates=6)
    assert handed(mock)[1]["replicates"] == 6


def test_regret_adds_a_future_in_which_assumptions_are_drawn(tool: Any) -> None:
    mock = tool("regret_table")
    sim.decide.regret([QUIET, BUSY], futures=["as_planned"], draws=5)
    alone = decisions.drawn([sim.load(QUIET), sim.load(BUSY)], 5, seed=mock.call_args.kwargs["evaluate"].seed)
    assert [future.name for future in mock.call_args.kwargs["futures"]] == ["as_planned", alone.name]
    mock.reset_mock()
    sim.decide.regret([QUIET, BUSY], draws=0)
    assert [f.name for f in mock.call_args.kwargs["futures"]] == [f.name for f in decisions.NAMED.values()]


def test_an_option_that_no_question_has_is_refused() -> None:
    with pytest.raises(TypeError, match="replicats"):
        sim.decide.contribution(BUSY, replicats=3)


def test_runs_are_remembered_where_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)
    asked: dict[str, Any] = {"futures": ["as_planned"], "draws": 0, "replicates": 2, "workers": 1}
    first = sim.decide.regret([QUIET, BUSY], out=tmp_path / "kept", **asked)

    made: list[object] = []

    def again(*_: object, **__: object) -> None:
        made.append(1)
        raise ArithmeticError("planted")

    monkeypatch.setattr("sim.decisions.simulator.run", again)
    second = sim.decide.regret([QUIET, BUSY], out=tmp_path / "kept", **asked)
    assert not made and not second.failures and second.in_words() == first.in_words()
    pd.testing.assert_frame_equal(second.table, first.table)
    with pytest.raises(decisions.DecisionError, match="every one failed"):  # runs of other luck are others
        sim.decide.regret([QUIET, BUSY], out=tmp_path / "kept", seed=8, **asked)
    assert made


# --- objects ------------------------------------------------------------------------------------------------


def test_there_is_no_other_name_in_the_room() -> None:
    assert sim.api.decide is sim.decide
    with pytest.raises(AttributeError, match=r"module 'sim.api' has no attribute 'decied'"):
        sim.api.decied  # noqa: B018


def test_a_builder_shows_its_tables() -> None:
    assert repr(sim.build("one").run(years=2)) == (
        "Builder({'name': 'one', 'extends': 'business_as_usual', 'run': {'years': 2}})"
    )


def test_one_run_shows_where_it_ended_and_who_lit_most() -> None:
    once = sim.run_once({**BUSY, "run": {**BUSY["run"], "years": 0.25}}, seed=5, alpha_offset=0.0)
    end = f"{100 * once.share.iloc[-1]:.0f} % practise at the end"
    assert repr(once) == f"Once(busy, seed 5, replicate 0: {end})"
    shown = once._repr_html_()
    assert end in shown and shown.count("<tr") == 1 + min(5, len(once.cascades))


def analysed(folder: Path, drawings: dict[str, dict[str, Any]]) -> sim.Sensitivity:
    """A study of one outcome, planted."""
    sweep: Any = types.SimpleNamespace(folder=folder, names=["quiet", "busy"])
    written: list[Path] = []
    result: Any = types.SimpleNamespace(method="morris", save=lambda place: written.append(place) or written)
    found = sim.Sensitivity(sweep, result)
    found.__dict__["_studied"] = types.SimpleNamespace(outputs=["share_end"])
    found.__dict__["_drawings"] = drawings
    return found


def test_a_study_says_what_it_is_and_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = analysed(tmp_path, {"share_end": {}})
    assert repr(found) == f"Sensitivity(morris of quiet and busy, in {tmp_path})"
    with pytest.raises(sim.StoreError, match="there is nothing to draw of this outcome"):
        found.plot()
    assert found.save(tmp_path / "tables") == [tmp_path / "tables"]
    page = lambda studied, folder: folder / f"{studied.outputs[0]}.html"  # noqa: E731
    monkeypatch.setattr("sim.report.sensitivity_page.write_sensitivity", page)
    assert found.report() == tmp_path / "share_end.html"


def test_a_figure_of_a_study_is_the_one_that_is_named(tmp_path: Path) -> None:
    two = {name: types.SimpleNamespace(figure=f"figure of {name}") for name in ("bars", "dots")}
    found = analysed(tmp_path, {"share_end": two})
    assert found.plots() == ["bars", "dots"]
    assert found.plot() == "figure of bars" and found.plot("dots") == "figure of dots"


# --- how far it is ------------------------------------------------------------------------------------------


def test_a_bar_is_drawn_five_times_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    handle = types.SimpleNamespace(update=lambda picture: shown.append(picture))
    fake = types.SimpleNamespace(
        HTML=lambda text: text, display=lambda picture, display_id: shown.append(picture) or handle
    )
    monkeypatch.setitem(sys.modules, "IPython.display", fake)  # type: ignore[arg-type]
    clock = [50.0]
    monkeypatch.setattr(showing.time, "monotonic", lambda: clock[0])
    bar = showing._Bar()
    for clock[0], done in ((50.5, 1), (51.0, 2), (51.1, 3), (51.3, 4)):
        bar(Progress("running", done, 8, 0, 1.0, None))
    assert [text.split("running: ")[1][0] for text in shown] == ["2", "4"]
    bar.close()
    assert shown[2:] == [""]
    del shown[:]
    showing._Bar().close()  # what was over within a second never had a bar to take away
    assert not shown


def test_a_line_is_said_every_ten_seconds_at_most(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr(showing.time, "monotonic", lambda: clock[0])
    lines = showing._Lines()
    for clock[0], done in ((9.9, 1), (10.0, 2), (19.9, 3), (20.0, 4)):
        lines(Progress("running", done, 8, 1, clock[0], 5.0))
    assert capsys.readouterr().err.splitlines() == [
        "running: 2 of 8 done, 1 failed after 10 s, about 5 s left",
        "running: 4 of 8 done, 1 failed after 20 s, about 5 s left",
    ]


def test_numbers_of_a_table_have_three_digits_in_a_notebook() -> None:
    from sim.api.results import table_html

    shown = table_html(pd.DataFrame({"x": [np.pi], "name": ["<b>"]}))
    assert "<td>3.14</td>" in shown and "&lt;b&gt;" in shown and "<th>0</th>" not in shown
