"""A claim as its file says it: question, source, what is compared, criterion, and where it would be false."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sim.parameters import REGISTER
from sim.scenario import Scenario, ScenarioError, library, load
from sim.scenario.errors import nearest

FOLDER: Final = "claims"
BASE: Final = "business_as_usual"
USUAL: Final = "usual"  # the arm that every claim has without saying so
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,30}")
_TERM: Final = re.compile(
    r"\s*(?P<sign>[+-])?\s*(?:(?P<number>\d+(?:\.\d+)?)\s*(?P<times>\*)?\s*)?(?:(?P<arm>\w+):(?P<output>\w+(?:\[[^\]]+\])?(?:@[0-9.]+)?))?"
)
_KEYS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "title": str, "question": str, "quote": str, "source": str, "rows": list, "criterion": str, "margin": (int, float),
    "unit": str, "years": (int, float), "assumed": str, "measure": str, "remark": str, "contrasts": list, "arms": dict,
    "null": dict, "region": dict, "order": int,
}  # fmt: skip
_NEEDED: Final = ("title", "question", "quote", "source", "criterion", "margin", "contrasts", "null")
_WORLD_KEYS: Final[Mapping[str, type]] = {"says": str, "parameters": dict, "set": list}


class ClaimError(ValueError):
    """A claim that cannot be tried: which file and key, what was found, how to mend it."""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a contrast: `times` × an output of an arm, or `times` alone where `arm` is ""."""

    times: float
    arm: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A sum that has to exceed the margin.

    Attributes:
        says: the comparison in words.
        sum: as written in the file, "top:share_end - usual:share_end".
        terms: the same, read.
    """

    says: str
    sum: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A region of the model: draws with some parameters held at a value, and places of every scenario changed.

    Attributes:
        says: what is different, in words.
        parameters: by name, all inside the ranges of the register.
        set: `path=value` texts, as `--set` takes them.
    """

    says: str
    parameters: Mapping[str, float]
    set: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim.

    Attributes:
        id: T1 … T16, C25, C10.
        title, question, quote, source: for people; `rows` are the quotation's rows in the register of the sources.
        criterion: what has to be seen for the claim to hold, in words, fixed before any run.
        margin: by how much every contrast has to exceed zero; smaller is no difference worth the name.
        unit: of the contrasts.
        contrasts: all of them have to exceed the margin.
        arms: scenarios by name.
        null: where the claim is false; region: where it is true, if somebody has looked.
        assumed: the equation that makes it true by construction, "" where nothing does.
        measure: "module:function" where stored outcomes cannot say it (see `sim.experiments.tasks`), else "".
        remark: what a reader has to know to read the verdict.
        order: place on the page.
    """

    id: str
    title: str
    question: str
    quote: str
    source: str
    criterion: str
    margin: float
    contrasts: tuple[Contrast, ...]
    arms: Mapping[str, Scenario]
    null: World
    region: World | None = None
    unit: str = "share"
    rows: tuple[str, ...] = ()
    assumed: str = ""
    measure: str = ""
    remark: str = ""
    order: int = 0

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs that its contrasts read."""
        named = (term.output for one in self.contrasts for term in one.terms if term.arm)
        return tuple(dict.fromkeys(named))

    @property
    def fingerprint(self) -> str:
        """Hash of all that decides its verdict: verdicts that were kept are known to be of this claim or of an older one."""
        arms = {
            name: one.model_dump_json(exclude_none=True, by_alias=True)
            for name, one in sorted(self.arms.items())
        }
        worlds = [(dict(one.parameters), one.set) for one in (self.null, self.region) if one is not None]
        text = repr(
            (self.margin, [one.sum for one in self.contrasts], arms, worlds, bool(self.assumed), self.measure)
        )
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def folder() -> Path:
    """The folder of the shipped claims."""
    return library.folder() / FOLDER


def names() -> list[str]:
    """File names of the shipped claims without ending, in alphabetical order."""
    return sorted(path.stem for path in folder().glob("[tc][0-9][0-9]_*.toml"))


def load_claims(wanted: Sequence[str] = ()) -> list[Claim]:
    """Shipped claims by id, in the order of the page; all where none is named.

    Raises:
        ClaimError: a claim that there is not, or one that cannot be used.
    """
    found = {claim.id: claim for claim in (load_claim(folder() / f"{name}.toml") for name in names())}
    for name in wanted:
        if name.upper() not in found:
            known = sorted(found, key=lambda id_: found[id_].order)
            raise ClaimError(
                f"no claim is called '{name}'{nearest(name.upper(), known)}; there are {', '.join(known)}"
            )
    chosen = {name.upper() for name in wanted} or set(found)
    return sorted((found[id_] for id_ in chosen), key=lambda claim: claim.order)


