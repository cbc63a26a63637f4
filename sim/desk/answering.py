"""From a view to its answer: a few runs first, then the rest, given up as soon as a newer question comes.

All visitors share one pool of threads (compiled runs hold no lock), the years of business as usual (`warm`), and what
was worked out before, so that undoing a step costs nothing.  Every arm has the same luck, run by run.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.desk.bands import Read, end_of, lines, read_run
from sim.desk.board import board
from sim.desk.view import REPLICATES, View, arms, label_of, slug
from sim.desk.warm import BurnedIn, warm_key
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.compiled import is_compiled
from sim.engine.run import Simulation
from sim.engine.stationary import fingerprint, offset_for, offset_near_for
from sim.engine.world import groups_of
from sim.experiments.groups import Published, level_names, published
from sim.experiments.workers import usable_processors
from sim.scenario import Scenario, load, resolve
from sim.scenario.resolved import Resolved

SHOWN: Final = (2, 10, REPLICATES)  # runs of the first answer, of one between, of the last
SEED: Final = 1
_PLANS: Final = 48  # prepared plans and their runs that are kept at most
_LEAST: Final = 3  # of them, whatever their size: the arms of one answer
_ROOM: Final = 400_000_000  # bytes of them
_OFFSETS: Final = 1000  # of organisations, that are remembered
_KNOWN: Final = "Getting to know this organisation, once: a few seconds"
_COMPILED: Final = "First use on this machine: the equations are compiled, once; about a minute"
Message = dict[str, Any]


@dataclass(slots=True)
class Prepared:
    """A plan that is ready to run, and the runs that were made of it.

    Attributes:
        key: hash of everything but names.
        scenario, drawing: the human form and the arrays; shown: which groups may be shown.
        usual: offset of business as usual and the key of its year before the plan, None until they are known; set at
            once, since runs in other threads read them.
        runs: what was read off each run, by replicate.
    """

    key: str
    scenario: Scenario
    drawing: Blueprint
    shown: Published
    runs: dict[int, Read] = field(default_factory=dict)
    usual: tuple[float, bytes] | None = None

    @property
    def offset(self) -> float | None:
        """Of business as usual, None until it is known."""
        return None if self.usual is None else self.usual[0]

    @property
    def resolved(self) -> Resolved:
        """The machine form."""
        return self.drawing.resolved

    def take(self, offset: float) -> None:
        """Set the offset; runs made with another one are of no use."""
        if offset != self.offset:
            self.usual, self.runs = (offset, warm_key(self.drawing, SEED, offset)), {}


@dataclass(frozen=True, slots=True)
class Coming:
    """Runs that were begun: under which offset, which replicates, and what will be read off them."""

    offset: float | None
    wanted: list[int]
    runs: asyncio.Future[list[Read | None]]


class GivenUp(Exception):
    """A newer question has come."""


class Answerer:
    """Answers views; one for all visitors.

    Args:
        workers: threads; all processors where not given.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or usable_processors()
        self._pool = ThreadPoolExecutor(max_workers=self.workers, thread_name_prefix="ripple-desk")
        self._slow = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ripple-desk-usual")
        self.burned = BurnedIn()
        self._plans: OrderedDict[str, Prepared] = OrderedDict()
        self._offsets: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def get_ready(self) -> None:
        """Compile, and get to know the example, before anybody asks."""
        self._slow.submit(self._know, load("business_as_usual"))

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._slow.shutdown(wait=False, cancel_futures=True)

    async def answer(
        self, view: View, imports: Path, newer: threading.Event, have: Sequence[str] = ()
    ) -> AsyncIterator[Message]:
        """Messages of one answer: "board", then "line" for each arm as runs come in, last "done".

        Args:
            imports: the visitor's folder of imports.
            newer: set when the answer is no longer wanted; it then ends early.
            have: keys of lines that the page has in full already.

        Raises:
            DeskError: the view cannot be used.
        """
        began = time.perf_counter()
        loop = asyncio.get_running_loop()
        three = await loop.run_in_executor(self._pool, self._prepared, view, imports)
        plan, mine, default = three["plan"], three["mine"], three["default"]
        # A plan prepared under another name is the same plan; what is said of it carries the name of now.
        yield {
            "kind": "board",
            **board(plan.scenario, called(plan.resolved, view)),
        }
        try:
            rough = self._take_offsets(three)
            if rough is None:
                yield {"kind": "wait", "text": _KNOWN if is_compiled() else _COMPILED}
                await self._careful(default, newer)
                rough = self._take_offsets(three)
            async for message in self._lines(three, newer, set(have), began, rough=bool(rough)):
                yield message
            if rough:
                near = await loop.run_in_executor(
                    self._slow, lambda: offset_near_for(mine.resolved, default.offset or 0.0).value
                )
                self._remember_offset(fingerprint(mine.resolved), near)
                for one in (mine, plan):
                    one.take(near)
                async for message in self._lines(three, newer, set(have), began, rough=False):
                    yield message
        except GivenUp:
            return
        yield {
            "kind": "done",
            **end_of(plan.runs, mine.runs, plan.resolved),
            "seconds": time.perf_counter() - began,
        }

    async def _lines(
        self, three: dict[str, Prepared], newer: threading.Event, have: set[str], began: float, *, rough: bool
    ) -> AsyncIterator[Message]:
        """The lines of the three arms as runs come in: a few of each, then all.

        All runs are asked for at once, so that no thread waits while a line is told.
        """
        told: dict[str, int] = {}
        stages = SHOWN[:1] if rough else SHOWN
        parts = [(name, upto) for upto in stages for name in ("plan", "mine", "default")]
        asked: set[tuple[int, int]] = set()
        coming = [self._start(three[name], upto, newer, asked) for name, upto in parts]
        for (name, _), part in zip(parts, coming, strict=True):
            one = three[name]
            await self._take(one, part, newer)
            if not one.runs:  # another question of the same plan has found a better offset meanwhile
                continue
            whole = len(one.runs) >= REPLICATES
            if told.get(name) == len(one.runs) or (whole and one.key in have and name != "plan"):
                if name not in told:
                    yield {"kind": "same", "arm": name, "key": one.key}
                told[name] = len(one.runs)
                continue
            told[name] = len(one.runs)
            yield {
                "kind": "line", "arm": name, "key": one.key, "done": len(one.runs), "of": REPLICATES, "rough": rough,
                "seconds": time.perf_counter() - began, **lines(one.runs, one.shown),
            }  # fmt: skip

    def _start(self, one: Prepared, upto: int, newer: threading.Event, asked: set[tuple[int, int]]) -> Coming:
        """Begin those of the first so many runs that are not there and were not asked for; arms may be one plan."""
        offset = one.offset  # of these runs: read before they begin, since another question may replace it
        wanted = [k for k in range(upto) if k not in one.runs and (id(one), k) not in asked]
        asked |= {(id(one), k) for k in wanted}
        loop = asyncio.get_running_loop()
        runs = [loop.run_in_executor(self._pool, self._one, one, k, newer) for k in wanted]
        return Coming(offset, wanted, asyncio.gather(*runs))

    @staticmethod
    async def _take(one: Prepared, coming: Coming, newer: threading.Event) -> None:
        found = await coming.runs
        if newer.is_set() or any(read is None for read in found):
            raise GivenUp
        if one.offset == coming.offset:
            one.runs.update({k: read for k, read in zip(coming.wanted, found) if read is not None})

    def _one(self, one: Prepared, replicate: int, newer: threading.Event) -> Read | None:
        """One run, a year at a time, so that it can be given up."""
        if newer.is_set():
            return None
        simulation = self.begin(one, replicate)
        before = simulation.world.credit.copy()
        while not simulation.done:
            if newer.is_set():
                return None
            simulation.advance(one.resolved.steps_per_year)
        return read_run(simulation.record(), before, one.resolved, one.shown)

    def begin(self, one: Prepared, replicate: int, *, events: bool = False) -> Simulation:
        """A run that stands where its plan begins.

        Raises:
            RuntimeError: the offset is not known yet.
        """
        usual = one.usual  # read once: another question may replace it meanwhile
        if usual is None:
            raise RuntimeError("a run was begun before its offset was known")
        offset, warm = usual
        simulation = self.burned.begin(
            one.drawing, warm, seed=SEED, replicate=replicate, offset=offset, events=events
        )
        simulation.advance(simulation.burn - simulation.step)
        return simulation

    # --- preparing ------------------------------------------------------------------------------------------

    def _prepared(self, view: View, imports: Path) -> dict[str, Prepared]:
        return {name: self.prepare(scenario) for name, scenario in arms(view, imports).named().items()}

    def prepare(self, scenario: Scenario) -> Prepared:
        """A scenario ready to run; the one prepared before if it is the same.

        Raises:
            ScenarioError: it cannot be used in this organisation.
        """
        key = key_of(scenario)
        with self._lock:
            known = self._plans.get(key)
            if known is not None:
                self._plans.move_to_end(key)
                return known
        resolved = resolve(scenario)
        careful = scenario.organization.imported
        shown = published(
            resolved.organization, groups_of(resolved), level_names([resolved.organization], careful=careful),
            careful=careful,
        )  # fmt: skip
        made = Prepared(key, scenario, blueprint(resolved), shown)
        with self._lock:
            made = self._plans.setdefault(key, made)
            while len(self._plans) > _PLANS or (
                len(self._plans) > _LEAST and held(self._plans.values()) > _ROOM
            ):
                self._plans.popitem(last=False)
        return made

    def _take_offsets(self, three: dict[str, Prepared]) -> bool | None:
        """Give every arm an offset: None where even the default's is unknown, True where mine is only the default's."""
        default, mine, plan = three["default"], three["mine"], three["plan"]
        for one in (default, mine):
            fixed = one.resolved.fixed_offset
            known = self._known_offset(fingerprint(one.resolved)) if fixed is None else fixed
            if known is not None:
                one.take(known)
        if default.offset is None:
            return None
        rough = mine.offset is None
        if mine.offset is None:
            mine.take(default.offset)
        assert mine.offset is not None
        plan.take(mine.offset)
        return rough

    async def _careful(self, default: Prepared, newer: threading.Event) -> None:
        """Search the offset of an organisation under the default assumptions; remembered on disk."""
        await asyncio.get_running_loop().run_in_executor(self._slow, self._know, default.scenario)
        if newer.is_set():
            raise GivenUp

    def _know(self, scenario: Scenario) -> None:
        one = self.prepare(scenario)
        mark = fingerprint(one.resolved)
        if self._known_offset(mark) is None:
            self._remember_offset(mark, offset_for(one.resolved, threads=self.workers).value)

    def _known_offset(self, mark: str) -> float | None:
        with self._lock:
            if mark in self._offsets:
                self._offsets.move_to_end(mark)
            return self._offsets.get(mark)

    def _remember_offset(self, mark: str, offset: float) -> None:
        with self._lock:
            self._offsets[mark] = offset
            while len(self._offsets) > _OFFSETS:
                self._offsets.popitem(last=False)


