"""The register of parameters and the register of assumptions, as pages."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from sim.parameters import REGISTER

COLOURS: Final = ("red", "amber", "green")
UNMEASURED: Final = "not yet measured"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing the model takes for granted.

    Attributes:
        name, says, because, otherwise: for people.
        quality: how well supported, one of `COLOURS`.
        impact: what it changes, one of `COLOURS`, or `UNMEASURED`.
        measured_by: the effect of the parameter that matters most, in words; "" while unmeasured.
        parameters: whose ranges span the doubt.
    """

    name: str
    says: str
    quality: str
    because: str
    parameters: tuple[str, ...]
    otherwise: str
    impact: str = UNMEASURED
    measured_by: str = ""


def impacts() -> dict[str, tuple[str, str]]:
    """Impact by parameter and its size in words, from `data/impact.csv` (made by `python -m sim.validation impact`).

    Raises:
        ValueError: an unknown parameter or colour.
    """
    text = files("sim.validation").joinpath("data/impact.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        name, impact = row["parameter"], row["impact"]
        if name not in REGISTER or impact not in COLOURS:
            raise ValueError(
                f"impact.csv: {name!r}, {impact!r}: give a parameter of the register and one of {', '.join(COLOURS)}"
            )
        found[name] = impact, f"{float(row['share']):.2f} of share, {float(row['skill']):.2f} of skill"
    return found


def assumptions() -> list[Assumption]:
    """All assumptions: red quality with red impact first, the unmeasured after the measured of their quality.

    Raises:
        ValueError: an entry that names a parameter or colour that there is not.
    """
    table = tomllib.loads(files("sim.validation").joinpath("data/assumptions.toml").read_text("utf-8"))
    measured = impacts()
    found = []
    for name, entry in table.items():
        unknown = [one for one in entry["parameters"] if one not in REGISTER]
        if unknown or entry["quality"] not in COLOURS:
            raise ValueError(
                f"assumptions.toml [{name}]: no such parameter or colour: {unknown or entry['quality']}"
            )
        known = [measured[one] for one in entry["parameters"] if one in measured]
        worst = min(known, key=lambda pair: COLOURS.index(pair[0]), default=(UNMEASURED, ""))
        fields = {**entry, "parameters": tuple(entry["parameters"])}
        found.append(Assumption(name=name, impact=worst[0], measured_by=worst[1], **fields))
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
        "red from .10, amber from .03. What no parameter stands for is not yet measured. Red with red come first.",
        "",
        "| assumption | quality | impact | because | parameters | to have it otherwise |",
        "|---|---|---|---|---|---|",
    ]
    for one in assumptions():
        impact = one.impact + (f" ({one.measured_by})" if one.measured_by else "")
        names = ", ".join(f"`{name}`" for name in one.parameters) or "structural"
        lines.append(f"| {one.says} | {one.quality} | {impact} | {one.because} | {names} | {one.otherwise} |")
    return "\n".join(lines) + "\n"


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
