"""One bank of simulations: parameters drawn from their ranges, every plan run at each, all waves of all teams kept.

The bank is made once, through the runner of sweeps (stored, resumable, grown by asking for more points), and serves
every wave that comes and every repetition of the recovery study.  Each point has luck of its own, so that what is
inferred allows for chance; plans share the luck of a point, so that their difference does not hang on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.experiments import Design, Sweep, open_sweep, sweep
from sim.experiments.plan import Source
from sim.experiments.runner import Report
from sim.organization.luck import Luck
from sim.organization.privacy import published_groups
from sim.pulse.errors import PulseError
from sim.pulse.survey import ITEMS, QUARTER
from sim.scenario import Scenario, load, resolve
from sim.sensitivity.choosing import choose
from sim.sensitivity.factors import Factor

Floats = npt.NDArray[np.float64]

PARAMETERS: Final = (
    "susceptibility",
    "contagion",
    "relaxation",
    "push",
    "do_weight",
    "conduct_halflife",
)
POINTS: Final = 4000
LEAST: Final = 240  # a fit needs 200; a tenth is kept aside for the recovery study, and a run may fail
MADE_BY: Final = "ripple pulse"


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Simulated organisations whose parameters are known.

    Attributes:
        name: for tables: the scenario that is surveyed.
        plans: names, the surveyed scenario first.
        teams: as tables show them; seats: people in each, shape (teams,).
        factors: the parameters that vary, with their ranges.
        u: their quantiles, independent and uniform in (0, 1), shape (points, parameters).
        values: means on 0–1 of the items by plan, point, quarter (0 first), team and item, shape
            (plans, points, quarters, teams, items).
    """

    name: str
    plans: tuple[str, ...]
    teams: tuple[str, ...]
    seats: Floats
    factors: tuple[Factor, ...]
    u: Floats
    values: Floats

    @property
    def points(self) -> int:
        """Number of simulated organisations."""
        return len(self.u)

    @property
    def quarters(self) -> int:
        """Last quarter that is simulated."""
        return int(self.values.shape[2]) - 1

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(factor.label for factor in self.factors)

    def natural(self, u: Floats) -> Floats:
        """Parameters in their own units from quantiles, shape of u (last axis the parameters)."""
        return np.stack([factor.values(u[..., j]) for j, factor in enumerate(self.factors)], axis=-1)

    def plan(self, name: str) -> int:
        """Number of a plan.

        Raises:
            PulseError: the bank does not hold it.
        """
        if name not in self.plans:
            raise PulseError(f"the bank holds no plan '{name}'; there are {', '.join(self.plans)}")
        return self.plans.index(name)

    def whole(self, plan: int) -> Floats:
        """Share practising in the whole organisation, teams weighted by their seats, shape (points, quarters)."""
        share = self.values[plan, :, :, :, ITEMS.index("share_practising")]
        mean: Floats = share @ (self.seats / self.seats.sum())
        return mean


def make_bank(
    scenario: Source,
    *,
    plans: Sequence[Source] = (),
    parameters: Sequence[str] = PARAMETERS,
    points: int = POINTS,
    seed: int = 1,
    overrides: Sequence[str] = (),
    out: str | Path,
    workers: int | None = None,
    progress: Report | None = None,
) -> Bank:
    """Run the bank, or go on where it was left.

    Args:
        scenario: what the surveyed organisation does: a file, a bundled name, a mapping or a loaded scenario.
        plans: further scenarios to compare with it, on the same organisation.
        parameters: what is learnt from the survey, as `ripple sensitivity --factors` takes it.
        points: simulated organisations, `LEAST` or more; a larger number grows the same bank.
        seed: which points and which luck.
        overrides: `path=value` texts for every scenario.
        out: results folder of the sweep.
        workers: processes; all cores where not given.
        progress: called as runs finish.

    Raises:
        PulseError: the plans are not of one organisation, or too few points are asked for.
        ScenarioError, ExperimentError, SensitivityError: a scenario, sweep or parameter that cannot be used.
    """
    if points < LEAST:
        raise PulseError(f"{points} points are too few to learn from; give {LEAST} or more (4,000 is usual)")
    loaded = [_loaded(source, overrides) for source in (scenario, *plans)]
    factors = choose(parameters, loaded[0]).factors
    design = _design(factors, points, seed)
    made = sweep(
        loaded, design, replicates=1, seed=seed, luck="independent", outputs=_outputs(loaded), out=out,
        workers=workers, progress=progress,
    )  # fmt: skip
    return _read(made, loaded)


