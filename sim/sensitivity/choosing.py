"""Choosing factors: by name, pattern, tag, grade or range.

What a text may say (several are separated by commas):

- `contagion`, `parameters.contagion`: a parameter of the register, with its declared range;
- `g_*`, `levers.*.dose`: every path or parameter that fits the pattern;
- `grade D`, `grade C-D`: parameters of these grades; `tag leadership`, or `leadership` alone where no parameter has
  that name; `parameters`: all of them;
- `levers` (the dose of each lever of the plan), `levers.L01` (dose), `levers.L01.start`, `.stop`, `.coverage`,
  `.presence`; `start`, `stop`, `coverage`, `presence` of every lever as `levers.*.coverage`;
- `structure`, `organization.span`, `governance`: the organisation's own numbers;
- `path=low..high`, `path=low..high:loguniform`, `path=a|b|c`: any place of a scenario, with its range or its levels;
  whole numbers on both sides make a whole-number factor;
- in study files, the key `group` puts all of a list into one group.

Patterns, tags and grades leave out what is a setting rather than an assumption (tags start, money, outcome_map) and
what the scenario states itself; naming a parameter outright always takes it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from sim.experiments.design import SKIPPED_TAGS
from sim.parameters import REGISTER, Parameter
from sim.scenario.errors import nearest
from sim.scenario.schema import Scenario
from sim.scenario.vocabulary import lever_id
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import DISTRIBUTIONS, Factor, Level, check_factors
from sim.sensitivity.structure import (
    ASPECTS,
    governance_factor,
    lever_factor,
    lever_key,
    structural_factors,
)

_PREFIX: Final = "parameters."


@dataclass(frozen=True, slots=True)
class Choice:
    """What a choice came to.

    Attributes:
        factors: chosen, in the order asked for, none twice.
        left_out: parameters that a pattern, tag or grade met but did not take, with the reason.
    """

    factors: tuple[Factor, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Overrides that the scenario must have before its factors can be set."""
        return tuple(dict.fromkeys(need for factor in self.factors for need in factor.needs))


def choose(texts: str | Iterable[str], scenario: Scenario, *, group: str = "") -> Choice:
    """Factors by name, pattern, tag, grade or range (see this module's docstring).

    Args:
        texts: one text (commas separate), or several.
        scenario: whose levers and organisation are meant, and whose own statements are not assumptions.
        group: group that all of them belong to; "" for none.

    Raises:
        SensitivityError: a text that means nothing here, with the nearest names.
    """
    found: dict[str, Factor] = {}
    left_out: dict[str, str] = {}
    for text in _split(texts):
        taken, refused = _one(text, scenario)
        left_out.update(refused)
        for factor in taken:
            factor = factor.grouped(group) if group else factor
            before = found.get(factor.path)
            if before is not None and "=" not in text and not _same_range(before, factor):
                raise SensitivityError(
                    f"factor {factor.path} is chosen twice with different ranges; keep one"
                )
            found[factor.path] = factor
    if not found and left_out:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in list(left_out.items())[:3])
        raise SensitivityError(
            f"nothing is left to vary ({reasons}); name a parameter outright to take it anyway"
        )
    kept = tuple((name, reason) for name, reason in left_out.items() if _PREFIX + name not in found)
    return Choice(check_factors(tuple(found.values())), kept)


def _same_range(a: Factor, b: Factor) -> bool:
    return replace(a, group="") == replace(b, group="") or (a.kind, a.low, a.high, a.levels) == (
        b.kind, b.low, b.high, b.levels
    )  # fmt: skip


def _split(texts: str | Iterable[str]) -> list[str]:
    whole = [texts] if isinstance(texts, str) else list(texts)
    parts = [part.strip() for text in whole for part in text.split(",")]
    parts = [part for part in parts if part]
    if not parts:
        raise SensitivityError("no factor is chosen; name parameters, levers or a tag such as 'grade D'")
    return parts


def _one(text: str, scenario: Scenario) -> tuple[list[Factor], dict[str, str]]:
    if "=" in text:
        return [_ranged(text, scenario)], {}
    name = text.removeprefix(_PREFIX)
    if name in REGISTER:
        return [parameter_factor(REGISTER[name], scenario)], {}
    lowered = text.lower().strip()
    if lowered == "parameters":
        return _parameters(REGISTER, scenario)
    if lowered.startswith("grade"):
        return _parameters(_of_grade(text), scenario)
    tag = lowered.removeprefix("tag ").removeprefix("tag:").strip()
    tagged = [key for key, entry in REGISTER.items() if tag in entry.tags]
    if lowered in ("structure", "tag structure"):
        return _structure(scenario), {}
    if lowered in ("governance", "organization.governance"):
        return [governance_factor(scenario)], {}
    if tag == "levers" or tag.startswith("levers."):
        return _levers(text, scenario), {}
    if tagged:
        return _parameters(tagged, scenario, tag=tag)
    if any(sign in text for sign in "*?["):
        return _pattern(text, scenario)
    for factor in structural_factors(scenario):
        if text in (factor.path, factor.path.removeprefix("organization.")):
            return [factor], {}
    raise SensitivityError(f"no factor is called '{text}'{nearest(text, _names(scenario))}")


