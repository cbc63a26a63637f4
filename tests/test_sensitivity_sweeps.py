"""From a sweep's folder to its analysis: a test function through the same plan, workers and store as the simulation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from sim.experiments.sweeping import sweep
from sim.scenario import load
from sim.sensitivity import testfunctions
from sim.sensitivity.choosing import choose
from sim.sensitivity.designs import make_design
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.of_sweep import analyse_sweep

ROOM = "sim.sensitivity.testfunctions"


def test_ishigami_through_the_pipeline(tmp_path: Path) -> None:
    design = make_design(testfunctions.factors_of("ishigami"), "sobol", 512)
    with ThreadPoolExecutor(1) as pool:
        made = sweep([], design, task=f"{ROOM}:ishigami", replicates=1, out=tmp_path / "s", workers=pool)
    result = analyse_sweep(made, deterministic=True, convergence=False, resamples=10)
    total = result.index("ST").set_index("factor")["value"][["x1", "x2", "x3"]].to_numpy()
    assert np.abs(total - testfunctions.ISHIGAMI["ST"]).max() < 0.03
    assert result.meta["runs"] == 4096 and result.meta["digest"] == design.digest


def test_a_noisy_line_with_luck_of_its_own_in_every_run(tmp_path: Path) -> None:
    design = make_design(testfunctions.factors_of("noisy_line"), "sobol", 128)
    with ThreadPoolExecutor(1) as pool:
        made = sweep(
            [], design, task=f"{ROOM}:noisy_line", replicates=8, luck="independent", out=tmp_path / "s", workers=pool
        )  # fmt: skip
    result = analyse_sweep(made, convergence=False, resamples=20)
    assert result.meta["luck"] == "independent"
    assert result.outputs["chance_sd"].iloc[0] == pytest.approx(0.5, abs=0.02)
    assert result.index("ST")["factor"].tolist()[:2] == ["x1", "x2"]
    assert result.outputs["output"].tolist() == ["y"]
    with pytest.raises(SensitivityError, match="nothing to decide"):
        analyse_sweep(made, decide=True)


@pytest.mark.slow
def test_a_decision_between_two_small_plans(tmp_path: Path) -> None:
    chosen = choose("do_weight, contagion", load("contagion_first"))
    design = make_design(chosen.factors, "pawn", 64)
    small = ["organization.people=30", "run.years=1"]
    made = sweep(
        ["technology_first", "contagion_first"], design, replicates=2, overrides=small,
        outputs=["share_end", "time_to_25"], offsets="default",
        out=tmp_path / "s", workers=1,
    )  # fmt: skip
    result = analyse_sweep(made, resamples=5, convergence=False)
    assert {name for name in result.outputs["output"] if "hump" not in name} == {
        f"{name}: contagion_first {what} technology_first"
        for name in ("share_end", "time_to_25")
        for what in ("−", "overtakes")
    }
    every = analyse_sweep(
        sweep(["contagion_first"], design, replicates=2, overrides=small, outputs=["share_end", "share_5y"],
              offsets="default", out=tmp_path / "t", workers=1),
        resamples=5, convergence=False,
    )  # fmt: skip
    assert "share_5y" in every.notes["text"].iloc[-1] and set(every.outputs["output"]) == {"share_end"}
    alone = analyse_sweep(made, ["time_to_25"], scenario="contagion_first", resamples=5, convergence=False)
    assert "never counts as 1 year" in alone.outputs["treatment"].iloc[0]
