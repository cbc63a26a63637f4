"""The one runner of all claims: worlds to sweeps, sweeps to contrasts, contrasts to verdicts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim._version import __version__
from sim.experiments import Sweep, sweep
from sim.experiments.workers import follow, usable_processors
from sim.scenario import Scenario, load
from sim.validation.claims.claim import Claim, Contrast
from sim.validation.claims.verdict import Found, Hinge, Judgement, Unreachable, judge
from sim.validation.claims.worlds import FULL, MAIN, QUICK, Effort, Group, design_of, draws, groups

SEED: Final = 20_260_805  # luck of the claims, and of the draws
Floats = npt.NDArray[np.float64]
Told = Callable[[int, int, str], None]
Draws = Callable[[int, int], tuple[list[dict[str, float]], str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial found about one claim.

    Attributes:
        claim: its id; fingerprint: of the claim as it was tried.
        found: the smallest contrast by draw in each world.
        means: mean of each contrast over the main draws, by its words.
        judgement: None where the claim could not be judged.
        problem: why not.
    """

    claim: str
    fingerprint: str
    found: tuple[Found, ...]
    means: Mapping[str, float]
    judgement: Judgement | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """All verdicts, with what is needed to check them.

    Attributes:
        version, seed, effort, source: of model, luck, amount ("full" or "quick") and draws.
        drawn: parameters of the main draws.
        outcomes: by claim, in the order of the page.
        runs: how many were made.
    """

    version: str
    seed: int
    effort: str
    source: str
    drawn: tuple[Mapping[str, float], ...]
    outcomes: tuple[Outcome, ...]
    runs: int

    def of(self, claim: str) -> Outcome:
        """What was found about a claim, by id.

        Raises:
            KeyError: it was not tried.
        """
        return next(one for one in self.outcomes if one.claim == claim)


def trial(
    claims: Sequence[Claim],
    *,
    quick: bool = False,
    out: Path | None = None,
    workers: int | Executor | None = None,
    told: Told | None = None,
    effort: Effort | None = None,
    drawn_by: Draws = draws,
    seed: int = SEED,
) -> Trial:
    """Try claims.

    Args:
        quick: a few draws and no other structures; verdicts are marked so.
        out: folder of the runs; the same call goes on where it was interrupted.  A folder that is thrown away if left out.
        workers: processes, or an executor that is not shut down; all processors if left out.
        told: called with sweeps done, sweeps in all and the name of the next.
        effort: how much to run, instead of full or quick.
        drawn_by: gives draws and their source, instead of those that are not ruled out.

    Raises:
        ExperimentError, ScenarioError: a claim's scenarios cannot be run.
    """
    chosen = effort or (QUICK if quick else FULL)
    say = told or (lambda done, total, name: None)
    todo = groups(claims, chosen)
    most = max(group.draws for group in todo)
    drawn, source = drawn_by(most, seed)
    found: dict[str, list[Found]] = {claim.id: [] for claim in claims}
    means: dict[str, dict[str, float]] = {}
    runs = 0
    with ExitStack() as stack:
        folder = out or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ripple-claims-")))
        crew = workers if isinstance(workers, Executor) else stack.enter_context(_pool(workers))
        for done, group in enumerate(todo):
            say(done, len(todo), group.name)
            made = _Sweeps(group, drawn[: group.draws], chosen.offsets, folder / group.name, crew, seed)
            for claim in group.claims:
                sums = np.array([made.sum(claim, contrast) for contrast in claim.contrasts])
                least = sums.min(axis=0)  # NaN where any is: a draw that did not run decides nothing
                says = _world_of(claim, group)
                values = tuple(round(float(v), 6) for v in least)
                found[claim.id].append(Found(group.kind, group.name, says, values, claim.margin))
                if group.kind == "main":
                    means[claim.id] = {
                        contrast.says: round(float(np.nanmean(row)), 6)
                        if np.isfinite(row).any()
                        else float("nan")
                        for contrast, row in zip(claim.contrasts, sums, strict=True)
                    }
            runs += made.runs
    say(len(todo), len(todo), "done")
    main = drawn[: chosen.draws]
    outcomes = tuple(_outcome(claim, found[claim.id], means[claim.id], main) for claim in claims)
    return Trial(__version__, seed, chosen.name, source, tuple(main), outcomes, runs)


def _pool(workers: int | None) -> ProcessPoolExecutor:
    """One crew for all sweeps: starting processes for each would cost more than many of them take."""
    context = get_context("spawn")
    return ProcessPoolExecutor(workers or usable_processors(), mp_context=context, initializer=follow)


def _world_of(claim: Claim, group: Group) -> str:
    world = {"null": claim.null, "region": claim.region}.get(group.kind)
    return group.world.says if world is None else world.says


