"""Study files: what to vary, how, and what to look at, in a file that others can run again.

```toml
title = "What the spread depends on"
scenario = "contagion_first"          # one scenario, or a list of them
method = "sobol"
samples = 512
replicates = 8
luck = "common"                       # or "independent"
seed = 1
outputs = ["share_end", "skill_end"]
set = ["run.years=3"]                 # overrides of every point

[[factors]]
choose = "grade D"                    # as on the command line; or a list

[[factors]]
choose = ["levers.*.dose"]
group = "levers"                      # moved together

[[factors]]
path = "parameters.contagion"         # in full
low = 10
high = 40
distribution = "triangular"
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sim.scenario import library
from sim.scenario.errors import nearest
from sim.scenario.schema import Scenario
from sim.sensitivity.choosing import Choice, choose, known_place
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor, check_factors

FOLDER: Final = "studies"
LUCKS: Final = ("common", "independent")
_KEYS: Final[Mapping[str, tuple[type, ...]]] = {
    "title": (str,),
    "question": (str,),
    "scenario": (str, list),
    "method": (str,),
    "samples": (int,),
    "replicates": (int,),
    "luck": (str,),
    "seed": (int,),
    "outputs": (list, str),
    "set": (list,),
    "factors": (list,),
}
_FACTOR_KEYS: Final = (
    "choose", "group", "path", "kind", "low", "high", "distribution", "levels", "base", "label", "unit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Study:
    """What a study file says; None where it leaves the choice to the command.

    Attributes:
        name, title, question: for people.
        scenarios: names or files, the baseline first.
        method, samples, replicates, luck, seed, outputs: as for `ripple sensitivity`.
        set: overrides that hold at every point.
        factors: the `[[factors]]` tables as they stand in the file.
        where: the file.
    """

    name: str
    title: str = ""
    question: str = ""
    scenarios: tuple[str, ...] = ()
    method: str | None = None
    samples: int | None = None
    replicates: int | None = None
    luck: str | None = None
    seed: int | None = None
    outputs: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    factors: tuple[Mapping[str, Any], ...] = ()
    where: str = ""

    def choose(self, scenario: Scenario) -> Choice:
        """Its factors for a scenario.

        Raises:
            SensitivityError: with the file and the number of the table that cannot be used.
        """
        found: dict[str, Factor] = {}
        left: dict[str, str] = {}
        for number, entry in enumerate(self.factors):
            try:
                choice = _chosen(entry, scenario)
            except SensitivityError as problem:
                raise SensitivityError(f"{self.where}: factors[{number}]: {problem}") from None
            left.update(choice.left_out)
            # A later table says it more exactly.
            found.update({factor.path: factor for factor in choice.factors})
        if not found:
            raise SensitivityError(f"{self.where}: has no [[factors]]; say what to vary")
        kept = tuple((name, why) for name, why in left.items() if f"parameters.{name}" not in found)
        return Choice(check_factors(tuple(found.values())), kept)


def folder() -> Path:
    """The folder of bundled study files."""
    return library.folder() / FOLDER


def names() -> list[str]:
    """Names of the bundled studies, in alphabetical order."""
    return sorted(path.stem for path in folder().glob("*.toml"))


def load_study(source: str | Path) -> Study:
    """A study by bundled name or file.

    Raises:
        SensitivityError: no such study, or one that cannot be used; with file, key and what was found.
    """
    text = str(source)
    path = folder() / f"{text}.toml" if text in names() else Path(source)
    if not path.is_file():
        raise SensitivityError(f"no study file named '{text}'{nearest(path.stem, names())}")
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as problem:
        raise SensitivityError(f"{text}: cannot be read: {problem.strerror or problem}") from None
    except (ValueError, RecursionError) as problem:
        raise SensitivityError(f"{text}: is not TOML: {problem}") from None
    return _study(raw, path.stem, text)


def _study(raw: dict[str, Any], name: str, where: str) -> Study:
    for key, value in raw.items():
        if key not in _KEYS:
            raise SensitivityError(f"{where}: unknown key '{key}'{nearest(key, _KEYS)}")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            wanted = " or ".join(kind.__name__ for kind in _KEYS[key])
            raise SensitivityError(f"{where}: {key}: expected {wanted}, found {value!r}")
    for key in ("samples", "replicates", "seed"):
        if key in raw and raw[key] < (0 if key == "seed" else 1):
            raise SensitivityError(f"{where}: {key}: expected 1 or more, found {raw[key]}")
    if raw.get("luck", "common") not in LUCKS:
        raise SensitivityError(f"{where}: luck: expected common or independent, found '{raw['luck']}'")
    for key in ("set", "outputs", "scenario"):
        if isinstance(raw.get(key), list) and not all(isinstance(item, str) for item in raw[key]):
            raise SensitivityError(f"{where}: {key}: expected a list of texts, found {raw[key]!r}")
    for number, entry in enumerate(raw.get("factors", [])):
        if not isinstance(entry, dict):
            raise SensitivityError(f"{where}: factors[{number}]: expected a table, found {entry!r}")
        for key in entry:
            if key not in _FACTOR_KEYS:
                raise SensitivityError(
                    f"{where}: factors[{number}]: unknown key '{key}'{nearest(key, _FACTOR_KEYS)}"
                )
    scenario = raw.get("scenario", [])
    outputs = raw.get("outputs", [])
    return Study(
        name=name, title=raw.get("title", ""), question=raw.get("question", ""),
        scenarios=(scenario,) if isinstance(scenario, str) else tuple(scenario),
        method=raw.get("method"), samples=raw.get("samples"), replicates=raw.get("replicates"), luck=raw.get("luck"),
        seed=raw.get("seed"), outputs=(outputs,) if isinstance(outputs, str) else tuple(outputs),
        set=tuple(raw.get("set", [])), factors=tuple(raw.get("factors", [])), where=where,
    )  # fmt: skip


def _chosen(entry: Mapping[str, Any], scenario: Scenario) -> Choice:
    group = str(entry.get("group", ""))
    if ("choose" in entry) == ("path" in entry):
        raise SensitivityError("say either choose (names, patterns, tags) or path (one factor in full)")
    if "choose" in entry:
        extra = sorted(set(entry) - {"choose", "group"})
        if extra:
            raise SensitivityError(f"{', '.join(extra)} goes with path, not with choose")
        said = entry["choose"]
        if not isinstance(said, str) and not (
            isinstance(said, list) and all(isinstance(item, str) for item in said)
        ):
            raise SensitivityError(f"choose: expected text or a list of texts, found {said!r}")
        return choose(said, scenario, group=group)
    changes = {key: value for key, value in entry.items() if key not in ("path", "group")}
    for key in ("low", "high"):
        if key in changes:
            if not isinstance(changes[key], (int, float)) or isinstance(changes[key], bool):
                raise SensitivityError(f"{key}: expected a number, found {changes[key]!r}")
            changes[key] = float(changes[key])
    if "levels" in changes:
        if not isinstance(changes["levels"], list):
            raise SensitivityError(f"levels: expected a list, found {changes['levels']!r}")
        changes.update(
            kind="categorical", levels=tuple(changes["levels"]), low=float("nan"), high=float("nan")
        )
    known = known_place(str(entry["path"]), scenario)
    return Choice((replace(known, group=group, **changes),))
