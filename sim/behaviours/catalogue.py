"""The catalogue: what leaders can do, read from data and checked to the last name.

`CATALOGUE` maps "L01" … "L32" to levers in order; `lever` also takes a name or its slug.  `matrices` is what
the engine needs of the conduct behaviours, in the order of `sim.theory.channels.CONDUCT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.behaviours.lever import MISUSES, STATES, Lever
from sim.behaviours.sources import (
    CatalogueError,
    LazyMapping,
    check_names,
    evidence,
    find,
    number,
    numbers,
    read_toml,
    seed_rows,
)
from sim.theory.channels import CHANNELS, CONDUCT, LAYERS, LEVELS, N_CONDUCT, N_FELT, N_LAYERS

Floats = npt.NDArray[np.float64]

REWIRINGS: Final = ("groups", "bridges", "mentors", "board")
EVERYONE: Final = "everyone"

# Which states a channel moves at once, in the equations of `sim.theory`; what follows later from those states
# is not an immediate effect.
CHANNEL_ACTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "pressure": ("enthusiasm", "safety", "practising", "skill"),  # skill: the shadow on joint learning
        "safety": ("safety", "skill"),  # skill: support makes courses transfer
        "mindset": ("mindset",),
        "recognition": ("enthusiasm", "skill", "memory"),
        "progress": ("enthusiasm",),
        "time": ("enthusiasm", "practising", "skill"),
        "expectation": ("practising",),
        "awareness": ("practising",),
        "experience": ("skill",),
        "stretch": ("enthusiasm", "skill"),
        "relevance": ("practising", "skill"),
        "mutual": ("skill",),
        "sharing": ("skill", "memory"),
        "reflection": ("skill",),
        "care": ("enthusiasm", "turnover"),
        "career": ("practising",),
        "formal": ("practising", "skill"),
        "design": ("skill",),
        "uptake": ("skill",),
        "platform": ("memory",),
    }
)


class Matrices(NamedTuple):
    """Conduct as arrays in the order of `CONDUCT`.

    Attributes:
        emits: log-odds felt per log-odd of behaviour, shape (N_CONDUCT, N_FELT).
        say, do: shares in radiated enthusiasm, each sums to 1, shape (N_CONDUCT,).
        fit: in [-1, 1], shape (N_CONDUCT, 4).
        eta: sign with which practising reports encourage it: +1, telling -1, shape (N_CONDUCT,).
    """

    emits: Floats
    say: Floats
    do: Floats
    fit: Floats
    eta: Floats


_NUMBERS: Final = (
    "say", "do", "leader_hours", "learner_hours", "facilitator_hours", "cash_per_head", "cash_fixed",
)  # fmt: skip
_REQUIRED: Final = (
    "name",
    "summary",
    "practised_by",
    "flows_along",
    "fit",
    "rows",
    "grade",
    "misuse",
    "misuse_text",
)
_COMPUTED: Final = ("id", "acts_on", "quotations")


def _acts_on(entry: Mapping[str, Any], lever: Mapping[str, Any]) -> tuple[str, ...]:
    """States of the immediate effect, in the order of `STATES`."""
    states = set(entry.get("acts_also", ()))
    for channel in (*lever["emits"], *lever["direct"]):
        states.update(CHANNEL_ACTS[channel])
    if lever["push"]:
        states.add("conduct")
    if lever["say"] or lever["do"]:
        states.add("enthusiasm")
    if lever["ties"]:
        states.add("ties")
    return tuple(state for state in STATES if state in states)


def _misuse(entry: Mapping[str, Any], where: str) -> dict[str, object]:
    misuse = dict(entry["misuse"])
    check_names(misuse, MISUSES, f"{where}.misuse", "key")
    if "via" in misuse:
        check_names([misuse["via"]], LAYERS, f"{where}.misuse.via", "layer")
        if not entry["fit"][misuse["via"]] < 0.0:
            raise CatalogueError(f"{where}.misuse.via: the fit on {misuse['via']!r} must be negative to harm")
    if "dose" in misuse:
        misuse["dose"] = number(misuse["dose"], f"{where}.misuse.dose")
    if "direct" in misuse:
        misuse["direct"] = numbers(misuse, "direct", CHANNELS, f"{where}.misuse", "channel")
    if "push" in misuse:
        misuse["push"] = numbers(misuse, "push", CONDUCT, f"{where}.misuse", "behaviour")
    if not misuse:
        raise CatalogueError(f"{where}.misuse: every lever needs a harmful use")
    return misuse


def _fit(entry: Mapping[str, Any], where: str) -> dict[str, float]:
    fit = numbers(entry, "fit", LAYERS, where, "layer")
    missing = [layer for layer in LAYERS if layer not in fit]
    if missing:
        raise CatalogueError(f"{where}.fit: say how it fits {', '.join(missing)} (0 where nothing is known)")
    outside = [layer for layer in LAYERS if not -1.0 <= fit[layer] <= 1.0]
    if outside:
        raise CatalogueError(f"{where}.fit.{outside[0]}: must lie in [-1, 1], not {fit[outside[0]]}")
    positive = [layer for layer in LAYERS if fit[layer] > 0.0]
    if sorted(positive) != sorted(entry["flows_along"]):
        raise CatalogueError(
            f"{where}: fits {positive} but flows along {list(entry['flows_along'])}; make them agree"
        )
    return fit


def parse_lever(id_: str, entry: Mapping[str, Any], where: str) -> Lever:
    """One lever from its table of data.

    Raises:
        CatalogueError: names the entry, what was found and what is needed.
    """
    known = {item.name for item in fields(Lever)} - set(_COMPUTED) | {"acts_also"}
    check_names(entry, known, where, "key")
    missing = [key for key in _REQUIRED if key not in entry]
    if missing:
        raise CatalogueError(f"{where}: missing {', '.join(missing)}")
    check_names(entry["practised_by"], LEVELS, f"{where}.practised_by", "level")
    check_names(entry["flows_along"], LAYERS, f"{where}.flows_along", "layer")
    check_names(entry.get("covers", ()), (*LEVELS, EVERYONE), f"{where}.covers", "level")
    check_names(entry.get("acts_also", ()), STATES, f"{where}.acts_also", "state")
    check_names(entry.get("evidence", ()), evidence(), f"{where}.evidence", "evidence id")
    check_names(entry["rows"], seed_rows(), f"{where}.rows", "seed row")
    check_names([entry["grade"]], "ABCD", f"{where}.grade", "grade")
    if entry.get("ties", ""):
        check_names([entry["ties"]], REWIRINGS, f"{where}.ties", "rewiring")
    own = {id_: 1.0} if id_ in CONDUCT else {}
    parts: dict[str, Any] = {
        "push": own | numbers(entry, "push", CONDUCT, where, "behaviour"),
        "emits": numbers(entry, "emits", CHANNELS[:N_FELT], where, "felt channel"),
        "direct": numbers(entry, "direct", CHANNELS, where, "channel"),
        "fit": _fit(entry, where),
        "ties": entry.get("ties", ""),
        "misuse": _misuse(entry, where),
    }
    parts |= {key: number(entry.get(key, 0.0), f"{where}.{key}") for key in _NUMBERS}
    negative = [key for key in _NUMBERS if parts[key] < 0.0]
    if negative:
        raise CatalogueError(f"{where}.{negative[0]}: must not be negative, found {parts[negative[0]]}")
    words: dict[str, Any] = dict(
        id=id_,
        name=str(entry["name"]),
        summary=str(entry["summary"]),
        practised_by=tuple(entry["practised_by"]),
        flows_along=tuple(entry["flows_along"]),
        acts_on=_acts_on(entry, parts),
        covers=tuple(entry.get("covers", (EVERYONE,))),
        sponsored=bool(entry.get("sponsored", True)),
        delivered=bool(entry.get("delivered", False)),
        rows=tuple(entry["rows"]),
        quotations={row: seed_rows()[row].quotation for row in entry["rows"]},
        grade=str(entry["grade"]),
        evidence=tuple(entry.get("evidence", ())),
        side_effect=str(entry.get("side_effect", "")),
        misuse_text=str(entry["misuse_text"]),
    )
    return Lever(**words, **parts)


@cache
def _entries() -> Mapping[str, Lever]:
    """Every lever and the behaviour `telling`, checked, in order of id."""
    found: dict[str, Lever] = {}
    for name in ("conduct.toml", "programmes.toml"):
        for id_, entry in read_toml(name).items():
            if id_ in found:
                raise CatalogueError(f"{name}: {id_} is in the catalogue twice")
            found[id_] = parse_lever(id_, entry, f"{name} [{id_}]")
    missing = [id_ for id_ in CONDUCT if id_ not in found or not found[id_].emits]
    if missing:
        raise CatalogueError(f"conduct.toml: no emits for {', '.join(missing)}")
    for share in ("say", "do"):
        total = sum(getattr(found[id_], share) for id_ in CONDUCT)
        if abs(total - 1.0) > 1e-9:
            raise CatalogueError(f"conduct.toml: the shares `{share}` sum to {total:g}, not 1")
    return MappingProxyType(dict(sorted(found.items())))


@cache
def _levers() -> Mapping[str, Lever]:
    return MappingProxyType({id_: entry for id_, entry in _entries().items() if id_ != "telling"})


CATALOGUE: Final[Mapping[str, Lever]] = LazyMapping(_levers)


def conduct(name: str) -> Lever:
    """A leader behaviour by its id in `CONDUCT`, `telling` included.

    Raises:
        UnknownNameError: not a conduct behaviour.
    """
    check = {id_: id_ for id_ in CONDUCT}
    return _entries()[find(name, check, "leader behaviour")]


def lever(name: str) -> Lever:
    """A lever by id ("L01"), name ("Lead by example") or slug ("lead_by_example").

    Raises:
        UnknownNameError: no such lever; the nearest names are offered.
    """
    names = {id_: id_ for id_ in CATALOGUE} | {entry.slug: id_ for id_, entry in CATALOGUE.items()}
    return CATALOGUE[find(name, names, "lever")]


def misused(entry: Lever) -> Lever:
    """The lever as it becomes when used badly, as far as a lever can say it.

    `direct` and `push` of the misuse replace the lever's own, `dose` multiplies both (what it emits hangs
    on the conduct and stays), `via` leaves the fit of that one layer.  `with` (a barrier) and `reverse` are
    for the scenario and the engine to mind.
    """
    use = entry.misuse
    factor = float(use.get("dose", 1.0))  # type: ignore[arg-type]
    direct: Mapping[str, float] = use.get("direct", entry.direct)  # type: ignore[assignment]
    push: Mapping[str, float] = use.get("push", entry.push)  # type: ignore[assignment]
    fit = entry.fit
    if "via" in use:
        fit = {layer: value if layer == use["via"] else 0.0 for layer, value in entry.fit.items()}
    return replace(
        entry,
        direct={channel: factor * value for channel, value in direct.items()},
        push={id_: factor * value for id_, value in push.items()},
        fit=fit,
    )


def matrices() -> Matrices:
    """Conduct as arrays, in the order of `CONDUCT`."""
    emits = np.zeros((N_CONDUCT, N_FELT))
    fit = np.zeros((N_CONDUCT, N_LAYERS))
    entries = [_entries()[id_] for id_ in CONDUCT]
    for row, entry in enumerate(entries):
        for channel, value in entry.emits.items():
            emits[row, CHANNELS.index(channel)] = value
        fit[row] = [entry.fit[layer] for layer in LAYERS]
    return Matrices(
        emits=emits,
        say=np.array([entry.say for entry in entries]),
        do=np.array([entry.do for entry in entries]),
        fit=fit,
        eta=np.array([-1.0 if id_ == "telling" else 1.0 for id_ in CONDUCT]),
    )
