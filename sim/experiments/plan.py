"""The plan of an experiment: which scenarios, whose luck, which assumptions; all rows known before the first run.

Rows come in a fixed order: luck before assumptions; within each by block (replicates or draws), then scenario, then
replicate.  A *block* is some seconds of work, is computed in one go and is stored in one go.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from numbers import Real
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim._version import __version__
from sim.arguments import listed, said, whole
from sim.engine.compiled import source_hash
from sim.engine.stationary import fingerprint
from sim.experiments.design import drawn_names, parameter_draws
from sim.experiments.errors import ExperimentError
from sim.experiments.pieces import Key
from sim.experiments.plausible import chosen, plausible
from sim.experiments.schema import EVENTS, PEOPLE_EVENTS, SERIES, VERSION, runs_schema
from sim.experiments.timeline import described
from sim.organization.people import Organization
from sim.parameters import REGISTER
from sim.scenario import Resolved, Scenario, load, resolve
from sim.theory.channels import COMMUNITY, LEARNING_LEADER

UNCERTAINTIES: Final = ("luck", "assumptions")
ASSUMPTIONS: Final = ("ranges", "plausible")
DRAWS: Final = 40
LOOKS: Final = (20, 40, 80, 160, 320, 640, 1280)
_PERSON_STEPS: Final = 1_500_000  # work of a block: some seconds on one core
_BLOCKS: Final = (20, 10, 5, 4, 2, 1)  # replicates in a block of luck: they divide the first look

Source = Scenario | str | Path | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arm:
    """One scenario of an experiment.

    Attributes:
        resolved: the machine form.
        stated: parameters that the scenario sets itself.
        imported: whether its organisation comes from files.
        reference: the first arm with the same staff and stated parameters; its business as usual sets the offset.
    """

    resolved: Resolved
    stated: tuple[str, ...]
    imported: bool
    reference: int

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.resolved.name


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of work: some replicates (luck) or one draw of the parameters (assumptions), every scenario.

    Attributes:
        uncertainty: "luck" or "assumptions".
        index: number of the block among those of its kind.
        draw: draw of the parameters, None for the defaults.
        replicates: whose luck.
    """

    uncertainty: str
    index: int
    draw: int | None
    replicates: tuple[int, ...]

    @property
    def name(self) -> str:
        """Name of the block's part files."""
        return f"part-{UNCERTAINTIES.index(self.uncertainty)}-{self.uncertainty}-{self.index:07d}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides the bytes of an experiment.

    Attributes:
        arms: the scenarios, in the order given.
        replicates: runs of luck a scenario; with `precision`, at most as many.
        precision: half-width to be reached, None for a fixed number of replicates.
        seed: which luck.
        uncertainty: what varies: "luck", "assumptions" or both.
        drawn: names of the parameters drawn; values: by draw, shape (draws, drawn).
        runs_per_draw: luck replicates of each draw.
        person_level: whether tables with pseudonyms are written.
        assumptions: what the draws are from: "ranges" of the register, or the "plausible" sample.
    """

    arms: tuple[Arm, ...]
    replicates: int
    precision: float | None
    seed: int
    uncertainty: tuple[str, ...]
    drawn: tuple[str, ...]
    values: npt.NDArray[np.float64]
    runs_per_draw: int
    person_level: bool
    assumptions: str = "ranges"

    @property
    def draws(self) -> int:
        """Number of draws of the parameters."""
        return len(self.values) if "assumptions" in self.uncertainty else 0

    @property
    def block_size(self) -> int:
        """Replicates in a block of luck."""
        steps = sum(arm.resolved.organization.n * arm.resolved.steps for arm in self.arms)
        wanted = max(1, _PERSON_STEPS // max(steps, 1))
        return next(size for size in _BLOCKS if size <= wanted)

    def luck_blocks(self, first: int = 0, last: int | None = None) -> Iterator[Block]:
        """Blocks of luck that cover replicates `first` to `last` (exclusive); `first` begins a block."""
        last = self.replicates if last is None else last
        size = self.block_size
        for begin in range(first, last, size):
            yield Block("luck", begin // size, None, tuple(range(begin, min(begin + size, last))))

    def assumption_blocks(self) -> Iterator[Block]:
        """One block a draw."""
        for d in range(self.draws):
            k = self.runs_per_draw
            yield Block("assumptions", d, d, tuple(range(d * k, (d + 1) * k)))

    def looks(self) -> tuple[int, ...]:
        """Numbers of replicates after which the precision is looked at."""
        return (*(size for size in LOOKS if size < self.replicates), self.replicates)

    def drawn_values(self, draw: int | None) -> dict[str, float]:
        """The drawn parameters of a draw by name; empty for the defaults."""
        if draw is None:
            return {}
        return dict(zip(self.drawn, (float(value) for value in self.values[draw]), strict=True))

    def size(self, piece: Block) -> int:
        """Number of runs of a block."""
        return len(self.arms) * len(piece.replicates)

    def keys(self, piece: Block) -> tuple[Key, ...]:
        """Runs of a block, in the order of their rows: (arm, replicate)."""
        return tuple((arm, replicate) for arm in range(len(self.arms)) for replicate in piece.replicates)

    def schemas(self) -> dict[str, pa.Schema]:
        """The finished tables."""
        people = {"people_events": PEOPLE_EVENTS} if self.person_level else {}
        runs = runs_schema(self.drawn if self.draws else ())
        return {"series": SERIES, "events": EVENTS, **people, "runs": runs}

    def details(self) -> dict[str, Any]:
        """Titles and timelines for the page."""
        return {"described": [described(arm.resolved) for arm in self.arms]}

    def documents(self) -> dict[str, bytes]:
        """Each scenario as resolved."""
        return {f"scenarios/{arm.name}.toml": arm.resolved.source.encode() for arm in self.arms}

    def identity(self) -> dict[str, Any]:
        """What two folders must share to hold the same experiment, in the form of `plan.json`."""
        return {
            "ripple": "experiment",
            "schema": VERSION,
            "version": __version__,
            "equations": source_hash(),
            "scenarios": [
                {
                    "name": arm.name,
                    "source": arm.resolved.source,
                    "organisation": fingerprint(arm.resolved),
                    "programme": _digest(
                        (
                            arm.resolved.programmes,
                            arm.resolved.disturbances,
                            arm.resolved.seedings,
                            arm.resolved.start,
                        )
                    ),
                }
                for arm in self.arms
            ],
            "seed": self.seed,
            "replicates": self.replicates,
            "precision": self.precision,
            "uncertainty": list(self.uncertainty),
            "draws": self.draws,
            "runs_per_draw": self.runs_per_draw,
            "drawn": {
                name: [REGISTER[name].low, REGISTER[name].high, REGISTER[name].distribution]
                for name in (self.drawn if self.draws else ())
            },
            "person_level": self.person_level,
            **({} if self.assumptions == "ranges" else {"assumptions": self.assumptions}),
        }


def fingerprint_of(identity: Mapping[str, Any]) -> str:
    """Eight digits that tell plans apart."""
    text = json.dumps(identity, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def make_plan(
    scenarios: Source | Sequence[Source],
    *,
    replicates: int | None = None,
    precision: float | None = None,
    seed: int | None = None,
    overrides: Sequence[str] = (),
    uncertainty: Sequence[str] = UNCERTAINTIES,
    draws: int | None = None,
    runs_per_draw: int = 1,
    person_level: bool = False,
    assumptions: str = "ranges",
) -> Plan:
    """Load, resolve and lay out an experiment.

    Args:
        scenarios: bundled names, files, mappings or loaded scenarios; one or more.
        replicates: runs of luck a scenario; as the first scenario says where not given (40).  With `precision`
            the number is decided by it, and this is the most that is allowed (1280 where not given).
        precision: half-width of the 95 % interval at which to stop, in shares.
        seed: which luck; as the first scenario says where not given.
        overrides: `path=value` texts, applied to every scenario.
        uncertainty: "luck", "assumptions" or both.
        draws: draws of the parameters; as many as replicates but at most 40 where not given.
        runs_per_draw: luck replicates of each draw.
        person_level: whether tables with pseudonyms are written.
        assumptions: what parameters are drawn from: the "ranges" of the register, each by itself, or the "plausible"
            sample of those that the fitted patterns do not rule out (see `sim.experiments.plausible`).

    Raises:
        ScenarioError: a scenario cannot be used.
        ExperimentError: the experiment cannot be planned.
    """
    given = sources(scenarios)
    if not given:
        raise ExperimentError("no scenario given; name at least one, e.g. 'business_as_usual'")
    kinds = _uncertainties(uncertainty)
    if assumptions not in ASSUMPTIONS:
        raise ExperimentError(f"assumptions '{assumptions}' are not known; give {' or '.join(ASSUMPTIONS)}")
    loaded = [_loaded(source, overrides) for source in given]
    _check_names([scenario.name for scenario in loaded])
    width = _precision(precision)
    if width is not None and "luck" not in kinds:
        raise ExperimentError("precision stops runs of luck; add luck to the uncertainty")
    count = _count("replicates", replicates, loaded[0].run.replicates if width is None else LOOKS[-1])
    some = loaded[0].run.replicates if replicates is None else count
    size = _count("draws", draws, min(some, DRAWS))
    luck = whole("seed", loaded[0].run.seed if seed is None else seed, error=ExperimentError)
    arms = _arms(loaded)
    stated = {name for arm in arms for name in arm.stated}
    names = drawn_names(stated, outcome_map=any(arm.resolved.money.get("outcome_map") for arm in arms))
    names, values = _drawn(names, size, luck, assumptions)
    return Plan(
        arms=arms,
        replicates=count,
        precision=width,
        seed=luck,
        uncertainty=kinds,
        drawn=names,
        values=values,
        runs_per_draw=_count("runs_per_draw", runs_per_draw, 1),
        person_level=person_level or any(scenario.outputs.person_level for scenario in loaded),
        assumptions=assumptions,
    )


def _drawn(
    names: tuple[str, ...], size: int, seed: int, assumptions: str
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Names of what is drawn and its values, shape (size, names); the sample may not hold every name."""
    if assumptions == "ranges":
        return names, parameter_draws(names, size, seed=seed)
    held, points = plausible()
    kept = tuple(name for name in names if name in held)
    return kept, points[chosen(size, seed=seed)][:, [held.index(name) for name in kept]]


