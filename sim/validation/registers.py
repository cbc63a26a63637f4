"""The register of parameters and the register of assumptions, as pages."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final

from sim.parameters import REGISTER
from sim.validation.structures import structures

COLOURS: Final = ("red", "amber", "green")
UNMEASURED: Final = "not yet measured"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing the model takes for granted.

    Attributes:
        name, says, because, otherwise: for people.
        quality: how well supported, one of `COLOURS`.
        parameters: whose ranges span the doubt.
        structures: the assumption the other way round, by name in `data/structures.toml`.
        impact: what it changes, one of `COLOURS`, or `UNMEASURED`.
        measured_by: the effect of the parameter or structure that matters most, in words; "" while unmeasured.
    """

    name: str
    says: str
    quality: str
    because: str
    parameters: tuple[str, ...]
    otherwise: str
    structures: tuple[str, ...] = ()
    impact: str = UNMEASURED
    measured_by: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """How far one parameter or structure moves things.

    Attributes:
        colour: one of `COLOURS`.
        said: its size in words.
        size: the larger of what it moves the share practising and mean skill by.
    """

    colour: str
    said: str
    size: float


def impacts() -> dict[str, Impact]:
    """Impact by parameter, from `data/impact.csv` (made by `python -m sim.validation impact`).

    Raises:
        ValueError: an unknown parameter or colour.
    """
    return {name: one for name, (one, _) in _read("impact.csv", "parameter", REGISTER).items()}


def structural_impacts() -> dict[str, Impact]:
    """Impact by structure, from `data/impact_structures.csv` (`python -m sim.validation structures`).

    Raises:
        ValueError: an unknown structure or colour.
    """
    known = structures()
    found = _read("impact_structures.csv", "structure", known)
    return {
        name: replace(
            one, said=f"{one.said} where {known[name].says}; mean {float(row['mean_share']):+.3f} of share"
        )
        for name, (one, row) in found.items()
    }


def _read(file: str, key: str, known: Collection[str]) -> dict[str, tuple[Impact, dict[str, str]]]:
    """The impact and the whole row, by the name in column `key`."""
    text = files("sim.validation").joinpath(f"data/{file}").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        name, impact = row[key], row["impact"]
        if name not in known or impact not in COLOURS:
            raise ValueError(
                f"{file}: {name!r}, {impact!r}: give a {key} that there is and one of {', '.join(COLOURS)}"
            )
        share, skill = float(row["share"]), float(row["skill"])
        # Three decimals: with two, .029 would stand as .03 beside the limit of .03 that it does not reach.
        said = f"{share:.3f} of share, {skill:.3f} of skill"
        found[name] = Impact(impact, said, max(share, skill)), row
    return found


def assumptions() -> list[Assumption]:
    """All assumptions: red quality with red impact first, the unmeasured after the measured of their quality.

    Raises:
        ValueError: an entry that names a parameter, structure or colour that there is not.
    """
    table = tomllib.loads(files("sim.validation").joinpath("data/assumptions.toml").read_text("utf-8"))
    measured, structural, known = impacts(), structural_impacts(), structures()
    found = []
    for name, entry in table.items():
        parameters, others = tuple(entry["parameters"]), tuple(entry.get("structures", ()))
        unknown = [one for one in parameters if one not in REGISTER] + [
            one for one in others if one not in known
        ]
        if unknown or entry["quality"] not in COLOURS:
            raise ValueError(
                f"assumptions.toml [{name}]: no such parameter, structure or colour: {unknown or entry['quality']}"
            )
        sizes = [measured[one] for one in parameters if one in measured]
        sizes += [structural[one] for one in others if one in structural]
        worst = max(sizes, key=lambda one: one.size, default=Impact(UNMEASURED, "", 0.0))
        fields = {**entry, "parameters": parameters, "structures": others}
        found.append(Assumption(name=name, impact=worst.colour, measured_by=worst.said, **fields))
    return sorted(found, key=_urgency)


def _urgency(one: Assumption) -> tuple[int, int, str]:
    impact = COLOURS.index(one.impact) if one.impact in COLOURS else len(COLOURS)
    if one.quality == "red" and one.impact == "red":
        return 0, 0, one.name
    return 1 + COLOURS.index(one.quality), impact, one.name


def assumptions_page() -> str:
    """The register of assumptions as Markdown."""
    lines = [
        "# What the model takes for granted",
        "",
        "Made by `python -m sim.validation documents` from `sim/validation/data/assumptions.toml`. "
        "*Quality*: green measured or well supported, amber mapped or contested, red judgement. "
        "*Impact*: how far the share practising and mean skill move after two years of all levers together, when the parameter "
        "that matters most goes over its range and the others lie anywhere (root mean square elementary effect; "
        "`ripple sensitivity --study impact`, then `python -m sim.validation impact`; `sim/validation/data/impact.csv`): "
        "red from .10, amber from .03. What no range spans is turned round instead: the same outcome, plan and ranges, root "
        "mean square of the paired difference (second table; `python -m sim.validation structures`). Red with red come first.",
        "",
        "| assumption | quality | impact | because | parameters | to have it otherwise |",
        "|---|---|---|---|---|---|",
    ]
    for one in assumptions():
        impact = one.impact + (f" ({one.measured_by})" if one.measured_by else "")
        names = ", ".join([f"`{name}`" for name in one.parameters] + [f"*{name}*" for name in one.structures])
        lines.append(f"| {one.says} | {one.quality} | {impact} | {one.because} | {names} | {one.otherwise} |")
    return "\n".join([*lines, "", *_structures_table()]) + "\n"


def _structures_table() -> list[str]:
    known = structures()
    lines = [
        "## The same model with one structure the other way round",
        "",
        "Against the model as it is, at every draw with the same luck: root mean square and mean of the difference after two "
        "years of all levers together, the luck of the runs taken out. What no scenario can say (hazards that add, felt effects "
        "spread evenly) is run agent by agent, by months (`sim/validation/rival_agents.py`).",
        "",
        "| structure | what is different | impact | share | skill | mean, share | mean, skill | draws |",
        "|---|---|---|--:|--:|--:|--:|--:|",
    ]
    for name, (one, row) in _read("impact_structures.csv", "structure", known).items():
        cells = (f"*{name}*", known[name].says, one.colour, *(row[key] for key in ("share", "skill")))
        means = [f"{float(row[key]):+.3f}" for key in ("mean_share", "mean_skill")]
        lines.append("| " + " | ".join([*cells, *means, row["draws"]]) + " |")
    return lines


def parameters_page() -> str:
    """The register of parameters as Markdown."""
    lines = [
        "# Parameters",
        "",
        "Made by `python -m sim.validation documents` from `sim/parameters/register.py`, where each is "
        "declared once. Grades: A meta-analysis or large trial, B single good study or official statistic, "
        "C observational or mapped, D judgement. A range is the reported interval "
        "where there was one, otherwise the spread between studies, otherwise judgement. `ripple explain NAME` says the same.",
        "",
        "| name | symbol | meaning | default | range | distribution | unit | source | grade | used in |",
        "|---|---|---|--:|---|---|---|---|---|---|",
    ]
    for entry in REGISTER.values():
        rooms = ", ".join(f"theory/{name.strip()}" for name in entry.used_in.split(","))
        cells = (
            f"`{entry.name}`", entry.symbol, entry.meaning, f"{entry.default:g}", f"{entry.low:g} to {entry.high:g}",
            entry.distribution, entry.unit, entry.source, entry.grade, rooms,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