def held(plans: Iterable[Prepared]) -> int:
    """Bytes of the arrays of plans and of their runs; an organisation that several share counts once."""
    parts: dict[int, Any] = {}
    for one in plans:
        organization = one.resolved.organization
        brought = [item.ties for item in one.resolved.programmes]
        for part in (one.drawing, one.drawing.ties, organization, organization.ties, *brought):
            parts[id(part)] = part
        parts |= {id(read): read for read in list(one.runs.values())}
    found = [getattr(part, place.name) for part in parts.values() for place in fields(part)]
    return sum(array.nbytes for array in found if isinstance(array, np.ndarray))


def called(plan: Resolved, view: View) -> Resolved:
    """The plan under the names that the view gives it and its levers now: it may have been prepared under others."""
    used = [row for row in view.levers if row.dose]
    programmes = tuple(
        replace(item, label=label_of(row)) for item, row in zip(plan.programmes, used, strict=True)
    )
    return replace(plan, name=slug(view.title), title=view.title, programmes=programmes)


def key_of(scenario: Scenario) -> str:
    """What the runs of a scenario depend on: everything but its names."""
    names: dict[str, Any] = {
        "name": True,
        "title": True,
        "question": True,
        "outputs": True,
        "levers": {"__all__": {"label"}},
    }
    form = scenario.model_dump_json(exclude=names)
    folders = sorted((key, str(path)) for key, path in scenario._folders.items())
    return hashlib.blake2b((form + repr(folders)).encode(), digest_size=10).hexdigest()