def sources(scenarios: Source | Iterable[Source] | None) -> list[Source]:
    """The scenarios of a call; one alone is a list of one, None is none.

    Raises:
        ExperimentError: no list of scenarios.
    """
    if scenarios is None:
        return []
    want = "a list of names, files, mappings or loaded scenarios, e.g. ['business_as_usual', 'stars_align']"
    return listed("scenarios", scenarios, (Scenario, str, Path, Mapping), want, error=ExperimentError)


def _precision(given: float | None) -> float | None:
    if given is None:
        return None
    if not isinstance(given, Real) or isinstance(given, bool) or not 0.0 < given < 1.0:
        raise ExperimentError(
            f"precision is {said(given)}: give a half-width between 0 and 1 in shares, e.g. 0.02"
        )
    return float(given)


def _loaded(source: Source, overrides: Sequence[str]) -> Scenario:
    if isinstance(source, Scenario):
        if overrides:
            raise ExperimentError(
                f"overrides cannot be applied to '{source.name}', which is loaded already; give its name or file"
            )
        return source
    return load(source, overrides=overrides)


def _uncertainties(given: Sequence[str] | str) -> tuple[str, ...]:
    want = "luck, assumptions or both"
    parts = tuple(listed("uncertainty", given, (str,), want, error=ExperimentError))
    if parts == ("both",):
        parts = UNCERTAINTIES
    for part in parts:
        if part not in UNCERTAINTIES:
            raise ExperimentError(f"uncertainty {part!r} is not known; give luck, assumptions or both")
    if not parts:
        raise ExperimentError("no uncertainty given; give luck, assumptions or both")
    return tuple(name for name in UNCERTAINTIES if name in parts)


