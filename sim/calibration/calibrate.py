"""The whole calibration: waves of simulations, recovery, what is not ruled out, and how implausible the defaults are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.calibration.bank import NAMES, Bank, prior, pulled, simulated, to_unit, to_values
from sim.calibration.emulators import Emulator
from sim.calibration.errors import CalibrationError
from sim.calibration.matching import CUT, emulators, implausibilities, noises, not_ruled_out
from sim.calibration.recovery import Recovered, recover
from sim.experiments.design_table import Design
from sim.experiments.runner import Report
from sim.experiments.store import read_manifest

Floats = npt.NDArray[np.float64]
Say = Callable[[str], None]
FIRST, PULLED, LATER, WAVES = 64, 96, 160, 5
_LEFT_OUT: Final = 2  # waves whose points are not drawn from what the prior leaves


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave: how many points, the share of the prior that was not ruled out when it was drawn (1 for the first two), and
    how many of its points were found not implausible when simulated."""

    number: int
    points: int
    left: float
    kept: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found.

    Attributes:
        bank: every point simulated.
        emulators: by outcome, from the whole bank.
        waves: one after the other.
        worst: implausibility of each point of the bank by outcome, shape (points, outcomes).
        sample: points of the unit cube that are not implausible, shape (points, parameters).
        sample_found: their outcomes, shape (points, outcomes).
        defaults: the register's defaults' implausibility by outcome, shape (outcomes,); defaults_found: their outcomes.
        recovered: by parameter, most shrunk first.
    """

    bank: Bank
    emulators: dict[str, Emulator]
    waves: tuple[Wave, ...]
    worst: Floats
    sample: Floats
    sample_found: Floats
    defaults: Floats
    defaults_found: Floats
    recovered: tuple[Recovered, ...]


def calibrate(
    out: Path,
    *,
    first: int = FIRST,
    second: int = PULLED,
    later: int = LATER,
    waves: int = WAVES,
    seed: int = 1,
    workers: int | None = None,
    say: Say | None = None,
    progress: Report | None = None,
) -> Calibration:
    """Simulate waves of points into `out`, recover, and sample what is not ruled out; the same call goes on where it stopped.

    Args:
        first: points of the prior (wave 1, the truths of the recovery); second: points between prior and defaults (wave 2).
        later: points of each later wave, drawn from what the emulators so far leave of the prior.
        waves: how many in all, 3 or more.
        seed: of the designs.
        workers: processes.
        say: called with a line when something begins.

    Raises:
        CalibrationError: too few waves or points, nothing left of the prior, or scikit-learn is missing.
        StoreError: `out` holds other waves.
        ExperimentInterrupted: Ctrl-C; what was finished is kept.
    """
    if waves < 3 or min(first, second, later) < 1:
        raise CalibrationError(
            f"{waves} waves of {first}, {second} and {later} points: give 3 waves or more, of 1 point or more"
        )
    tell = say or (lambda line: None)

    def run(unit: Floats, wave: int, left: float = 1.0) -> Bank:
        tell(f"wave {wave}: {len(unit)} points")
        return simulated(unit, _wave(out, wave), wave=wave, left=left, workers=workers, progress=progress)

    banks = [run(prior(first, seed=seed), 1).and_(run(pulled(second, seed=seed + 1), 2))]
    home = run(to_unit({})[None, :], 0)
    made: list[dict[str, Emulator]] = []
    shares = [1.0, 1.0]
    for wave in range(3, waves + 1):
        known = _begun(_wave(out, wave), later)
        if known is None:
            made += [emulators(bank) for bank in banks[len(made) :]]
            known = not_ruled_out(later, made, seed=seed * 100 + wave)
        unit, share = known
        if not len(unit):
            raise CalibrationError(
                f"before wave {wave} nothing of the prior is left: the patterns cannot be met together; look at {out}"
            )
        banks.append(banks[-1].and_(run(unit, wave, share)))
        shares.append(share)
    tell("recovery")
    recovered = recover(banks[-1], seed=seed)
    return _found(banks[-1], home, emulators(banks[-1]), shares, recovered)


def stored(out: Path) -> Bank:
    """All waves that lie in a folder.

    Raises:
        CalibrationError: there is none.
    """
    banks: list[Bank] = []
    while (known := _begun(_wave(out, len(banks) + 1), sys.maxsize)) is not None:
        wave = len(banks) + 1
        banks.append(simulated(known[0], _wave(out, wave), wave=wave))
    if not banks:
        raise CalibrationError(f"{out} holds no wave; make it with: ripple calibrate --out {out}")
    return reduce(Bank.and_, banks)


def _wave(out: Path, number: int) -> Path:
    return out / f"wave-{number}"


def _begun(folder: Path, size: int) -> tuple[Floats, float] | None:
    """Points and share of the prior of a wave that was begun: emulators may differ in the last digits elsewhere.

    A wave that is finished is taken whole; of one that is not, no more than `size`.
    """
    place = folder / "design.parquet"
    if not place.is_file():
        return None
    design = Design.from_parquet(place)
    columns = dict(zip(design.paths, design.values, strict=True))
    unit = np.stack([_unit_column(name, columns[f"parameters.{name}"]) for name in NAMES], axis=1)
    finished = bool(read_manifest(folder).get("finished"))
    return unit if finished else unit[:size], float(design.meta.get("left", float("nan")))


def _unit_column(name: str, values: npt.NDArray[np.float64]) -> Floats:
    return np.array([to_unit({name: float(value)})[NAMES.index(name)] for value in values])


def _found(
    bank: Bank, home: Bank, made: dict[str, Emulator], shares: Sequence[float], recovered: Sequence[Recovered]
) -> Calibration:
    noise = noises(made)
    worst = implausibilities(bank.found, noise)
    fine = worst.max(axis=1) <= CUT
    waves = tuple(
        Wave(k, int((bank.wave == k).sum()), share, int((fine & (bank.wave == k)).sum()))
        for k, share in enumerate(shares, start=1)
    )
    kept = fine & (bank.wave > _LEFT_OUT)
    return Calibration(
        bank, made, waves, worst, bank.unit[kept], bank.found[kept], implausibilities(home.found, noise)[0], home.found[0],
        tuple(recovered),
    )  # fmt: skip


def write_sample(found: Calibration, path: Path) -> None:
    """The sample as `plausible.csv`: a row a point, a column a parameter, four digits."""
    values = to_values(found.sample)
    lines = [",".join(NAMES)]
    lines += [",".join(f"{values[name][row]:.4g}" for name in NAMES) for row in range(len(found.sample))]
    path.write_text("\n".join(lines) + "\n", "utf-8")
