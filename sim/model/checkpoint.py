"""Keep a run as it is now and go on from there, as often as one likes: alike, or with other luck from there on.

Luck is keyed by decision, seat and step, so a run taken up again lives through what it would have lived through.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast

from sim.arguments import place, whole
from sim.model.bonds import Bond, Circle
from sim.model.departments import Department
from sim.model.repertoire import Repertoire
from sim.model.seat import Seat
from sim.scenario.resolved import Resolved
from sim.theory.chance import keys

if TYPE_CHECKING:
    from sim.model.agents import Person
    from sim.model.model import LearningCultureModel


class CheckpointError(ValueError):
    """A checkpoint that cannot be made, saved or read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model as it was, by `LearningCultureModel.checkpoint`.

    Attributes:
        week: of the scenario when it was made; state: bytes; shared: what needs no copy (the scenario, classes,
            functions), by number.
    """

    week: int
    state: bytes
    shared: tuple[Any, ...]

    @classmethod
    def of(cls, model: LearningCultureModel) -> Checkpoint:
        """The model as it is now.

        Raises:
            CheckpointError: an attribute of an agent or of the model cannot be copied.
        """
        parts = {
            "model": {name: value for name, value in vars(model).items() if name not in _MADE_ANEW},
            "people": [_without_contacts(person) for person in model.people],
            "contacts": [_contacts(person) for person in model.people],
            "bonds": [{name: getattr(bond, name) for name in Bond.__slots__} for bond in model.bonds],
            "departments": [vars(unit) for unit in model.departments],
        }
        buffer = io.BytesIO()
        pickler = _Flat(buffer, model)
        try:
            pickler.dump(parts)
        except (pickle.PicklingError, TypeError, AttributeError) as problem:
            raise CheckpointError(
                f"the model cannot be kept: {problem}; take the attribute off first"
            ) from None
        kinds = [type(person) for person in model.people]
        return cls(model.week, buffer.getvalue(), (type(model), kinds, *pickler.shared))

    def restore(self, *, replicate: int | None = None) -> LearningCultureModel:
        """A new model that goes on from here; as often as one likes.

        Args:
            replicate: luck of this replicate of the run's seed from here on; the same luck where not given.

        Raises:
            CheckpointError: a replicate that is no whole number from 0 up.
        """
        if replicate is not None:
            replicate = whole("replicate", replicate, error=CheckpointError)
        kind, kinds, *shared = self.shared
        model: LearningCultureModel = kind.__new__(kind)
        people = [seat_kind.__new__(seat_kind) for seat_kind in kinds]
        parts = _Round(io.BytesIO(self.state), model, people, shared).load_whole()
        model.__dict__.update(parts["model"])
        for person, (own, slots), circles in zip(people, parts["people"], parts["contacts"]):
            vars(person).update(own or {})
            for name, value in slots.items():
                setattr(person, name, value)
            person.contacts = [Circle(list(zip(*lists))) for lists in circles]
        model.people, model.bonds, model.departments = people, parts["bonds"], parts["departments"]
        model.gather()
        if replicate is not None:
            model.replicate = replicate
            model.key = keys(model.seed_of_run, replicate)
        return model

    def save(self, path: str | Path) -> None:
        """Write it to a file, for this version of Ripple and of its libraries.

        Raises:
            CheckpointError: it holds a function without a name (a lambda), or a class made inside a function.
        """
        try:
            data = pickle.dumps(self)
        except (pickle.PicklingError, AttributeError, TypeError) as problem:
            raise CheckpointError(
                f"the checkpoint cannot be written: {problem}; use functions and classes of a module"
            ) from None
        Path(path).write_bytes(data)

    @classmethod
    def load(cls, path: str | Path) -> Checkpoint:
        """Read one that `save` has written; like any pickle, open only your own.

        Raises:
            CheckpointError: the file cannot be read, or is no checkpoint.
        """
        source = place("path", path, "the file of a checkpoint", error=CheckpointError)
        try:
            found = pickle.loads(source.read_bytes())
        except OSError as problem:
            raise CheckpointError(f"{path}: cannot be read: {problem.strerror or problem}") from None
        except (
            pickle.UnpicklingError,
            EOFError,
            AttributeError,
            ImportError,
            IndexError,
            ValueError,
        ) as problem:
            raise CheckpointError(f"{path}: is no checkpoint of this version ({problem})") from None
        if not isinstance(found, cls):
            raise CheckpointError(f"{path}: holds a {type(found).__name__}, not a checkpoint")
        return found


# Laid down by number, and gathered again by `restore`.
_MADE_ANEW = ("people", "staff", "leaders", "departments", "bonds", "grapevine", "plan")
_SHARED = (Resolved, Repertoire, FunctionType, type)  # fixed when a run begins: no copy is needed


def _without_contacts(person: Person) -> tuple[Any, dict[str, Any]]:
    own, slots = cast("tuple[Any, dict[str, Any]]", object.__getstate__(person))
    return own, {name: value for name, value in slots.items() if name != "contacts"}


def _contacts(person: Person) -> list[tuple[list[Any], list[float], list[Any]]]:
    return [(circle.seen, circle.often, circle.bonds) for circle in person.contacts]


class _Flat(pickle.Pickler):
    """Writes agents, bonds and departments as numbers, so that nothing is followed from one to the next."""

    def __init__(self, file: io.BytesIO, model: LearningCultureModel) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.model = model
        self.shared: list[Any] = []
        self._known: dict[int, int] = {}

    def persistent_id(self, obj: Any) -> tuple[str, int] | None:
        if obj is self.model:
            return "model", 0
        if isinstance(obj, Seat):
            return "person", obj.number
        if isinstance(obj, Bond):
            return "bond", obj.number
        if isinstance(obj, Department):
            return "department", obj.number
        if isinstance(obj, _SHARED):
            if id(obj) not in self._known:
                self._known[id(obj)] = len(self.shared)
                self.shared.append(obj)
            return "shared", self._known[id(obj)]
        return None


class _Round(pickle.Unpickler):
    """Reads what `_Flat` wrote, with new agents, bonds and departments in the place of the numbers."""

    def __init__(self, file: io.BytesIO, model: Any, people: list[Any], shared: list[Any]) -> None:
        super().__init__(file)
        self._model, self._people, self._shared = model, people, shared
        self._bonds: dict[int, Bond] = {}
        self._departments: dict[int, Department] = {}

    def load_whole(self) -> dict[str, Any]:
        """All parts, bonds and departments with what belongs to them."""
        parts: dict[str, Any] = self.load()
        for number, state in enumerate(parts["bonds"]):
            bond = parts["bonds"][number] = self.persistent_load(("bond", number))
            for name, value in state.items():
                setattr(bond, name, value)
        for number, state in enumerate(parts["departments"]):
            unit = parts["departments"][number] = self.persistent_load(("department", number))
            vars(unit).update(state)
        return parts

    def persistent_load(self, pid: tuple[str, int]) -> Any:
        kind, number = pid
        if kind == "model":
            return self._model
        if kind == "person":
            return self._people[number]
        if kind == "shared":
            return self._shared[number]
        if kind == "bond":
            return self._bonds.setdefault(number, Bond.__new__(Bond))
        return self._departments.setdefault(number, Department.__new__(Department))
