"""The promise log: dated leading indicators with bands, and later what was observed beside them.

Leading indicators move before the share practising does.  Those are promised that the plan is shown to move and whose
runs stand furthest from those of doing nothing, relative to how far single runs scatter, over the dates together.

A band is to hold a further run, so its ends are the (n + 1)-adjusted order statistics (Weibull positions): a further
run falls into each of the n + 1 gaps between n runs with the same chance.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.decisions.curves import Curves, traced
from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import Trace, check_replicates
from sim.decisions.futures import Future, as_planned
from sim.decisions.plans import Source, as_plan, nothing, used
from sim.decisions.statistics import estimate
from sim.decisions.wording import NOT_DISTINGUISHABLE, count, listed, percent, plain, years
from sim.organization.csvfile import Source as TableSource
from sim.organization.csvfile import Table, read_table
from sim.organization.errors import OrganizationError

INDICATORS: Final = MappingProxyType(
    {
        "share_practising": "share of people practising",
        "enthusiasm": "mean enthusiasm (0 to 1)",
        "safety": "mean psychological safety (0 to 1)",
        "mindset": "mean growth mindset (0 to 1)",
        "sharing": "mean sharing (0 to 1)",
        "skill": "mean skill (0 to 1)",
        "stage_trying": "share of people trying it out",
    }
)
_GROUPS: Final = (("all", "all"), ("level", "manager"), ("level", "employee"))
DATES: Final = (0.5, 1.0, 1.5)
COLUMNS: Final = (
    "indicator", "kind", "group", "years", "date", "low", "median", "high", "usual", "usual_low", "usual_high", "tells",
)  # fmt: skip
OBSERVED: Final = ("indicator", "group", "years", "observed")
Floats = npt.NDArray[np.float64]
_LEVEL: Final = 0.9
_LIMITS: Final = {"years": (50.0, "years from the start, 0 to 50")}


@dataclass(frozen=True, slots=True)
class Promises:
    """What is promised.

    Attributes:
        plan: name.
        band: chance that a further run lies within a band.
        log: a row a promise: indicator, kind, group, years (from the start), date ("" without a starting date),
            low, median, high of the plan; usual, usual_low, usual_high of doing nothing; tells
            (share of the plan's runs above the band of doing nothing); sorted by date.
        told_apart: whether any indicator is shown to differ from doing nothing.
    """

    plan: str
    band: float
    log: pd.DataFrame
    told_apart: bool

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"promises": self.log}

    def facts(self) -> dict[str, Any]:
        """What was found."""
        return {
            "plan": self.plan,
            "band": self.band,
            "promises": len(self.log),
            "told_apart": self.told_apart,
        }

    def in_words(self) -> list[str]:
        """The promises in sentences."""
        if self.log.empty:
            return [
                f"No leading indicator of '{self.plan}' is shown to differ from doing nothing; nothing is promised."
            ]
        return [
            f"By {row['date'] or years(row['years'])}: {INDICATORS[row['indicator']]}{_of(row)} between "
            f"{plain(row['low'])} and {plain(row['high'])} (in {percent(self.band)} of runs); doing nothing, "
            f"{plain(row['usual_low'])} to {plain(row['usual_high'])}; it would tell the two apart in "
            f"{percent(row['tells'])} of runs."
            for row in self.log.to_dict("records")
        ]

    def save(self, path: str | Path) -> Path:
        """Write the log as CSV, to be kept until there is something to compare it with."""
        path = Path(path)
        self.log.to_csv(path, index=False, lineterminator="\n")
        return path


def _of(row: Any) -> str:
    return "" if row["kind"] == "all" else f" among {row['group']}s"


def promise_log(
    plan: Source,
    *,
    evaluate: Trace,
    dates: Sequence[float] = DATES,
    indicators: int = 3,
    begins: datetime.date | None = None,
    replicates: int = 40,
    future: Future | None = None,
    band: float = _LEVEL,
    first: int = 0,
) -> Promises:
    """Promise what can be observed early.

    Args:
        plan: with one lever or more.
        evaluate: traces it; `sim.decisions.Simulator()`.
        dates: years from the start.
        indicators: how many to promise at each date.
        begins: the day the plan starts, for calendar dates.
        replicates: runs of the plan and of doing nothing.
        future: circumstances; pass `drawn([plan], …)` so that bands hold other assumptions too.
        band: chance that a further run lies within a band; 0.9 takes 19 runs or more.
        first: number of the first replicate: other luck.

    Raises:
        DecisionError: a plan without levers, or numbers out of range.
    """
    base = as_plan(plan)
    if not used(base):
        raise DecisionError(f"'{base.name}' uses no lever, so it promises nothing; add [[levers]]")
    check_replicates(replicates)
    when = _dates(dates, base.run.years)
    if not 1 <= indicators <= len(INDICATORS) * len(_GROUPS) or not 0.0 < band < 1.0:
        raise DecisionError(
            f"indicators is {indicators} and band {band:g}: give 1 or more, and a share below 1"
        )
    if replicates < _least(band):
        raise DecisionError(
            f"promises in {percent(band)} of runs need {_least(band)} runs or more, and replicates is {replicates}: "
            "too often a further run lies outside all of so few"
        )
    future = future or as_planned()
    usual = nothing(base)
    curves = traced(evaluate, [usual, base], [future], range(first, first + replicates))
    names = (base.name, usual.name, future.name)
    return promises_from(curves, names, when, indicators=indicators, begins=begins, band=band)


def promises_from(
    curves: Curves,
    names: tuple[str, str, str],
    dates: Sequence[float],
    *,
    indicators: int = 3,
    begins: datetime.date | None = None,
    band: float = _LEVEL,
) -> Promises:
    """Promise what a record that is there already shows early.

    Args:
        curves: the record.
        names: of the plan, of doing nothing, and of the future they are in.
        dates: years from the start, ascending.
        indicators, begins, band: see `promise_log`; where the record has too few runs for the band, it is the widest
            that they have, and the result tells its chance.
    """
    runs = min(len(curves.of(name, names[2])) for name in names[:2])
    band = min(band, max(0.0, (runs - 1) / (runs + 1)))
    there = {kind: curves.groups(kind) for kind, _ in _GROUPS}
    rows = [
        row
        for indicator in INDICATORS
        for kind, group in _GROUPS
        if group in there[kind]
        for row in _rows(curves, names, (indicator, kind, group), dates, begins, band)
    ]
    table = pd.DataFrame(rows)
    clear = table[table["apart"]] if len(table) else table
    chosen = _chosen(clear, indicators)
    log = table.merge(chosen, on=["indicator", "kind", "group"]) if len(chosen) else table.iloc[:0]
    log = log.sort_values(["years", "indicator", "group"], kind="stable").reset_index(drop=True)
    return Promises(names[0], band, log.reindex(columns=list(COLUMNS)), bool(len(clear)))


def _least(band: float) -> int:
    """Runs from which on the outermost ones make the band."""
    return max(2, math.ceil(2.0 / (1.0 - band) - 1.0 - 1e-9))


def _dates(dates: Sequence[float], horizon: float) -> list[float]:
    when = sorted(set(float(date) for date in dates))
    if not when or when[0] <= 0.0 or when[-1] > horizon:
        raise DecisionError(f"dates are {dates}: give years above 0, at most the horizon of {horizon:g}")
    return when


def _chosen(clear: pd.DataFrame, most: int) -> pd.DataFrame:
    """The indicators that stand out most over the dates, each in the group where it does most."""
    keys = ["indicator", "kind", "group"]
    if clear.empty:
        return pd.DataFrame(columns=keys)
    totals = clear.groupby(keys, sort=False)["stands_out"].sum().reset_index()
    order = totals.sort_values("stands_out", ascending=False, kind="stable")
    chosen: pd.DataFrame = order.drop_duplicates("indicator")[keys].head(most)
    return chosen


def _rows(
    curves: Curves,
    names: tuple[str, str, str],
    what: tuple[str, str, str],
    when: Sequence[float],
    begins: datetime.date | None,
    band: float,
) -> list[dict[str, Any]]:
    plan, usual, future = names
    indicator, kind, group = what
    mine = curves.of(plan, future, kind=kind, group=group, measure=indicator)
    other = curves.of(usual, future, kind=kind, group=group, measure=indicator)
    tests = len(INDICATORS) * len(_GROUPS) * len(when)
    rows = []
    for date in when:
        column = mine.columns[int(np.abs(mine.columns.to_numpy(dtype=np.float64) - date).argmin())]
        one, two = (found[column].dropna().to_numpy(dtype=np.float64) for found in (mine, other))
        gap = (mine[column] - other[column]).dropna().to_numpy()
        if not len(gap):
            continue  # blank: too few people to be shown
        low, median, high = held(one, band)
        usual_low, middle, usual_high = held(two, band)
        scatter = math.sqrt((float(one.var()) + float(two.var())) / 2.0) + 1e-12
        rows.append(
            {
                "indicator": indicator, "kind": kind, "group": group, "years": date,
                "date": _calendar(begins, date), "low": low, "median": median, "high": high,
                "usual": middle, "usual_low": usual_low, "usual_high": usual_high,
                "tells": float((one > usual_high).mean()),
                "apart": estimate(gap, comparisons=tests).above, "stands_out": float(gap.mean()) / scatter,
            }
        )  # fmt: skip
    return rows


def held(values: Floats, band: float) -> tuple[float, float, float]:
    """Between what a further value lies with the chance `band`, and the median: low, median, high."""
    tail = (1.0 - band) / 2.0
    low, median, high = np.quantile(values, [tail, 0.5, 1.0 - tail], method="weibull")
    return float(low), float(median), float(high)


def _calendar(begins: datetime.date | None, after: float) -> str:
    return "" if begins is None else (begins + datetime.timedelta(days=round(365.25 * after))).isoformat()


@dataclass(frozen=True, slots=True)
class Kept:
    """Promises beside what was observed.

    Attributes:
        rows: a row a promise observed: indicator, group, years, low, median, high, usual_low, usual_high, observed,
            verdict ("within", "above" or "below" the band), like_usual (whether it lies in the band of doing nothing).
        waiting: promises without an observation.
    """

    rows: pd.DataFrame
    waiting: int

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"observed": self.rows}

    def facts(self) -> dict[str, Any]:
        """What was found."""
        counts = self.rows["verdict"].value_counts()
        return {
            "observed": len(self.rows), "waiting": self.waiting,
            **{name: int(counts.get(name, 0)) for name in ("within", "above", "below")},
        }  # fmt: skip

    def in_words(self) -> list[str]:
        """Whether the promises are kept, in sentences."""
        fine = int((self.rows["verdict"] != "below").sum())
        lines = [f"{fine} of {count(len(self.rows), 'promise')} observed so far kept."]
        low = self.rows[self.rows["verdict"] == "below"]
        for row in low.to_dict("records"):
            like = "; that is where doing nothing would be" if row["like_usual"] else ""
            lines.append(
                f"{INDICATORS.get(row['indicator'], row['indicator'])} ({row['group']}) after {years(row['years'])}: "
                f"{plain(row['observed'])} is below the promised {plain(row['low'])} to {plain(row['high'])}{like}."
            )
        both = self.rows[(self.rows["verdict"] == "within") & self.rows["like_usual"]]
        if len(both):
            names = [INDICATORS.get(str(name), str(name)) for name in dict.fromkeys(both["indicator"])]
            lines.append(
                f"Within the promise, but {NOT_DISTINGUISHABLE} from doing nothing: {listed(names)}."
            )
        if self.waiting:
            lines.append(f"{count(self.waiting, 'promise')} still to be observed.")
        return lines


def compare_promises(log: TableSource, observed: TableSource) -> Kept:
    """Compare a saved log with what was observed.

    Args:
        log: CSV as `Promises.save` writes it, or a table that is read already.
        observed: the same with columns indicator, group, years, observed (0 to 1); lines that are blank there wait.

    Raises:
        DecisionError: a file that cannot be read, or an observation that was not promised.
    """
    promised = _read(log, COLUMNS[:-1], numbers=("years", "low", "median", "high", "usual_low", "usual_high"))
    seen = _read(observed, OBSERVED, numbers=("years", "observed"), blank="observed")
    file = observed.file if isinstance(observed, Table) else observed
    rows: list[dict[str, Any]] = []
    met: set[tuple[str, str, float]] = set()
    by_key = {_key(row): row for _, row in promised}
    for line, row in seen:
        key = _key(row)
        if key not in by_key:
            known = "; ".join(f"{one}, {group}, {when:g}" for one, group, when in by_key)
            raise DecisionError(
                f"{file}, line {line}: {key[0]}, {key[1]}, {key[2]:g} was not promised; promised are {known}"
            )
        if key in met:
            raise DecisionError(f"{file}, line {line}: {key[0]}, {key[1]}, {key[2]:g} comes twice; keep one")
        met.add(key)
        rows.append(_verdict(by_key[key], float(row["observed"])))
    if not rows:
        raise DecisionError(f"{file} holds no observation; add a line a promise you can check")
    return Kept(pd.DataFrame(rows), len(by_key) - len(met))


def _key(row: dict[str, Any]) -> tuple[str, str, float]:
    return str(row["indicator"]), str(row["group"]), round(float(row["years"]), 6)


def _verdict(promise: dict[str, Any], value: float) -> dict[str, Any]:
    low, high = promise["low"], promise["high"]
    verdict = "below" if value < low else "above" if value > high else "within"
    keep = ("indicator", "group", "years", "low", "median", "high", "usual_low", "usual_high")
    like = promise["usual_low"] <= value <= promise["usual_high"]
    return {
        **{name: promise[name] for name in keep},
        "observed": value,
        "verdict": verdict,
        "like_usual": like,
    }


def _read(
    source: TableSource, columns: Sequence[str], *, numbers: Sequence[str], blank: str = ""
) -> list[tuple[int, dict[str, Any]]]:
    """Rows of a table with their line numbers, checked; those without a cell in the column `blank` are left out."""
    try:
        table = read_table(source, required=columns)
        rows = []
        for row in table.rows:
            if blank and not table.text(row, blank):
                continue
            checked: dict[str, Any] = {name: table.text(row, name) for name in table.columns}
            for name in numbers:
                high, what = _LIMITS.get(name, (1.0, "a share or a mean between 0 and 1"))
                checked[name] = table.number(row, name, low=0.0, high=high, what=what)
                if math.isnan(checked[name]):
                    raise table.error(row, name, f"give {what}")
            rows.append((row.line, checked))
    except OrganizationError as problem:
        raise DecisionError(str(problem)) from None
    return rows
