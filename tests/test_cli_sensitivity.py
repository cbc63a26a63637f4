"""`ripple sensitivity`: from factors to page, in one go and again, without a simulation where that is enough."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sim.cli.group import main
from sim.cli.sensitivity import _an_hour
from sim.experiments.swept import open_sweep
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor
from sim.sensitivity.study import outcomes_of_sweep, plan_study, sensitivity

LINE = "sim.sensitivity.testfunctions:noisy_line"
SMALL = {"organization": {"people": 40, "departments": 3}, "run": {"years": 1, "burn_in": 0.1}}
USUAL: dict[str, Any] = {**SMALL, "name": "quiet", "title": "Quiet"}
PLAN: dict[str, Any] = {
    **SMALL,
    "name": "busy",
    "title": "Busy",
    "levers": [{"lever": "L01"}, {"lever": "L04"}],
}


def ripple(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A study of y = x1 + .5 x2 + .1 x3 and noise, and what it said."""
    out = tmp_path_factory.mktemp("line") / "study"
    got = ripple(
        "sensitivity", "--task", LINE, "--method", "sobol", "--samples", "64", "--replicates", "2", "--luck", "independent",
        "--workers", "1", "--first-order-only", "--json", "--out", str(out),
    )  # fmt: skip
    assert got.exit_code == 0, got.output
    return out, json.loads(got.stdout)


@pytest.mark.slow
def test_one_command_gives_page_tables_and_the_same_numbers_in_json(
    line: tuple[Path, dict[str, Any]],
) -> None:
    out, said = line
    page = (out / "sensitivity.html").read_text(encoding="utf-8")
    assert said["kind"] == "sensitivity" and said["points"] == 64 * 5 and said["runs"] == 64 * 5 * 2
    assert (out / "sensitivity" / "indices.csv").exists() and (out / "runs.parquet").exists()
    totals = {row["factor"]: row["value"] for row in said["indices"] if row["index"] == "ST"}
    assert sorted(totals, key=totals.__getitem__, reverse=True)[0] == "x1"
    assert said["headline"][0].replace("&#x27;", "'")[:40] in page


@pytest.mark.slow
def test_a_stored_study_is_analysed_again_by_another_method(
    line: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    got = ripple(
        "sensitivity", "--from", str(line[0]), "--method", "rbd_fast", "--out", str(tmp_path), "--json"
    )
    assert got.exit_code == 0, got.output
    said = json.loads(got.stdout)
    assert said["method"] == "rbd_fast" and said["points"] == line[1]["points"]
    assert {row["index"] for row in said["indices"]} == {"S1"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["stars_align"], "no factor is chosen"),
        (["stars_align", "--factors", "contagin"], "did you mean 'contagion'"),
        (["stars_align", "--factors", "contagion,push", "--method", "latin"], "use ripple sweep"),
        (["stars_align", "--factors", "contagion,push", "--samples", "100"], "64 or 128"),
        (["nowhere", "--factors", "contagion"], "nowhere"),
        (
            ["--task", "sim.sensitivity.testfunctions:noisy", "--workers", "1"],
            "nothing is known of the factors",
        ),
        (["--study", "nothing_like_it"], "no study file named"),
        ([], "name a scenario"),
        (["--from", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_one_message(arguments: list[str], words: str) -> None:
    got = ripple("sensitivity", *arguments)
    assert got.exit_code == 2
    assert words in got.output and "Traceback" not in got.output


@pytest.mark.parametrize(
    ("seconds", "says"), [(0.05, "--method "), (600.0, "too few for"), (9000.0, "allows no run")]
)
def test_what_an_hour_would_hold_is_said_whether_it_is_much_or_nothing(seconds: float, says: str) -> None:
    factors = tuple(Factor(f"parameters.x{k}", low=0.0, high=1.0) for k in range(12))
    plan: Any = SimpleNamespace(factors=factors)
    assert says in _an_hour(seconds, 2, plan)


def test_a_dry_run_counts_and_runs_nothing(tmp_path: Path) -> None:
    out = tmp_path / "none"
    got = ripple(
        "sensitivity", "--task", LINE, "--method", "morris", "--samples", "8", "--replicates", "3", "--dry-run",
        "--json", "--out", str(out),
    )  # fmt: skip
    assert got.exit_code == 0, got.output
    assert json.loads(got.stdout)["runs"] == json.loads(got.stdout)["points"] * 3 and not out.exists()
    assert json.loads(got.stdout)["folder"] == str(out)


def test_levers_belong_to_the_plan_that_has_them_and_parameters_to_both() -> None:
    plan = plan_study([USUAL, PLAN], factors="contagion,levers", method="sobol", samples=8, replicates=2)
    assert [factor.path for factor in plan.factors] == [
        "parameters.contagion",
        "busy:levers.L01.dose",
        "busy:levers.L04.dose",
    ]
    quiet, busy = plan.sweep.arms
    assert len(quiet.parameters) == 1 and not quiet.others
    assert len(busy.parameters) == 1 and len(busy.others) == 2
    assert plan.title == "What decides between Quiet and Busy"


def test_a_mistake_is_not_hidden_by_a_second_scenario() -> None:
    with pytest.raises(SensitivityError, match="contagin"):
        plan_study([USUAL, PLAN], factors="contagin,levers")
    with pytest.raises(SensitivityError, match="levers"):
        plan_study([USUAL], factors="levers")


@pytest.mark.slow
def test_two_plans_are_studied_by_their_difference(tmp_path: Path) -> None:
    done = sensitivity(
        [USUAL, PLAN], factors="contagion,levers.L04",
        method="tornado", replicates=3, outputs=["share_end", "time_to_25"], offsets="default", workers=1,
        out=tmp_path / "two",
    )  # fmt: skip
    found = outcomes_of_sweep(open_sweep(tmp_path / "two"))
    gap = found["share_end: busy − quiet"]
    np.testing.assert_allclose(gap, found["share_end: busy"] - found["share_end: quiet"])
    assert next(iter(found)) == "share_end: busy − quiet"
    times = found.get("time_to_25: busy − quiet")
    assert times is not None and np.isfinite(times).all()  # never counts as the horizon
    assert set(done.result.indices["output"]) >= {"share_end: busy − quiet", "share_end: busy"}


@pytest.mark.parametrize("second_order", [True, False])
def test_an_outcome_that_varies_with_one_luck_alone_does_not_stop_the_analysis(second_order: bool) -> None:
    from sim.sensitivity.analyse import analyse
    from sim.sensitivity.designs import make_design
    from sim.sensitivity.testfunctions import factors_of

    design = make_design(factors_of("noisy_line"), "sobol", 16, second_order=second_order)
    y = np.zeros((design.n_points, 3))
    y[:, 0] = np.asarray(
        design.values[0], dtype=float
    )  # leaving out the first replicate leaves nothing that varies
    found = analyse(design, {"y": y}, resamples=8)
    assert ("S2" in set(found.indices["index"])) == second_order
