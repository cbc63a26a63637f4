"""History matching on banks with known answers: emulators, what is ruled out, recovery, the whole, the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

from sim.calibration import account, calibrate, emulators, matching, recovery
from sim.calibration.bank import NAMES, Bank, _as_before, prior, pulled, to_unit, to_values
from sim.calibration.errors import CalibrationError
from sim.calibration.matching import CUT, TARGETS, Target, implausibilities
from sim.calibration.outcomes import BESIDE, OUTCOMES, outcomes, prepared
from sim.calibration.recovery import recover
from sim.cli import main
from sim.experiments.design_table import Design
from sim.parameters import REGISTER

Floats = npt.NDArray[np.float64]
pytest.importorskip("sklearn")
HOME = to_unit({})


def toy(unit: Floats, wave: int) -> Bank:
    """Outcome k moves with parameter k alone, across a good deal more than its range; the defaults lie in the middle."""
    luck = np.random.default_rng(int(1e6 * unit[:, 0].sum()) + wave)
    found = np.empty((len(unit), len(OUTCOMES)))
    for k, name in enumerate(OUTCOMES):
        target = TARGETS[name]
        middle = target.middle if np.isfinite(target.high) else target.low + 2.0 * target.spread
        found[:, k] = middle + 5.0 * target.spread * (unit[:, k] - HOME[k])
        found[:, k] += 0.1 * target.spread * luck.standard_normal(len(unit))
    return Bank(unit, found, {name: np.zeros(len(unit)) for name in BESIDE}, np.full(len(unit), wave))


# --- the cube -----------------------------------------------------------------------------------------------


def test_a_longer_list_of_points_begins_with_the_shorter() -> None:
    for draw in (prior, pulled):
        assert np.array_equal(draw(70, seed=3), draw(200, seed=3)[:70])
        assert not np.array_equal(draw(70, seed=3), draw(70, seed=4))


def test_pulled_points_lie_between_the_defaults_and_the_prior() -> None:
    far, near = prior(64, seed=5) - HOME, pulled(64, seed=5) - HOME
    part = near / np.where(np.abs(far) < 1e-12, 1.0, far)
    assert ((part >= 0.0) & (part <= 0.85 + 1e-9)).all()
    assert part.std(axis=1).max() < 1e-6  # one distance a point


def test_the_cube_and_parameters_are_one_to_one() -> None:
    points = prior(5, seed=1)
    values = to_values(points)
    for row in range(5):
        assert np.allclose(
            to_unit({name: float(values[name][row]) for name in NAMES}), points[row], atol=1e-9
        )
    assert all(
        REGISTER[name].low <= values[name].min() <= values[name].max() <= REGISTER[name].high
        for name in NAMES
    )


def test_a_wave_that_was_begun_keeps_its_own_digits(tmp_path: Path) -> None:
    """Points that went through the unit cube and back differ in the last digit; they are the same points."""
    known = Design.from_columns({"parameters.push": np.array([1.0, 1.5, 1.7])}, {"left": 0.2})
    known.to_parquet(tmp_path / "design.parquet")
    again = Design.from_columns({"parameters.push": np.array([1.0, 1.5]) * (1.0 + 2e-16)})
    assert _as_before(tmp_path, again).values[0].tolist() == [1.0, 1.5]
    other = Design.from_columns({"parameters.push": np.array([1.0, 1.6])})
    assert _as_before(tmp_path, other) is other
    assert _as_before(tmp_path / "none", again) is again


# --- emulators ----------------------------------------------------------------------------------------------


def test_an_emulator_finds_what_moves_an_outcome_and_how_loud_luck_is() -> None:
    luck = np.random.default_rng(2)
    unit = prior(192, seed=7)
    truth = 2.0 * unit[:, 4] + np.sin(4.0 * unit[:, 9])
    made = emulators.emulate(unit, truth + 0.1 * luck.standard_normal(len(unit)))
    assert {4, 9} <= set(made.active[:3])
    assert made.noise**0.5 == pytest.approx(0.1, rel=0.6)
    assert made.explained > 0.8
    fresh = prior(64, seed=8)
    mean, variance = made(fresh)
    assert float(np.abs(mean - 2.0 * fresh[:, 4] - np.sin(4.0 * fresh[:, 9])).mean()) < 0.1
    assert (variance >= 0.0).all()


def test_undefined_outcomes_are_left_out_and_too_few_are_refused() -> None:
    unit = prior(64, seed=7)
    values = unit[:, 0].copy()
    values[::3] = np.nan
    assert 0 in emulators.emulate(unit, values).active
    values[:50] = np.nan
    with pytest.raises(CalibrationError, match="14 points"):
        emulators.emulate(unit, np.where(np.arange(64) < 50, np.nan, unit[:, 0]))


# --- implausibility -----------------------------------------------------------------------------------------


def test_distances_are_in_standard_deviations_of_range_and_discrepancy() -> None:
    both = Target("P", 1.0, 3.0, 0.5)
    assert both.spread == pytest.approx((0.5**2 + 0.5**2) ** 0.5)
    assert both.distance(np.array([2.0, 3.0, 0.0])) == pytest.approx([0.0, 1.0, 2.0])
    one = Target("P", 0.9, float("inf"), 0.1)
    assert one.spread == 0.1
    assert one.distance(np.array([0.5, 0.9, 1.0])) == pytest.approx([0.4, 0.0, 0.0])


def test_luck_makes_a_point_less_implausible_and_an_undefined_outcome_says_nothing() -> None:
    found = np.array([[TARGETS[name].low - 1.0 for name in OUTCOMES]])
    quiet, loud = (implausibilities(found, np.full(len(OUTCOMES), noise)) for noise in (0.0, 1.0))
    assert (loud < quiet).all()
    found[0, 3] = np.nan
    assert implausibilities(found, np.zeros(len(OUTCOMES)))[0, 3] == 0.0


@pytest.mark.slow
def test_what_is_left_of_the_prior_is_what_the_outcomes_allow() -> None:
    made = matching.emulators(toy(prior(128, seed=1), 1))
    unit, share = matching.not_ruled_out(60, [made], seed=2, batch=2000)
    worst = implausibilities(toy(unit, 9).found, np.zeros(len(OUTCOMES))).max(axis=1)
    assert len(unit) == 60 and 0.0 < share < 0.5
    assert float((worst <= CUT).mean()) > 0.9
    # where few prior draws are left, those found are multiplied, and stay inside
    more, _ = matching.not_ruled_out(200, [made], seed=2, most=500, batch=500)
    worst = implausibilities(toy(more, 9).found, np.zeros(len(OUTCOMES))).max(axis=1)
    assert len(more) == 200 and float((worst <= CUT).mean()) > 0.9
    assert len(np.unique(more, axis=0)) > 150


# --- recovery and the whole ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_moves_the_outcomes_is_identified_and_nothing_else() -> None:
    found = recover(toy(prior(96, seed=1), 1), folds=2, candidates=8000)
    identified = {one.name for one in found if one.identified}
    assert identified <= set(NAMES[: len(OUTCOMES)]) and len(identified) >= 3
    assert float(np.mean([one.coverage for one in found])) == pytest.approx(0.9, abs=0.06)


@pytest.mark.slow
def test_other_data_find_what_they_are_about() -> None:
    bank = toy(prior(96, seed=1), 1)
    bank = Bank(bank.unit, bank.found, {**bank.beside, "bundle_2": bank.unit[:, 40].copy()}, bank.wave)
    found = recover(bank, known={"bundle_2": 0.02}, folds=2, candidates=2000)
    assert [one.name for one in found if one.identified] == [NAMES[40]]
    blurred = recover(bank, known={"bundle_2": 5.0}, folds=2, candidates=2000)
    assert not any(one.identified for one in blurred)


@pytest.mark.slow
def test_intervals_hold_truths_that_are_seen_as_blurred_as_said() -> None:
    """Seen without blur the truth would lie inside in .98 of the worlds, and coverage would say nothing."""
    bank = toy(prior(192, seed=1), 1)
    bank = Bank(bank.unit, bank.found, {**bank.beside, "bundle_2": bank.unit[:, 40].copy()}, bank.wave)
    found = {one.name: one for one in recover(bank, known={"bundle_2": 0.1}, folds=2, candidates=2000)}
    assert 0.83 <= found[NAMES[40]].coverage <= 0.96  # .9 and three standard errors


def test_other_data_are_told_by_what_they_would_find(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(bank: Bank, *, known: dict[str, float], seed: int) -> list[recovery.Recovered]:
        return [recovery.Recovered("push", 0.9, 0.3 if "bundle_1" in known else 0.1, 7)]

    monkeypatch.setattr(recovery, "recover", found)
    lines = recovery.other_data(toy(prior(2, seed=1), 1)).splitlines()
    assert len(lines) == 2 + len(recovery.DATA)
    told = {line.split(" | ")[0]: line for line in lines[2:]}
    assert sum("| `push` (0.30) |" in line for line in told.values()) == 2
    assert all("(7 worlds)" in name for name in told)


def test_every_kind_of_data_is_in_the_bank() -> None:
    for known in recovery.DATA.values():
        assert set(known) <= {*OUTCOMES, *BESIDE}
        assert all(spread > 0.0 for spread in known.values())


def test_a_folder_without_a_wave_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="ripple calibrate --out"):
        calibrate.stored(tmp_path)


@pytest.mark.slow
def test_the_whole_keeps_points_of_later_waves_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(calibrate, "simulated", lambda unit, folder, *, wave, **options: toy(unit, wave))
    monkeypatch.setattr(calibrate, "recover", lambda bank, seed: [])
    found = calibrate.calibrate(tmp_path, first=64, second=64, later=40, waves=3)
    assert [wave.points for wave in found.waves] == [64, 64, 40]
    assert 0 < len(found.sample) == found.waves[2].kept <= 40
    assert found.defaults.max() < 1.0
    calibrate.write_sample(found, tmp_path / "plausible.csv")
    lines = (tmp_path / "plausible.csv").read_text("utf-8").splitlines()
    assert lines[0] == ",".join(NAMES) and len(lines) == 1 + len(found.sample)
    document = tmp_path / "page.md"
    document.write_text(f"before\n{account.BEGIN}\nold\n{account.END}\nafter\n", "utf-8")
    account.into_document(account.markdown(found), document)
    text = document.read_text("utf-8")
    assert (
        "\nold\n" not in text
        and text.startswith("before")
        and text.endswith("after\n")
        and "### The sample" in text
    )
    with pytest.raises(ValueError, match="put <!--"):
        account.into_document("x", tmp_path / "plausible.csv")


def test_too_few_waves_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="3 waves or more"):
        calibrate.calibrate(tmp_path, waves=2)


@pytest.mark.slow
def test_the_command_says_what_it_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(calibrate, "simulated", lambda unit, folder, *, wave, **options: toy(unit, wave))
    monkeypatch.setattr(calibrate, "recover", lambda bank, seed: [])
    given = [
        "calibrate",
        "--out",
        str(tmp_path),
        "--first",
        "64",
        "--second",
        "64",
        "--later",
        "20",
        "--waves",
        "3",
    ]
    done = CliRunner().invoke(main, [*given, "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (
        found["points"] == 148 and Path(found["account"]).is_file() and (tmp_path / "plausible.csv").is_file()
    )


def test_a_calibration_is_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sim.calibration.__main__ import main as command

    found, home = tmp_path / "found", tmp_path / "home"
    for folder in (found, home / "docs", home / "sim" / "experiments" / "data"):
        folder.mkdir(parents=True)
    (home / "docs" / "calibration.md").write_text(f"a\n{account.BEGIN}\n{account.END}\nb\n", "utf-8")
    (home / "sim" / "experiments" / "data" / "plausible.csv").write_text("push\n1.0\n", "utf-8")
    monkeypatch.chdir(home)
    with pytest.raises(ValueError, match="ripple calibrate --out"):
        command(["ship", str(found)])
    (found / "calibration.md").write_text("# Calibration\n\n### Waves\n", "utf-8")
    (found / "plausible.csv").write_text("push\n1.2\n", "utf-8")
    assert command(["ship", str(found)]) == 0
    assert "### Waves" in (home / "docs" / "calibration.md").read_text("utf-8")
    assert (home / "sim" / "experiments" / "data" / "plausible.csv").read_text("utf-8") == "push\n1.2\n"


# --- one real point -----------------------------------------------------------------------------------------


def test_a_point_is_looked_at() -> None:
    found = outcomes(prepared({"contagion": 0.0}, people=60), runs=4)
    assert set(found) == {*OUTCOMES, *BESIDE}
    assert found["critical"] >= 0.3  # without contagion nobody follows a few
    assert 0.4 < found["using_0"] < 0.8 and found["using_12"] < found["using_0"]
