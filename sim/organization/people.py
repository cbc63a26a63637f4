"""An organisation as arrays: who sits where, and who hears whom.

A *seat* is a position; people come and go on it.  Everything here is what stands before a run begins;
what people feel and do belongs to the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sim.theory.channels import COMMUNITY

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FIXED = 0  # a tie that comes with the seat: leader and report, team mates, joint work
INFORMAL = 1  # a tie that people make and drop: ends and forms at the rate of tie turnover
PROGRAMME = 2  # a tie that a rewiring lever brings and takes away


@dataclass(frozen=True, slots=True)
class Ties:
    """Directed ties, one row an arc: `hearer` is influenced by `source`.

    Attributes:
        hearer, source: seats, shape (ties,).
        layer: index into `sim.theory.channels.LAYERS`, shape (ties,).
        weight: contact frequency relative to an ordinary team mate's (1.0), > 0, shape (ties,).
        kind: FIXED, INFORMAL or PROGRAMME, shape (ties,).
        active: whether the tie exists at the start, shape (ties,).  An inactive INFORMAL tie is an
            acquaintance that may become active; the two arcs between two seats in one layer switch together.
    """

    hearer: Ints
    source: Ints
    layer: Bytes
    weight: Floats
    kind: Bytes
    active: Bools

    def __len__(self) -> int:
        return len(self.hearer)

    @staticmethod
    def empty() -> Ties:
        """No ties at all."""
        return Ties.of([], [], layer=0, weight=1.0, kind=FIXED)

    @staticmethod
    def of(
        hearer: npt.ArrayLike,
        source: npt.ArrayLike,
        *,
        layer: npt.ArrayLike,
        weight: npt.ArrayLike,
        kind: npt.ArrayLike,
        active: npt.ArrayLike = True,
    ) -> Ties:
        """Ties from arrays or scalars, broadcast to the length of `hearer`."""
        hears = np.asarray(hearer, dtype=np.int32)

        def column(values: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[np.generic]:
            return np.array(np.broadcast_to(np.asarray(values, dtype=dtype), hears.shape))

        return Ties(
            hears,
            np.asarray(source, dtype=np.int32),
            column(layer, np.int8),  # type: ignore[arg-type]
            column(weight, np.float64),  # type: ignore[arg-type]
            column(kind, np.int8),  # type: ignore[arg-type]
            column(active, np.bool_),  # type: ignore[arg-type]
        )

    @staticmethod
    def joined(*parts: Ties) -> Ties:
        """All the ties of `parts`, in order."""
        return Ties(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in Ties.__slots__)  # type: ignore[arg-type]
        )

    def where(self, mask: Bools) -> Ties:
        """The ties for which `mask` holds."""
        return Ties(*(getattr(self, name)[mask] for name in Ties.__slots__))


@dataclass(frozen=True, slots=True)
class DataReport:
    """What was found in the files, what was made up, and what deserves a look."""

    found: Mapping[str, object] = field(default_factory=dict)
    generated: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The report in words, a line a fact."""
        rows = [f"found {name.replace('_', ' ')}: {value}" for name, value in self.found.items()]
        rows += [f"generated {name.replace('_', ' ')}: {value}" for name, value in self.generated.items()]
        return rows + [f"warning: {text}" for text in self.warnings]


@dataclass(frozen=True, slots=True)
class Organization:
    """Who sits where and who hears whom, before anything happens.

    Attributes:
        name: what the organisation is called in tables.
        ids: a pseudonym for each seat, never the id of the file, shape (n,).
        manager: the seat that leads this one, -1 for none; the tree has no cycles, shape (n,).
        level: index into `sim.theory.channels.LEVELS`, shape (n,).
        tier: steps below the top of the seat's own tree, 0 at a root, shape (n,).
        department: index into `department_names`, shape (n,).
        site: index of the place of work, shape (n,).
        tenure: years in the firm, NaN where unknown, shape (n,).
        ties: the four layers in one table.
        survey: measured business as usual on (0, 1) by name (`enthusiasm`, `safety`, `mindset`, `skill`,
            `practising`), NaN where unknown, each of shape (n,).
        report: where the parts came from.
    """

    name: str
    ids: tuple[str, ...]
    manager: Ints
    level: Bytes
    tier: Bytes
    department: Ints
    department_names: tuple[str, ...]
    site: Ints
    tenure: Floats
    ties: Ties
    survey: Mapping[str, Floats] = field(default_factory=dict)
    report: DataReport = field(default_factory=DataReport)

    @property
    def n(self) -> int:
        """Number of seats, outsiders included."""
        return len(self.manager)

    @property
    def staff(self) -> Bools:
        """Which seats belong to the firm rather than to the community outside, shape (n,)."""
        staff: Bools = self.level != COMMUNITY
        return staff

    def reports_count(self) -> Ints:
        """Span of control: direct reports of each seat, shape (n,)."""
        led = self.manager[self.manager >= 0]
        return np.bincount(led, minlength=self.n).astype(np.int32)

    def with_ties(self, ties: Ties) -> Organization:
        """The same people with other ties."""
        return replace(self, ties=ties)