def _loaded(source: Source, overrides: Sequence[str]) -> Scenario:
    if isinstance(source, Scenario):
        if overrides:
            raise PulseError(f"scenario '{source.name}' is loaded already; give overrides where it is loaded")
        return source
    return load(source, overrides=overrides)


def open_bank(folder: str | Path) -> Bank:
    """A bank that was made.

    Raises:
        PulseError: the folder holds none, or an unfinished one.
        StoreError: it holds no sweep.
    """
    made = open_sweep(folder)
    if made.design.meta.get("made_by") != MADE_BY:
        raise PulseError(
            f"{folder} is a sweep, but no bank of pulse surveys; make one with: ripple pulse fit"
        )
    if not made.finished:
        raise PulseError(f"the bank in {folder} is not finished; give the same command again")
    files = [Path(folder) / "scenarios" / f"{name}.toml" for name in made.names]
    return _read(made, [load(file) for file in files])


def _design(factors: Sequence[Factor], points: int, seed: int) -> Design:
    u = Luck(seed, "pulse points").uniform(points * len(factors)).reshape(points, len(factors))
    columns = {factor.path: factor.values(u[:, j]) for j, factor in enumerate(factors)}
    meta: dict[str, Any] = {
        "made_by": MADE_BY, "seed": seed, "factors": [factor.as_dict() for factor in factors],
    }  # fmt: skip
    return Design.from_columns(columns, meta)


def _teams(scenario: Scenario) -> dict[str, int]:
    """Seats by team as shown: departments, those below five together."""
    organization = resolve(scenario).organization
    seats = np.bincount(
        organization.department[organization.staff], minlength=len(organization.department_names)
    )
    counts = {name: int(size) for name, size in zip(organization.department_names, seats, strict=True)}
    shown: dict[str, int] = {}
    for name, label in published_groups(counts).items():
        if label and counts[name]:
            shown[label] = shown.get(label, 0) + counts[name]
    return shown


def _outputs(loaded: Sequence[Scenario]) -> list[str]:
    years = min(scenario.run.years for scenario in loaded)
    teams = _teams(loaded[0])
    for other in loaded[1:]:
        if not _same_organization(loaded[0], other):
            raise PulseError(
                f"plan '{other.name}' is on another organisation than '{loaded[0].name}': give both the same "
                "[organization]"
            )
    times = [f"{QUARTER * k:g}" for k in range(int(years / QUARTER + 1e-9) + 1)]
    return [f"{item}[department={team}]@{time}" for item in ITEMS for team in teams for time in times]


def _same_organization(one: Scenario, other: Scenario) -> bool:
    """Whether two plans are on the same people; departments of other generated firms have the same names."""
    if set(_teams(one)) != set(_teams(other)):
        return False
    if one.organization == other.organization:
        return True
    a, b = resolve(one).organization, resolve(other).organization
    return all(
        np.array_equal(getattr(a, name), getattr(b, name)) for name in ("manager", "level", "department")
    )


def _read(made: Sweep, loaded: Sequence[Scenario]) -> Bank:
    teams = _teams(loaded[0])
    meta = made.design.meta
    factors = tuple(Factor.from_dict(item) for item in meta["factors"])
    table = made.stored(made.outputs)
    flat = np.stack(
        [np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.float64) for name in made.outputs],
        -1,
    )
    quarters = len(made.outputs) // (len(ITEMS) * len(teams))
    shaped = flat.reshape(made.design.n_points, len(made.names), len(ITEMS), len(teams), quarters)
    values = np.moveaxis(shaped, (1, 0, 4, 3, 2), (0, 1, 2, 3, 4))
    u = (
        Luck(int(meta["seed"]), "pulse points")
        .uniform(len(values[0]) * len(factors))
        .reshape(-1, len(factors))
    )
    good = np.logical_and.reduce([made.ok(name)[:, 0] for name in made.names])
    return Bank(
        made.names[0], tuple(made.names), tuple(teams), np.array(list(teams.values()), dtype=np.float64), factors,
        u[good], filled(values[:, good]),
    )  # fmt: skip


def filled(values: Floats) -> Floats:
    """Blank cells (a team that was too small for a while) take the team's value before, or that of the others."""
    out = values.copy()
    others = np.nanmean(out, axis=3, keepdims=True)
    first = np.isnan(out[:, :, 0])
    out[:, :, 0][first] = np.broadcast_to(others[:, :, 0], first.shape)[first]
    for k in range(1, out.shape[2]):
        blank = np.isnan(out[:, :, k])
        out[:, :, k][blank] = out[:, :, k - 1][blank]
    return out