def _count(name: str, given: int | None, usual: int) -> int:
    value = usual if given is None else given
    return whole(name, value, low=1, high=1_000_000, error=ExperimentError)


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ExperimentError(f"two scenarios are called '{name}'; give one of them another name")


def _arms(loaded: Sequence[Scenario]) -> tuple[Arm, ...]:
    arms: list[Arm] = []
    for scenario in loaded:
        resolved = resolve(scenario)
        stated = tuple(sorted(scenario.parameters))
        reference = next(
            (
                k
                for k, other in enumerate(arms)
                if other.reference == k and same_usual(other.resolved, resolved)
            ),
            len(arms),
        )
        arms.append(Arm(resolved, stated, scenario.organization.imported, reference))
    return tuple(arms)


def same_usual(one: Resolved, other: Resolved) -> bool:
    """Whether two scenarios share business as usual: staff, outsiders, parameters and responses agree.

    A seat that a plan adds for a learning leader does not count: the plan brings it.
    """
    if dict(one.parameters) != dict(other.parameters) or dict(one.responses) != dict(other.responses):
        return False
    return _staff(one.organization) == _staff(other.organization)


def _staff(organization: Organization) -> str:
    keep = organization.level != LEARNING_LEADER
    digest = hashlib.blake2b(digest_size=16)
    seats: list[npt.NDArray[Any]] = [
        organization.manager, organization.level, organization.department, organization.tenure,
    ]  # fmt: skip
    for array in [*seats, *(organization.survey[name] for name in sorted(organization.survey))]:
        digest.update(np.ascontiguousarray(array[keep]).tobytes())
    digest.update(str(int((organization.level == COMMUNITY).sum())).encode())
    ties = organization.ties
    inside = keep[ties.hearer] & keep[ties.source]
    arcs: list[npt.NDArray[Any]] = [ties.hearer, ties.source, ties.layer, ties.weight, ties.kind, ties.active]
    for array in arcs:
        digest.update(np.ascontiguousarray(array[inside]).tobytes())
    return digest.hexdigest()


def _digest(value: object) -> str:
    digest = hashlib.blake2b(digest_size=16)
    _feed(digest, value)
    return digest.hexdigest()


def _feed(digest: Any, value: object) -> None:
    """Hash nested dataclasses, mappings, tuples, arrays and plain values, each with its kind and length."""
    if isinstance(value, np.ndarray):
        digest.update(f"array {value.dtype} {value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value):
        digest.update(type(value).__name__.encode())
        for item in fields(value):
            _feed(digest, getattr(value, item.name))
    elif isinstance(value, Mapping):
        digest.update(f"mapping {len(value)}".encode())
        for key, item in sorted(value.items()):
            _feed(digest, key)
            _feed(digest, item)
    elif isinstance(value, (tuple, list)):
        digest.update(f"list {len(value)}".encode())
        for item in value:
            _feed(digest, item)
    else:
        digest.update(f"{type(value).__name__} {value!r};".encode())
