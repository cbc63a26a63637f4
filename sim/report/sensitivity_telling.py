"""The findings of a sensitivity analysis in sentences: what leads, how sure, chance, failures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.report.sensitivity_words import (
    INDEX_WORDS,
    SHARE_INDICES,
    index_text,
    listed,
    per_cent,
    said,
)
from sim.report.wording import capital
from sim.sensitivity.methods import METHODS

if TYPE_CHECKING:
    from sim.report.sensitivity_page import Studied

_NO_SHARE = 1.5  # a share of the variance beyond this is an artefact of too few runs
_SMALL = 0.05  # of the leading factor's index: below it a factor is said to do nothing


def answer(found: Studied) -> list[str]:
    """What the first outcome depends on most, what comes next, how sure that is, and what chance does."""
    output = found.outputs[0]
    rows = _leading(found, output)
    words = found.words(output, _time(found, output))
    rest = [*found.rankings, *_rest(found, output)]
    if not len(rows) or rows["value"].isna().all() or rows["value"].abs().max() <= 0:
        return [said("nothing", outcome=words), *rest]
    if _drowned(found, rows, output):
        return [said("untold", outcome=words), *rest]
    return [_first(found, rows, words, output), *_next(found, rows, output), *rest]


def _drowned(found: Studied, rows: pd.DataFrame, output: str) -> bool:
    """Whether the indices divide by next to nothing: warned of and none is clear of 0, or shares that are no shares."""
    notes = found.result.notes
    warned = (notes["output"] == output) & (notes["kind"] == "noise") & (notes["level"] == "warning")
    clear = (rows["low"].astype(float) > 0.0).any()
    if bool(warned.any()) and not clear and int(found.result.meta.get("replicates", 1)) > 1:
        return True
    shares = rows.loc[rows["index"].isin(["S1", "ST"]), "value"].astype(float)
    return bool((shares.max() > _NO_SHARE) or (shares.min() < 1.0 - _NO_SHARE)) if len(shares) else False


def _named(found: Studied, factor: str) -> str:
    """A factor as sentences name it: a parameter with its short name, which verdicts use."""
    name, short = found.names[factor], factor.rpartition(".")[2]
    return f"{name} ({short})" if factor.startswith("parameters.") and short != name else name


def _leading(found: Studied, output: str) -> pd.DataFrame:
    rows = found.result.indices
    lead = METHODS[found.result.method].leads
    rows = rows[(rows["output"] == output) & (rows["index"] == lead)]
    if rows["time"].notna().any():
        rows = rows[rows["time"] == rows["time"].max()]
    return rows.sort_values("rank", kind="stable")


def _time(found: Studied, output: str) -> float:
    rows = found.result.outputs
    return float(rows.loc[rows["output"] == output, "time"].max())


def _first(found: Studied, rows: pd.DataFrame, words: str, output: str) -> str:
    row = rows.iloc[0]
    index = str(row["index"])
    fields: dict[str, Any] = {
        "outcome": words,
        "first": _named(found, str(row["factor"])),
        "index": INDEX_WORDS.get(index, index),
        **{key: index_text(index, float(row[key]), output) for key in ("value", "low", "high")},
    }
    if not math.isfinite(float(row["low"])):
        return said("leads_unsure", **fields)
    if float(row["low"]) <= 0.0 <= float(row["high"]):
        return said("leads_unclear", **fields)
    if index not in SHARE_INDICES:
        return said("leads_effect", **fields)
    return said("leads_beyond" if float(row["high"]) > 1.0 else "leads_share", **fields)


def _next(found: Studied, rows: pd.DataFrame, output: str) -> list[str]:
    top = abs(float(rows["value"].iloc[0]))
    following, idle = [], []
    for row in rows.iloc[1:].to_dict("records"):
        value, floor = float(row["value"]), float(row["floor"])
        value = value if row["index"] in SHARE_INDICES else abs(value)
        name = _named(found, str(row["factor"]))
        touches = (float(row["low"]) <= 0.0 <= float(row["high"])) or value <= (
            floor if math.isfinite(floor) else 0.0
        )
        if touches or value < _SMALL * top:
            idle.append(name)
        else:
            text = index_text(str(row["index"]), float(row["value"]), output)
            span = [index_text(str(row["index"]), float(row[key]), output) for key in ("low", "high")]
            following.append(f"{name} ({text})" if "–" in span else f"{name} ({text}, {' to '.join(span)})")
    told = [said("then", list=listed(following))] if following else []
    if idle:
        key = "idle_one" if len(idle) == 1 else "idle"
        told.append(said(key, all=len(rows), count=len(idle), list=listed(idle, 6)))
    return told


def _rest(found: Studied, output: str) -> list[str]:
    told = settled_words(found, output)[:1]
    rows = found.result.variance
    rows = rows[rows["output"] == output]
    if rows["time"].notna().any():
        rows = rows[rows["time"] == rows["time"].max()]
    parts = rows.drop_duplicates("part").set_index("part")["share"].astype(float)
    if math.isfinite(parts.get("together", math.nan)) and parts["together"] >= 0.02:
        told.append(said("together", share=per_cent(parts["together"])))
    if math.isfinite(parts.get("chance", math.nan)):
        told.append(said("chance", chance=per_cent(parts["chance"])))
    failed = found.result.outputs
    lost = int(failed.loc[failed["output"] == output, "failed"].max()) if len(failed) else 0
    if lost:
        planned = int(found.result.meta.get("runs", 0))
        policy = said(str(found.result.meta.get("policy", "refuse")).replace("-", "_"))
        reason = found.reasons[0][0] if found.reasons else "no reason kept"
        told.append(said("failed", failed=f"{lost:,}", planned=f"{planned:,}", policy=policy, reason=reason))
    return told


def settled_words(found: Studied, output: str = "") -> list[str]:
    """How sure the order is, a sentence an outcome, or for one of them."""
    told = []
    rows = found.result.verdicts
    for row in rows.to_dict("records"):
        name, time = str(row["output"]), float(row["time"])
        if output and name != output:
            continue
        last = rows.loc[rows["output"] == name, "time"].max()
        if math.isfinite(time) and time != last:
            continue
        key = "verdict_yes" if bool(row["settled"]) else "verdict_no"
        sentence = said(key, sentence=row["sentence"])
        told.append(sentence if output else f"{capital(found.words(name, time))}. {sentence}")
    return told or [said("verdict_none")]


def method_words(found: Studied) -> str:
    """The method and its size in a sentence."""
    meta, method = found.result.meta, METHODS[found.result.method]
    return said(
        "method",
        title=method.title,
        answers=method.answers,
        points=f"{meta['points']:,}",
        replicates=meta["replicates"],
        luck=said(f"luck_{meta['luck']}"),
        runs=f"{meta['runs']:,}",
        level=per_cent(float(meta.get("confidence", 0.95))),
    )
