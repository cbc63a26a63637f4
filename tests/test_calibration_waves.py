"""Waves of the calibration without simulations: what is asked for, what is read again, what is left of the prior."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim.calibration import account, bank, calibrate, emulators, matching, recovery
from sim.calibration.bank import NAMES, Bank, prior, to_unit, to_values
from sim.calibration.errors import CalibrationError
from sim.calibration.matching import TARGETS
from sim.calibration.outcomes import BESIDE, OUTCOMES
from sim.experiments.design_table import Design
from sim.organization.luck import Luck

Floats = npt.NDArray[np.float64]


class Planted:
    """An emulator that knows its outcome: `centre` where the first parameter lies in [low, high], far out elsewhere."""

    noise, explained, active = 0.0, 0.5, (0, 1)

    def __init__(self, name: str, low: float = 0.0, high: float = 1.0, *, explained: float = 0.5) -> None:
        target = TARGETS[name]
        self.good = target.middle if np.isfinite(target.high) else target.low
        self.low, self.high, self.explained = low, high, explained
        self.asked: list[int] = []

    def __call__(self, unit: Floats) -> tuple[Floats, Floats]:
        assert len(unit)  # a process cannot predict nothing
        self.asked.append(len(unit))
        inside = (unit[:, 0] >= self.low) & (unit[:, 0] <= self.high)
        return np.where(inside, self.good, self.good - 100.0), np.zeros(len(unit))


def wave_of(low: float, high: float) -> dict[str, Any]:
    return {name: Planted(name, low, high) for name in OUTCOMES}


def planted(unit: Floats, wave: int) -> Bank:
    found = np.tile([wave + 0.1 * k for k in range(len(OUTCOMES))], (len(unit), 1))
    return Bank(unit, found, {name: np.full(len(unit), 7.0) for name in BESIDE}, np.full(len(unit), wave))


# --- what is ruled out --------------------------------------------------------------------------------------


def test_nobody_is_asked_about_points_that_are_out_already() -> None:
    """The outcome that tells most rules everything out; the others, and later waves, are not asked."""
    first = wave_of(0.0, 1.0)
    first["rise"] = Planted("rise", 2.0, 3.0, explained=0.9)
    later = wave_of(0.0, 1.0)
    assert matching.ruled_out(prior(10, seed=1), [first, later]).all()
    assert first["rise"].asked == [10]
    assert not any(one.asked for name, one in {**first}.items() if name != "rise")
    assert not any(one.asked for one in later.values())


def test_points_found_are_multiplied_among_what_is_not_ruled_out() -> None:
    waves: list[Any] = [wave_of(0.4, 0.7)]
    points, share = matching.not_ruled_out(300, waves, seed=3, most=100, batch=100)
    assert points.shape == (300, len(NAMES)) and share == pytest.approx(0.3, abs=0.15)
    assert not matching.ruled_out(points, waves).any()
    assert ((points >= 0.0) & (points <= 1.0)).all()
    assert len(np.unique(points[:, 0])) > 200  # they walked
    assert points[:, 0].min() < 0.45 and points[:, 0].max() > 0.65
    assert points[:, 5].std() == pytest.approx(12**-0.5, abs=0.03)  # what moves nothing is drawn afresh
    again, _ = matching.not_ruled_out(300, waves, seed=3, most=100, batch=100)
    assert np.array_equal(points, again)


def test_enough_points_are_left_as_they_were_drawn() -> None:
    waves: list[Any] = [wave_of(0.4, 0.7)]
    points, share = matching.not_ruled_out(20, waves, seed=3, batch=100)
    drawn = Luck(3, "not implausible").uniform(100 * len(NAMES)).reshape(100, len(NAMES))
    good = drawn[(drawn[:, 0] >= 0.4) & (drawn[:, 0] <= 0.7)]
    assert np.array_equal(points, good[:20]) and share == len(good) / 100
    nothing, none = matching.not_ruled_out(20, [wave_of(2.0, 3.0)], seed=3, most=200, batch=100)  # type: ignore[list-item]
    assert nothing.shape == (0, len(NAMES)) and none == 0.0


# --- a wave -------------------------------------------------------------------------------------------------


class Made:
    """A sweep that is made: outcome k is k at every point; the second point failed."""

    def __init__(self, design: Design) -> None:
        self.points = len(design)

    def values(self, name: str) -> Floats:
        place = float([*OUTCOMES, *BESIDE].index(name))
        return np.arange(self.points)[:, None] * 100.0 + place

    def ok(self) -> npt.NDArray[np.bool_]:
        return np.arange(self.points)[:, None] != 1


def test_a_wave_is_a_sweep_of_its_points(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    def sweep(scenarios: list[str], design: Design, **options: Any) -> Made:
        asked.update(options, scenarios=scenarios, design=design)
        return Made(design)

    monkeypatch.setattr(bank, "sweep", sweep)
    unit = prior(3, seed=1)
    made = bank.simulated(unit, tmp_path, wave=4, left=0.25, workers=1)
    assert np.array_equal(made.unit, unit[[0, 2]]) and made.wave.tolist() == [4, 4]
    assert made.found[1].tolist() == [200.0 + k for k in range(len(OUTCOMES))]
    assert made.beside[BESIDE[0]].tolist() == [len(OUTCOMES), 200.0 + len(OUTCOMES)]
    design = asked["design"]
    assert design.meta == {"left": 0.25} and asked["out"] == tmp_path and asked["workers"] == 1
    assert set(design.paths) == {f"parameters.{name}" for name in NAMES}
    push = design.values[design.paths.index("parameters.push")]
    assert push == pytest.approx(to_values(unit)["push"])


def test_a_wave_of_other_parameters_or_fewer_points_is_no_beginning(tmp_path: Path) -> None:
    Design.from_columns({"parameters.push": np.array([1.0, 1.5])}).to_parquet(tmp_path / "design.parquet")
    more = Design.from_columns({"parameters.push": np.array([1.0, 1.5, 1.7])})
    other = Design.from_columns({"parameters.habit": np.array([1.0, 1.5])})
    assert bank._as_before(tmp_path, more) is more and bank._as_before(tmp_path, other) is other


def begun(out: Path, number: int, unit: Floats, *, finished: bool, left: float = 0.5) -> None:
    """A folder as a wave leaves it."""
    folder = out / f"wave-{number}"
    folder.mkdir(parents=True)
    columns = {f"parameters.{name}": column for name, column in to_values(unit).items()}
    Design.from_columns(columns, {"left": left}).to_parquet(folder / "design.parquet")
    (folder / "manifest.json").write_text(json.dumps({"finished": finished}), "utf-8")


def test_all_waves_of_a_folder_are_read_in_their_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, two = prior(3, seed=1), prior(2, seed=2)
    begun(tmp_path, 1, one, finished=True)
    begun(tmp_path, 2, two, finished=False)
    begun(tmp_path, 4, two, finished=True)  # without a third it belongs to something else
    asked: list[Path] = []

    def simulated(unit: Floats, folder: Path, *, wave: int) -> Bank:
        asked.append(folder)
        return planted(unit, wave)

    monkeypatch.setattr(calibrate, "simulated", simulated)
    found = calibrate.stored(tmp_path)
    assert asked == [tmp_path / "wave-1", tmp_path / "wave-2"]
    assert found.wave.tolist() == [1, 1, 1, 2, 2]
    assert np.allclose(found.unit, np.concatenate([one, two]), atol=1e-9)


def test_of_a_wave_that_is_not_finished_no_more_is_taken_than_asked_for(tmp_path: Path) -> None:
    unit = prior(5, seed=1)
    begun(tmp_path, 3, unit, finished=False, left=0.125)
    begun(tmp_path, 4, unit, finished=True)
    part, left = calibrate._begun(tmp_path / "wave-3", 2) or (unit, 0.0)
    assert np.allclose(part, unit[:2], atol=1e-9) and left == 0.125
    whole, _ = calibrate._begun(tmp_path / "wave-4", 2) or (unit[:0], 0.0)
    assert len(whole) == 5
    assert calibrate._begun(tmp_path / "wave-5", 2) is None


def quick(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, float]]:
    """Waves that are planted; returns what each was asked for: its number, points, and share of the prior."""
    asked: list[tuple[int, int, float]] = []

    def simulated(unit: Floats, folder: Path, *, wave: int, left: float, **options: Any) -> Bank:
        asked.append((wave, len(unit), left))
        return planted(unit, wave)

    monkeypatch.setattr(calibrate, "simulated", simulated)
    monkeypatch.setattr(calibrate, "emulators", lambda known: wave_of(0.0, 1.0))
    monkeypatch.setattr(calibrate, "recover", lambda known, *, seed: [])
    return asked


def test_nothing_left_of_the_prior_ends_the_calibration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = quick(monkeypatch)
    empty = np.empty((0, len(NAMES)))
    monkeypatch.setattr(calibrate, "not_ruled_out", lambda size, made, *, seed: (empty, 0.0))
    with pytest.raises(CalibrationError) as problem:
        calibrate.calibrate(tmp_path, first=4, second=3, later=2, waves=3)
    assert str(problem.value) == (
        f"before wave 3 nothing of the prior is left: the patterns cannot be met together; look at {tmp_path}"
    )
    assert asked == [(1, 4, 1.0), (2, 3, 1.0), (0, 1, 1.0)]


def test_a_wave_that_was_begun_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = quick(monkeypatch)
    drawn: list[int] = []

    def fresh(size: int, made: list[Any], *, seed: int) -> tuple[Floats, float]:
        drawn.append(len(made))
        return prior(size, seed=seed), 0.2

    monkeypatch.setattr(calibrate, "not_ruled_out", fresh)
    begun(tmp_path, 3, prior(5, seed=9), finished=True, left=0.4)
    said: list[str] = []
    found = calibrate.calibrate(tmp_path, first=4, second=3, later=2, waves=4, say=said.append)
    assert asked == [(1, 4, 1.0), (2, 3, 1.0), (0, 1, 1.0), (3, 5, 0.4), (4, 2, 0.2)]
    assert drawn == [2]  # wave 4 from the emulators of what was known before and after wave 3
    assert [(one.points, one.left) for one in found.waves] == [(4, 1.0), (3, 1.0), (5, 0.4), (2, 0.2)]
    assert said == ["wave 1: 4 points", "wave 2: 3 points", "wave 0: 1 points", "wave 3: 5 points",
                    "wave 4: 2 points", "recovery"]  # fmt: skip


# --- recovery, emulators, the account -----------------------------------------------------------------------


def test_without_truths_nothing_is_recovered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Truths are points of wave 1; and where too few candidates are like a truth, nothing is said of it."""
    monkeypatch.setattr(recovery, "emulate", lambda unit, values: Planted("rise"))
    known = {"rise": 0.2}
    assert recovery.recover(planted(prior(6, seed=1), 2), known=known, candidates=100) == []
    first = planted(prior(6, seed=1), 1)
    assert len(recovery.recover(first, known=known, candidates=100)) == len(NAMES)
    monkeypatch.setattr(recovery, "_ENOUGH", 101.0)
    assert recovery.recover(first, known=known, candidates=100) == []
    monkeypatch.setattr(recovery, "recover", lambda known_bank, **options: [])
    lines = recovery.other_data(first).splitlines()
    assert len(lines) == 2 + len(recovery.DATA) and all("(0 worlds)" in line for line in lines[2:])


def test_without_scikit_learn_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.exceptions", None)
    unit = prior(40, seed=1)
    with pytest.raises(CalibrationError) as problem:
        emulators.emulate(unit, unit[:, 0].copy())
    assert str(problem.value) == (
        "calibrating needs scikit-learn; install it with: pip install -e '.[calibration]' in the folder of Ripple"
    )


def test_a_band_of_what_is_undefined_is_a_dash() -> None:
    assert account._band(np.array([np.nan, np.inf])) == "–"
    assert account._band(np.array([0.0, 1.0, np.nan])) == "0.50 (0.05 to 0.95)"


def test_defaults_are_a_point_of_the_cube() -> None:
    home = to_values(to_unit({})[None, :])
    assert home["push"][0] == pytest.approx(bank.REGISTER["push"].default)