def load_claim(path: Path) -> Claim:
    """A claim from its file.

    Raises:
        ClaimError: naming file and key.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as problem:
        raise ClaimError(f"{path.name}: cannot be read: {problem.strerror or problem}") from None
    except (ValueError, RecursionError) as problem:
        raise ClaimError(f"{path.name}: is not TOML: {problem}") from None
    return read_claim(raw, path.stem)


def read_claim(raw: Mapping[str, Any], name: str) -> Claim:
    """A claim from the content of its file; its id is what stands before the first underscore of the name.

    Raises:
        ClaimError: naming file and key.
    """
    _check_keys(raw, name)
    id_, order = _id_of(name)
    contrasts = tuple(_contrast(entry, f"{name}: contrasts[{k}]") for k, entry in enumerate(raw["contrasts"]))
    measure = raw.get("measure", "")
    if measure and raw.get("arms"):
        raise ClaimError(
            f"{name}: arms: a claim with a measure of its own runs that alone; remove arms or measure"
        )
    arms = {} if measure else _arms(raw.get("arms", {}), float(raw.get("years", 3)), name)
    asked = {term.arm for one in contrasts for term in one.terms if term.arm}
    there = {"run"} if measure else set(arms)
    if unknown := sorted(asked - there):
        raise ClaimError(
            f"{name}: contrasts: no arm is called {', '.join(unknown)}; there are {', '.join(sorted(there))}"
        )
    if idle := sorted(there - asked - {USUAL}):
        raise ClaimError(
            f"{name}: arms: no contrast reads {', '.join(idle)}; remove it or compare it with something"
        )
    kept = {k: v for k, v in arms.items() if k in asked}
    region = _world(raw["region"], f"{name}: region") if "region" in raw else None
    return Claim(
        id_, raw["title"], raw["question"], raw["quote"], raw["source"], raw["criterion"], float(raw["margin"]),
        contrasts, kept, _world(raw["null"], f"{name}: null"), region, raw.get("unit", "share"),
        tuple(raw.get("rows", ())), raw.get("assumed", ""), measure, raw.get("remark", ""), raw.get("order", order),
    )  # fmt: skip


def _id_of(name: str) -> tuple[str, int]:
    letter, number = name[:1].upper(), name[1:].partition("_")[0]
    if letter not in "TC" or not number.isdigit():
        raise ClaimError(f"{name}: the file of a claim is called t01_words.toml or c25_words.toml")
    return f"{letter}{int(number)}", int(number) + (100 if letter == "C" else 0)


def _check_keys(raw: Mapping[str, Any], name: str) -> None:
    for key, value in raw.items():
        if key not in _KEYS:
            raise ClaimError(f"{name}: unknown key '{key}'{nearest(key, _KEYS)}")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            raise ClaimError(f"{name}: {key}: found {value!r}, which is of the wrong kind")
    if missing := [key for key in _NEEDED if key not in raw]:
        raise ClaimError(f"{name}: {', '.join(missing)} missing; a claim without it cannot be tried")
    if raw["margin"] < 0:
        raise ClaimError(
            f"{name}: margin: found {raw['margin']}; give 0 or more, and turn the contrast round instead"
        )
    if not raw["contrasts"]:
        raise ClaimError(f"{name}: contrasts: none; say what has to be larger than what")


def _contrast(entry: Any, where: str) -> Contrast:
    if not isinstance(entry, dict) or set(entry) != {"says", "sum"}:
        raise ClaimError(f"{where}: expected says and sum, found {entry!r}")
    return Contrast(entry["says"], entry["sum"], read_sum(entry["sum"], where))


def read_sum(text: str, where: str = "sum") -> tuple[Term, ...]:
    """The terms of "a:share_end - 0.5 * b:share_end + 0.1".

    Raises:
        ClaimError: naming the place from which it cannot be read.
    """
    terms: list[Term] = []
    at = 0
    while text[at:].strip():
        match = _TERM.match(text, at)
        assert match is not None  # everything in the pattern is optional
        number, arm = match["number"], match["arm"]
        starred = match["times"] is not None
        if (
            (number is None and arm is None)
            or (terms and not match["sign"])
            or (starred is not (number is not None and arm is not None))
        ):
            raise ClaimError(
                f'{where}: cannot be read from "{text[at:].strip()}" on; write terms such as plan:share_end, '
                "2 * plan:share_end or 0.5, with + or - between them"
            )
        times = float(number or 1.0) * (-1.0 if match["sign"] == "-" else 1.0)
        terms.append(Term(times, arm or "", match["output"] or ""))
        at = match.end()
    if not terms:
        raise ClaimError(f"{where}: is empty; write terms such as plan:share_end - usual:share_end")
    return tuple(terms)


def _arms(raw: Mapping[str, Any], years: float, name: str) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    for arm, entry in {USUAL: {}, **raw}.items():
        if not _NAME.fullmatch(arm) or not isinstance(entry, dict):
            raise ClaimError(f"{name}: arms.{arm}: expected a table with a plain name, found {entry!r}")
        own = {"extends": BASE, "title": arm, **entry, "name": arm}
        changes = own.pop("set", [])
        own["run"] = {"years": years, **own.get("run", {})}
        try:
            found[arm] = load(own, overrides=changes)
        except ScenarioError as problem:
            raise ClaimError(f"{name}: arms.{arm}: {problem}") from None
    return found


def _world(raw: Any, where: str) -> World:
    if not isinstance(raw, dict) or not raw.get("says"):
        raise ClaimError(f"{where}: expected says (in words) with parameters or set, found {raw!r}")
    for key, value in raw.items():
        if key not in _WORLD_KEYS or not isinstance(value, _WORLD_KEYS[key]):
            raise ClaimError(f"{where}: {key}: found {value!r}; there are {', '.join(_WORLD_KEYS)}")
    values = {key: float(value) for key, value in raw.get("parameters", {}).items()}
    for key, value in values.items():
        if key not in REGISTER:
            raise ClaimError(f"{where}: no parameter is called '{key}'{nearest(key, REGISTER)}")
        entry = REGISTER[key]
        if not entry.low <= value <= entry.high:
            raise ClaimError(
                f"{where}: {key} = {value:g} lies outside {entry.low:g} to {entry.high:g}, the range that the evidence "
                "leaves open: give a value inside"
            )
    if not values and not raw.get("set"):
        raise ClaimError(f"{where}: changes nothing; give parameters or set")
    return World(raw["says"], values, tuple(raw.get("set", ())))