def _outcome(
    claim: Claim, found: Sequence[Found], means: Mapping[str, float], drawn: Sequence[Mapping[str, float]]
) -> Outcome:
    try:
        verdict = judge(found, drawn, assumed=bool(claim.assumed), name=claim.id)
    except (Unreachable, ValueError) as problem:
        return Outcome(claim.id, claim.fingerprint, tuple(found), means, None, str(problem))
    return Outcome(claim.id, claim.fingerprint, tuple(found), means, verdict)


def _outputs(claims: Sequence[Claim]) -> list[str]:
    return list(dict.fromkeys(name for claim in claims for name in claim.outputs))


class _Sweeps:
    """The sweeps of one group: one for all stored outcomes, one for each measure of its own."""

    def __init__(
        self,
        group: Group,
        drawn: Sequence[Mapping[str, float]],
        offsets: str,
        folder: Path,
        crew: Executor,
        seed: int,
    ) -> None:
        self._arm: dict[tuple[str, str], str] = {}
        self._measured: dict[str, Sweep] = {}
        common: dict[str, Any] = {"replicates": group.replicates, "seed": seed, "workers": crew}
        plain = [claim for claim in group.claims if not claim.measure]
        self._sweep: Sweep | None = None
        if plain:
            arms = self._distinct(plain, group.world.set)
            self._sweep = sweep(
                arms, design_of(drawn, group.world), outputs=_outputs(plain), offsets=offsets, out=folder / "runs",
                rows_per_piece=group.replicates * len(arms), **common,
            )  # fmt: skip
        for measure in dict.fromkeys(claim.measure for claim in group.claims if claim.measure):
            of = [claim for claim in group.claims if claim.measure == measure]
            self._measured[measure] = sweep(
                ["run"], design_of(drawn, group.world, changes=True), task=measure, outputs=_outputs(of),
                out=folder / measure.rpartition(":")[2], rows_per_piece=group.replicates, **common,
            )  # fmt: skip

    @property
    def runs(self) -> int:
        """How many runs they hold."""
        every = [*self._measured.values(), *([] if self._sweep is None else [self._sweep])]
        return sum(int(one.manifest["runs"]) for one in every)

    def _distinct(self, claims: Sequence[Claim], changes: Sequence[str]) -> list[Scenario]:
        """Scenarios of all claims, equal ones once."""
        known: dict[str, Scenario] = {}
        for claim in claims:
            for name, scenario in claim.arms.items():
                content = scenario.model_dump(
                    exclude_none=True, by_alias=True, exclude={"name", "title", "question"}
                )
                key = json.dumps(content, sort_keys=True, default=str)
                if key not in known:
                    known[key] = load({**content, "name": f"{claim.id}-{name}"}, overrides=changes)
                self._arm[claim.id, name] = known[key].name
        return list(known.values())

    def sum(self, claim: Claim, contrast: Contrast) -> Floats:
        """A contrast by draw, the mean over replicates that ran, shape (draws,)."""
        total: Floats | float = 0.0
        for term in contrast.terms:
            total = total + term.times * (self._values(claim, term.arm, term.output) if term.arm else 1.0)
        values = np.atleast_2d(np.asarray(total, dtype=np.float64))
        there = np.isfinite(values)
        return np.where(
            there.any(axis=1),
            np.where(there, values, 0.0).sum(axis=1) / np.maximum(1, there.sum(axis=1)),
            np.nan,
        )

    def _values(self, claim: Claim, arm: str, output: str) -> Floats:
        if claim.measure:
            return self._measured[claim.measure].values(output)
        assert self._sweep is not None
        return self._sweep.values(output, self._arm[claim.id, arm])


def as_data(made: Trial) -> dict[str, Any]:
    """A trial as plain data that JSON can hold."""
    data: dict[str, Any] = _plain(asdict(made))
    return data


def _plain(value: Any) -> Any:
    """NaN becomes None, tuples lists."""
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def from_data(raw: Mapping[str, Any]) -> Trial:
    """The trial that `as_data` wrote.

    Raises:
        KeyError, TypeError: it did not.
    """
    outcomes = []
    for row in raw["outcomes"]:
        found = tuple(
            Found(**{**one, "values": tuple(np.nan if v is None else v for v in one["values"])})
            for one in row["found"]
        )
        verdict = row["judgement"]
        if verdict is not None:
            hinge = Hinge(**verdict["hinge"]) if verdict["hinge"] else None
            share = np.nan if verdict["null_share"] is None else verdict["null_share"]
            verdict = Judgement(
                **{**verdict, "hinge": hinge, "turning": tuple(verdict["turning"]), "null_share": share}
            )
        means = {key: np.nan if v is None else v for key, v in row["means"].items()}
        outcomes.append(Outcome(row["claim"], row["fingerprint"], found, means, verdict, row["problem"]))
    return Trial(**{**raw, "drawn": tuple(raw["drawn"]), "outcomes": tuple(outcomes)})


__all__ = ["MAIN", "SEED", "Outcome", "Trial", "as_data", "from_data", "trial"]