def _names(scenario: Scenario) -> list[str]:
    tags = sorted({tag for entry in REGISTER.values() for tag in entry.tags})
    levers = [f"levers.{lever_key(scenario, k)}" for k in range(len(scenario.levers))]
    numbers = [factor.path for factor in structural_factors(scenario)]
    return [*REGISTER, *tags, *levers, *numbers, "levers", "structure", "parameters", "governance", "grade D"]


def parameter_factor(entry: Parameter, scenario: Scenario | None = None) -> Factor:
    """A parameter of the register as a factor, with its declared range and distribution.

    Raises:
        SensitivityError: its range is a point.
    """
    if not entry.low < entry.high:
        raise SensitivityError(
            f"parameter {entry.name} has no range ({entry.low:g}); give one: {_PREFIX}{entry.name}=low..high"
        )
    stated = scenario.parameters.get(entry.name, entry.default) if scenario is not None else entry.default
    return Factor(
        _PREFIX + entry.name, low=entry.low, high=entry.high, distribution=entry.distribution, base=stated,
        unit=entry.unit, grade=entry.grade, source=entry.source, meaning=entry.meaning,
        tags=("parameters", *entry.tags),
    )  # fmt: skip


def _parameters(
    names: Iterable[str], scenario: Scenario, tag: str = ""
) -> tuple[list[Factor], dict[str, str]]:
    found, refused = [], {}
    for name in names:
        entry = REGISTER[name]
        settings = SKIPPED_TAGS & set(entry.tags) - {tag}
        if not entry.low < entry.high:
            refused[name] = "its range is a point"
        elif settings:
            refused[name] = f"a setting ({', '.join(sorted(settings))}), not an assumption"
        elif name in scenario.parameters:
            refused[name] = "the scenario states it"
        else:
            found.append(parameter_factor(entry, scenario))
    return found, refused


def _of_grade(text: str) -> list[str]:
    letters = (
        text.lower().removeprefix("grade").strip(" :").removeprefix("s").strip().upper().replace(" ", "")
    )
    if "-" in letters and len(letters) == 3:
        wanted = [grade for grade in "ABCD" if letters[0] <= grade <= letters[2]]
    else:
        wanted = [grade for grade in letters if grade.isalpha()]
    if not wanted or set(wanted) - set("ABCD"):
        raise SensitivityError(
            f"'{text}' names no grade; grades are A (best) to D (judgement): grade D, grade C-D"
        )
    return [name for name, entry in REGISTER.items() if entry.grade in wanted]


def _pattern(text: str, scenario: Scenario) -> tuple[list[Factor], dict[str, str]]:
    pattern = text.removeprefix(_PREFIX)
    names = [name for name in REGISTER if fnmatchcase(name, pattern)]
    structure = [factor for factor in structural_factors(scenario) if fnmatchcase(factor.path, text)]
    if not names and not structure:
        raise SensitivityError(
            f"no parameter, lever or number fits the pattern '{text}'; see `ripple explain`"
        )
    found, refused = _parameters(names, scenario)
    return [*found, *structure], refused


def _structure(scenario: Scenario) -> list[Factor]:
    found = structural_factors(scenario)
    if not found:
        raise SensitivityError(
            "the organisation comes from files, so it has no numbers to vary; leave out 'structure'"
        )
    return found


def _levers(text: str, scenario: Scenario) -> list[Factor]:
    """`levers`, `levers.L01`, `levers.0.start`, `levers.*.coverage`."""
    if not scenario.levers:
        raise SensitivityError(f"{scenario.name} has no levers, so '{text}' names nothing")
    steps = text.split(".")
    which, aspect = (steps[1] if len(steps) > 1 else "*"), (steps[2] if len(steps) > 2 else "dose")
    if len(steps) > 3 or aspect not in ASPECTS:
        raise SensitivityError(
            f"'{text}' names no aspect of a lever (for another place give a range: {text}=low..high)"
            f"{nearest(aspect, ASPECTS)}"
        )
    keys = [lever_key(scenario, number) for number in range(len(scenario.levers))]
    ids = [use.lever for use in scenario.levers]
    if any(sign in which for sign in "*?["):
        numbers = [k for k in range(len(keys)) if fnmatchcase(ids[k], which) or fnmatchcase(keys[k], which)]
    elif which.isdecimal():
        numbers = [int(which)] if int(which) < len(ids) else []
    else:
        try:
            wanted = lever_id(which)
        except ValueError as problem:
            raise SensitivityError(str(problem)) from None
        numbers = [k for k, id_ in enumerate(ids) if id_ == wanted]
    if not numbers:
        raise SensitivityError(f"{scenario.name} does not use '{which}'{nearest(which, [*ids, *keys])}")
    found, problems = [], []
    for number in numbers:
        try:
            found.append(lever_factor(scenario, number, aspect))
        except SensitivityError as problem:
            problems.append(str(problem))
    if not found:
        raise SensitivityError(problems[0])
    return found


