"""What a reader must be told of an analysis, in sentences."""

from __future__ import annotations

import numpy as np

from sim.sensitivity.data import Data
from sim.sensitivity.methods import Method
from sim.sensitivity.outputs import Outcome
from sim.sensitivity.resampling import FEW, Spread
from sim.sensitivity.treating import Treated

Note = dict[str, str]


def remarks(
    item: Outcome,
    treated: Treated,
    data: Data,
    result: Spread,
    method: Method,
    common: bool,
    deterministic: bool,
) -> list[Note]:
    """Notes on one outcome: level, kind, text."""
    found: list[Note] = []
    if treated.missing:
        found.append(_note("warning", "failures", f"{item.name}: {treated.said}."))
    if item.kind == "censored time":
        found.append(_note("caution", "censored", f"{item.name}: {item.treatment} ({item.remark})."))
    if item.kind == "two-humped":
        found.append(_note("caution", "two-humped", f"{item.name}: {item.remark}."))
    found += _about_variance(item, data, result)
    if not deterministic:
        found += _about_chance(item, data, method, common)
    found += _about_indices(item, result)
    return found


def _note(level: str, kind: str, text: str) -> Note:
    return {"level": level, "kind": kind, "text": text}


def _about_variance(item: Outcome, data: Data, result: Spread) -> list[Note]:
    if np.ptp(data.y) == 0.0:
        text = f"{item.name} is {float(data.y.flat[0]):.4g} in every run: there is nothing to explain."
        return [_note("warning", "constant", text)]
    if "V" not in result.value:
        return []
    variance, drawn = float(result.value["V"]), result.drawn["V"]
    if variance <= 0.0 or (len(drawn) > 4 and float(np.percentile(drawn, 5.0)) <= 0.0):
        text = (
            f"{item.name} hardly differs between points beyond chance: its indices divide by next to nothing; "
            "take more replicates or wider ranges."
        )
        return [_note("warning", "noise", text)]
    return []


def _about_chance(item: Outcome, data: Data, method: Method, common: bool) -> list[Note]:
    if data.replicates == 1:
        if item.given:
            return []
        text = (
            f"{item.name}: one run a point, so chance cannot be told from the factors: it inflates total effects and "
            "drowns small ones; take two replicates or more."
        )
        return [_note("warning", "noise", text)]
    found = []
    if method.uncorrected:
        found.append(_note("info", "noise", f"Method {method.name}: {method.uncorrected}."))
    if common and data.replicates < FEW and method.resampling in ("rows", "halves"):
        text = (
            f"{data.replicates} replicates share their luck over all points; intervals hold for this luck and leave "
            "out how another would have been: take 8 or more."
        )
        found.append(_note("caution", "noise", text))
    return found


def _about_indices(item: Outcome, result: Spread) -> list[Note]:
    """Negative shares and S1 above ST: the commonest questions."""
    found = []
    for index in ("S1", "ST"):
        if index in result.value and (result.high[index] < 0.0).any():
            text = f"{item.name}: an interval of {index} lies below 0: too few base rows to trust it."
            found.append(_note("warning", "convergence", text))
    if "S1" in result.value and "ST" in result.value:
        first, total = result.value["S1"], result.value["ST"]
        odd = (first > total) & (result.low["S1"] > result.high["ST"])
        if odd.any():
            text = f"{item.name}: a first-order index lies above its total beyond their intervals: not converged."
            found.append(_note("warning", "convergence", text))
        elif ((first < 0.0) | (first > total)).any():
            text = (
                "Small indices may come out slightly negative, or first above total: that is sampling error around a "
                "value near 0, as the intervals show."
            )
            found.append(_note("info", "convergence", text))
    return found
