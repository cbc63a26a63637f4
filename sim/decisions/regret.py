"""Which plan is still good if we are wrong: the regret table (Savage 1951, doi:10.1080/01621459.1951.10500768).

Regret of a plan in a future is what it falls short of the plan that is best there.  The minimax-regret plan is the
one whose largest regret is smallest.  All differences are paired under common luck; their intervals hold together
(Bonferroni over pairs of plans, and for the pick over futures too), and plans that they do not tell apart are said
to be tied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import GOALS, Evaluate, Found, check_goal, check_replicates, evaluated
from sim.decisions.futures import AS_PLANNED, NAMED, Future
from sim.decisions.pairs import best_of, side_by_side
from sim.decisions.plans import NOTHING, Source, as_plans, nothing, used
from sim.decisions.statistics import NIL, estimate
from sim.decisions.wording import NOT_DISTINGUISHABLE, listed, points
from sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Regret:
    """A regret table and what follows from it.

    Attributes:
        outcome: the goal.
        plans, futures: names in order; doing nothing is among the plans.
        cells: a row a plan and future: value (mean outcome), regret with interval, best (the highest mean there),
            tied (not distinguishable from the best there), wins (share of its runs in which no plan is better), n
            (its runs; a failed run is left out where its plan is compared, and nowhere else).
        worst: a row a plan: max_regret with interval, in which future.
        hedges: a row a future in which the pick is clearly not the best: regret, best_plan there, answers (levers
            with which the catalogue answers it and that the pick does not use).
        pick: the plan with the smallest largest regret.
        tied: plans that cannot be told from the pick.
        recommended: the pick, if nothing is tied with it; otherwise None.
    """

    outcome: str
    plans: tuple[str, ...]
    futures: tuple[str, ...]
    cells: pd.DataFrame
    worst: pd.DataFrame
    hedges: pd.DataFrame
    pick: str
    tied: tuple[str, ...]
    recommended: str | None
    titles: dict[str, str]

    def table(self) -> pd.DataFrame:
        """Plans by futures, the cell being the regret, with the largest in the last column."""
        wide = self.cells.pivot(index="plan", columns="future", values="regret")
        wide = wide.reindex(index=list(self.plans), columns=list(self.futures))
        return wide.assign(max_regret=wide.max(axis=1)).reset_index()

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"regret": self.table(), "cells": self.cells, "worst": self.worst, "hedges": self.hedges}

    def facts(self) -> dict[str, Any]:
        """What was decided."""
        return {
            "outcome": self.outcome, "pick": self.pick, "tied": list(self.tied), "recommended": self.recommended,
            "futures": {name: self.titles[name] for name in self.futures},
        }  # fmt: skip

    def in_words(self) -> list[str]:
        """The table in sentences."""
        worst = self.worst.set_index("plan")
        lines = []
        if self.recommended is not None and float(worst["max_regret"][self.recommended]) <= NIL:
            lines.append(
                f"'{self.recommended}' is the safest choice: in no future looked at is another plan better on average, "
                f"measured in {GOALS[self.outcome]}."
            )
        elif self.recommended is not None:
            row: Any = worst.loc[self.recommended]
            lines.append(
                f"'{self.recommended}' is the safest choice: in the future that suits it least "
                f"({self.titles[row['future']]}) it falls {points(row['max_regret'])} short of the best plan there, "
                f"less than any other plan in its own worst future; measured in {GOALS[self.outcome]}."
            )
        elif not self.tied:
            lines.append(
                f"Doing nothing is safest: every plan falls further short of it in its worst future than it falls "
                f"short of any plan, measured in {GOALS[self.outcome]}; no plan is recommended."
            )
        else:
            lines.append(
                f"{listed([self.pick, *self.tied])} are {NOT_DISTINGUISHABLE} in how far they fall short in their "
                f"worst futures, measured in {GOALS[self.outcome]}; no plan is recommended over the others."
            )
            lines += self._why_tied_lines()
        lines += self._summary_lines()
        same = self._untouched()
        lines += [self._best_line(future) for future in self.futures if future not in same]
        if same:
            titles = ", or ".join(self.titles[future] for future in same)
            lines.append(f"If {titles}: that does not touch these plans, every number is as planned.")
        lines += [self._hedge_line(row) for row in self.hedges.to_dict("records")]
        return lines

    def _why_tied_lines(self) -> list[str]:
        """Why plans tie although one of them has the highest mean in every future."""
        best = self.cells[self.cells["best"]]
        if set(best["plan"]) != {self.pick} or self.pick == NOTHING:
            return []
        mine: Any = self.worst.set_index("plan").loc[self.pick]
        return [
            f"'{self.pick}' has the highest mean in every future and still ties: taken over all futures together, the "
            f"intervals leave open that another plan is up to "
            f"{points(mine['max_regret_high'])} better somewhere, and no plan tied with it is shown to fall further short "
            "than that; more replicates narrow it."
        ]

    def _untouched(self) -> list[str]:
        """Futures in which every plan does exactly what it does as planned."""
        if AS_PLANNED not in self.futures:
            return []
        wide = self.cells.pivot(
            index="plan", columns="future", values=["value", "regret", "regret_high", "wins"]
        )
        wide = wide.swaplevel(axis=1)
        return [one for one in self.futures if one != AS_PLANNED and wide[one].equals(wide[AS_PLANNED])]

    def _best_line(self, future: str) -> str:
        here = self.cells[self.cells["future"] == future]
        best = here[here["best"]].iloc[0]
        tied = [str(name) for name in here["plan"][here["tied"] & ~here["best"]]]
        if tied:
            return f"If {self.titles[future]}: {listed([best['plan'], *tied])} are {NOT_DISTINGUISHABLE} at the top."
        gap = self._ahead_of_nothing(best, here)
        runs = "all" if best["wins"] >= 1.0 else f"{round(best['wins'] * best['n'])} of"
        return f"If {self.titles[future]}: '{best['plan']}' is best, in {runs} {best['n']} runs{gap}."

    def _ahead_of_nothing(self, best: Any, here: pd.DataFrame) -> str:
        """How far the best plan is above doing nothing, where it is another one."""
        if best["plan"] == NOTHING:
            return ""
        none = here[here["plan"] == NOTHING]
        return f", {points(float(none['regret'].iloc[0]))} above '{NOTHING}'" if len(none) else ""

    def _summary_lines(self) -> list[str]:
        """In how many of the futures each plan is clearly best: joins the worst future with the others."""
        best = self.cells[self.cells["best"]].set_index("future")["plan"]
        alone = self.cells[self.cells["tied"] & ~self.cells["best"]]["future"]
        clear = best[~best.index.isin(alone)]
        if self.recommended is not None or clear.empty:
            return []
        counts = clear.value_counts()
        led = "; ".join(f"'{name}' in {count}" for name, count in counts.items())
        return [
            f"Of {len(self.futures)} futures one plan is clearly best in {len(clear)}: {led}. In the others none is."
        ]

    def _hedge_line(self, row: dict[Any, Any]) -> str:
        text = (
            f"Hedge: if {self.titles[row['future']]}, '{self.pick}' falls {points(row['regret'])} short of "
            f"'{row['best_plan']}'"
        )
        return f"{text}; the catalogue answers with {row['answers']}." if row["answers"] else f"{text}."


def regret_table(
    plans: Sequence[Source],
    *,
    evaluate: Evaluate,
    futures: Sequence[Future] | None = None,
    replicates: int = 20,
    outcome: str = "share_end",
    first: int = 0,
) -> Regret:
    """Compare plans in every future.

    Args:
        plans: two or more, or one to be compared with doing nothing, which is always among them.
        evaluate: runs them; `sim.decisions.Simulator()`.
        futures: the seven barriers of the sources and all going as planned where not given; add `drawn(...)`.
        replicates: runs of each plan in each future; as many as there are draws where those are more.
        outcome: the goal, see `GOALS`.
        first: number of the first replicate: other luck.

    Raises:
        DecisionError: plans that cannot be compared, or numbers out of range.
    """
    chosen = as_plans(plans)
    if not chosen:
        raise DecisionError("no plan given; name at least one, e.g. stars_align")
    everyone = _with_nothing(chosen)
    futures = tuple(NAMED.values()) if futures is None else tuple(futures)
    check_goal(outcome)
    check_replicates(replicates)
    found = _run(evaluate, everyone, futures, replicates, outcome, first)
    names = [plan.name for plan in everyone]
    pairs = len(names) * (len(names) - 1) // 2
    # What is said of one future holds together for that future; what is said of the worst, over all of them.
    cells = pd.concat([_cells(found, names, future, pairs) for future in futures], ignore_index=True)
    together = [_cells(found, names, future, pairs * len(futures)) for future in futures]
    worst = _worst(pd.concat(together, ignore_index=True), names)
    pick = str(
        worst.sort_values(["max_regret", "value"], ascending=[True, False], kind="stable")["plan"].iloc[0]
    )
    tied = _tied(worst, pick)
    by_name = {plan.name: plan for plan in everyone}
    alone = not tied and pick != NOTHING
    return Regret(
        outcome=outcome,
        plans=tuple(names),
        futures=tuple(future.name for future in futures),
        cells=cells,
        worst=worst,
        hedges=_hedges(cells, by_name[pick], futures),
        pick=pick,
        tied=tied,
        recommended=pick if alone else None,
        titles={future.name: future.title for future in futures},
    )


def _with_nothing(chosen: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """The plans and doing nothing; a plan that does nothing either is not told twice."""
    idle = nothing(chosen[0])
    words = {"name": idle.name, "title": idle.title, "question": idle.question}
    acting = [plan for plan in chosen if plan.model_copy(update=words) != idle]
    if not acting:
        names = " and ".join(f"'{plan.name}'" for plan in chosen)
        raise DecisionError(f"{names} does nothing out of the ordinary; name a plan to be held against it")
    return (*acting, idle)


def _run(
    evaluate: Evaluate,
    plans: Sequence[Scenario],
    futures: Sequence[Future],
    replicates: int,
    outcome: str,
    first: int,
) -> Found:
    """All plans in all futures; where assumptions are drawn there are at least as many runs as draws."""
    sizes = {future.name: max(replicates, len(future.draws)) for future in futures}
    parts = [
        evaluated(evaluate, plans, alike, range(first, first + size), outcome).table
        for size in dict.fromkeys(sizes.values())
        if (alike := [future for future in futures if sizes[future.name] == size])
    ]
    return Found(pd.concat(parts, ignore_index=True), outcome)


def _cells(found: Found, names: list[str], future: Future, comparisons: int) -> pd.DataFrame:
    """One future: regret of each plan against the one with the highest mean."""
    values = side_by_side(found, names, future.name)
    means = np.nanmean(values, axis=0)
    best = best_of(values)
    top = np.nanmax(values, axis=1)
    rows: list[dict[str, Any]] = []
    for k, name in enumerate(names):
        mine = values[np.isfinite(values[:, k]), k]
        short = estimate(values[:, best] - values[:, k], comparisons=comparisons)
        rows.append(
            {
                "plan": name,
                "future": future.name,
                "value": float(means[k]),
                "regret": max(0.0, short.mean),
                "regret_low": max(0.0, short.low),
                "regret_high": max(0.0, _above(values, k, comparisons)),
                "best": k == best,
                "tied": not short.clear,
                "wins": float((values[:, k] >= top).sum() / len(mine)),
                "n": len(mine),
            }
        )
    return pd.DataFrame(rows)


def _above(values: np.ndarray[Any, np.dtype[np.float64]], k: int, comparisons: int) -> float:
    """The most that any plan may be above plan k: the upper end over all intervals."""
    others = [j for j in range(values.shape[1]) if j != k]
    highs = [estimate(values[:, j] - values[:, k], comparisons=comparisons).high for j in others]
    return max([0.0, *highs])


def _worst(cells: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    rows = []
    for name in names:
        mine = cells[cells["plan"] == name].reset_index(drop=True)
        at = int(mine["regret"].to_numpy().argmax())
        rows.append(
            {
                "plan": name,
                "max_regret": float(mine["regret"].iloc[at]),
                "max_regret_low": float(mine["regret_low"].max()),
                "max_regret_high": float(mine["regret_high"].max()),
                "future": mine["future"].iloc[at],
                "value": float(mine["value"].mean()),
            }
        )
    return pd.DataFrame(rows)


def _tied(worst: pd.DataFrame, pick: str) -> tuple[str, ...]:
    """Plans whose largest regret may be no larger than the pick's, whatever the intervals hold."""
    at_most = float(worst.loc[worst["plan"] == pick, "max_regret_high"].iloc[0])
    others = worst[worst["plan"] != pick]
    return tuple(str(name) for name in others["plan"][others["max_regret_low"] <= at_most + 1e-12])


def _hedges(cells: pd.DataFrame, pick: Scenario, futures: Sequence[Future]) -> pd.DataFrame:
    have = {use.lever for use in used(pick)}
    rows = []
    for future in futures:
        here = cells[cells["future"] == future.name].set_index("plan")
        mine: Any = here.loc[pick.name]
        if mine["tied"]:
            continue
        rows.append(
            {
                "future": future.name,
                "regret": float(mine["regret"]),
                "regret_low": float(mine["regret_low"]),
                "best_plan": str(here.index[here["best"]][0]),
                "answers": ", ".join(lever for lever in future.answers if lever not in have),
            }
        )
    return pd.DataFrame(rows, columns=["future", "regret", "regret_low", "best_plan", "answers"])
