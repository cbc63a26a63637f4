"""Pulse surveys on a tiny bank of real simulations: what the organisation answers moves what is believed of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim.experiments.sweeping
import sim.pulse.bank
from sim.experiments import Design, sweep
from sim.organization.luck import Luck
from sim.pulse import ITEMS, Bank, Survey, fit, layout_of, make_bank, open_bank
from sim.pulse.asking import observed

pytestmark = pytest.mark.slow

SETTINGS = ("organization.people=60", "organization.departments=3", "run.years=2")
LEARNT = ("susceptibility", "conduct_halflife")
POINTS = 240  # as few as are allowed
TRUTHS = {
    "keeps": 1.8,
    "forgets": 0.1,
}  # years in which half of a behaviour is lost; between them the whole range


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished bank; its offsets rest on fewer runs than usual, which most of the time would go into."""
    out = tmp_path_factory.mktemp("pulse") / "bank"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.engine.stationary.few_runs", lambda people: 4)
        made = make_bank(
            "stars_align", parameters=LEARNT, points=POINTS, overrides=SETTINGS, out=out, workers=1
        )
    assert made.points == POINTS
    return out


@pytest.fixture(scope="module")
def bank(folder: Path) -> Bank:
    return open_bank(folder)


@pytest.fixture(scope="module")
def answers(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Survey]:
    """Surveys of two organisations that the bank does not hold: one where behaviour lasts, one where it does not."""
    outputs = [
        f"{item}[department={team}]@{k / 4:g}"
        for k in range(bank.quarters + 1)
        for team in bank.teams
        for item in ITEMS
    ]
    made = sweep(
        ["stars_align"],
        Design.from_columns({"parameters.conduct_halflife": list(TRUTHS.values())}),
        replicates=1, seed=77, outputs=outputs, overrides=SETTINGS, workers=1,
        out=tmp_path_factory.mktemp("truth") / "sweep",
    )  # fmt: skip
    table = made.stored(outputs)
    layout = layout_of(bank, waves=bank.quarters)
    flat = np.stack([np.asarray(table[name].to_numpy(zero_copy_only=False)) for name in outputs], axis=-1)
    values = flat.reshape(len(TRUTHS), *layout.values.shape)
    seen = observed(values, layout, bank.seats, Luck(7, "answers"))
    return {name: replace(layout, values=one) for name, one in zip(TRUTHS, seen, strict=True)}


def believed(survey: Survey, bank: Bank) -> float:
    """Posterior mean of the half-life's quantile; before any survey it is one half."""
    posterior = fit(survey, bank)
    return float((posterior.weights @ posterior.u)[LEARNT.index("conduct_halflife")])


def test_a_posterior_moves_from_the_prior_towards_an_extreme_truth(
    bank: Bank, answers: dict[str, Survey]
) -> None:
    keeps, forgets = (believed(answers[name], bank) for name in ("keeps", "forgets"))
    assert forgets < 0.4 < 0.6 < keeps


def test_the_next_wave_is_learnt_from_without_a_run(
    folder: Path, answers: dict[str, Survey], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_run(*arguments: object, **options: object) -> None:
        raise AssertionError("a run was made")

    monkeypatch.setattr(sim.pulse.bank, "sweep", no_run)
    monkeypatch.setattr(sim.experiments.sweeping, "execute_sweep", no_run)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    bank = open_bank(folder)
    early, late = (fit(answers["keeps"].until(wave), bank) for wave in (6, 7))
    assert late.survey.waves == (*early.survey.waves, 7)
    assert not np.array_equal(early.u, late.u)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before