def _ranged(text: str, scenario: Scenario) -> Factor:
    """`path=low..high[:distribution]` or `path=a|b|c`."""
    path, _, said = (part.strip() for part in text.partition("="))
    if path in REGISTER:
        path = _PREFIX + path
    known = known_place(path, scenario)
    if "|" in said:
        levels = tuple(_level(part.strip()) for part in said.split("|"))
        mixed = any(isinstance(level, str) for level in levels)
        return replace(
            known, kind="categorical", levels=tuple(map(str, levels)) if mixed else levels, low=math.nan, high=math.nan,
            distribution="uniform",
        )  # fmt: skip
    ends, _, distribution = (part.strip() for part in said.partition(":"))
    low_text, dots, high_text = (part.strip() for part in ends.partition(".."))
    low, high = _level(low_text), _level(high_text)
    if not dots or isinstance(low, str) or isinstance(high, str):
        raise SensitivityError(
            f"factor {path}: '{said}' is no range; write {path}=low..high, {path}=low..high:loguniform or {path}=a|b|c"
        )
    if distribution and distribution not in DISTRIBUTIONS:
        raise SensitivityError(
            f"factor {path}: distribution '{distribution}' is unknown{nearest(distribution, DISTRIBUTIONS)}"
        )
    whole = isinstance(low, int) and isinstance(high, int) and path.split(".")[0] != "parameters"
    whole = (whole and known.kind == "integer") or (whole and not known.meaning)
    _check_hard(path, float(low), float(high))
    return replace(
        known, kind="integer" if whole else "continuous", levels=(), low=float(low), high=float(high),
        distribution=distribution or ("uniform" if known.kind == "categorical" else known.distribution),
    )  # fmt: skip


def _check_hard(path: str, low: float, high: float) -> None:
    entry = REGISTER.get(path.removeprefix(_PREFIX)) if path.startswith(_PREFIX) else None
    if entry is not None and low < high and not entry.hard[0] <= low < high <= entry.hard[1]:
        raise SensitivityError(
            f"factor {path}: the equations make sense from {entry.hard[0]:g} to {entry.hard[1]:g} only, "
            f"found {low:g} to {high:g}"
        )


def known_place(path: str, scenario: Scenario) -> Factor:
    """What is known of a place beside its range: label, unit, base.  A dummy range stands in."""
    name = path.removeprefix(_PREFIX)
    if path.startswith(_PREFIX):
        if name not in REGISTER:
            raise SensitivityError(f"there is no parameter '{name}'{nearest(name, REGISTER)}")
        entry = REGISTER[name]
        if entry.low < entry.high:
            return parameter_factor(entry, scenario)
        return parameter_factor(replace(entry, low=entry.default, high=entry.default + 1.0), scenario)
    for factor in [*structural_factors(scenario), governance_factor(scenario)]:
        if factor.path == path:
            return factor
    steps = path.split(".")
    if steps[0] == "levers" and len(steps) == 3 and steps[2] in ASPECTS[:3]:
        try:
            (known,) = _levers(path, scenario)
            return known
        except (SensitivityError, ValueError):
            pass
    return Factor(path, low=0.0, high=1.0)


def _level(text: str) -> Level:
    for read in (int, float):
        try:
            value = read(text)
        except ValueError:
            continue
        if math.isfinite(value):
            return value
    return text


def grouped(factors: Sequence[Factor], by: str) -> tuple[Factor, ...]:
    """The factors put into groups by their grade, or by the theory's parts (their first tag beside "parameters").

    Raises:
        SensitivityError: `by` is neither "grade" nor "tag".
    """
    if by not in ("grade", "tag"):
        raise SensitivityError(f"factors are grouped by 'grade' or 'tag', found '{by}'")
    return tuple(
        factor.grouped(
            f"grade {factor.grade or '?'}"
            if by == "grade"
            else next((tag for tag in factor.tags if tag != "parameters"), factor.path)
        )
        for factor in factors
    )
