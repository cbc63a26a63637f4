"""Where it dies: how far a plan's gain reaches by level and unit, what carried it, and the cheapest unblock.

Groups are those that may be shown (`sim.experiments.groups`): small departments are merged, and in an imported
organisation small levels too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.decisions.curves import Curves, traced
from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import Found, Tracing, check_replicates, evaluated
from sim.decisions.futures import Future, as_planned
from sim.decisions.plans import Source, as_plan, lever_labels, nothing, used
from sim.decisions.statistics import Estimate, estimate
from sim.decisions.wording import NOT_DISTINGUISHABLE, amount, listed, percent, points_of
from sim.organization.privacy import MERGED
from sim.scenario import Scenario
from sim.scenario.fields import Level, Who
from sim.scenario.schema import LeverUse
from sim.theory.channels import LAYERS, LEVELS

UNBLOCKERS: Final = (
    "L01",
    "L04",
    "L10",
    "L11",
    "L12",
    "L18",
    "L25",
)  # what leaders of a unit can do themselves
_CHAIN: Final = ("executive", "manager", "employee")
CARRIERS: Final = {
    "authority": "ties of authority",
    "peers": "ties between peers",
    "mutual": "mutual work",
    "ripples": "ripples across the organisation",
    "spontaneous": "people starting of their own accord",
    "mixed": "the crowd beyond anybody's ties",
}
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Dying:
    """Where a plan's gain ends.

    Attributes:
        plan: name.
        overall: gain of the share practising over doing nothing at the horizon.
        groups: a row a shown level and department: kind, group, share (of people practising), gain with interval,
            relative (to the overall gain), reached (gain shown above 0), behind (clearly less than half the overall
            gain).
        stops_at: the first level down the line, after one that is reached, that is clearly behind, or that is not
            reached and neither is any below it; "" where there is none.
        carriers: a row a relationship: adoptions beyond doing nothing with interval (mean a run), share (of all the
            shown ones).
        weakest: kind and name of the group that is worst off among those behind or not reached, "" where none is.
        unblocks: a row a lever added there: lever, gain of that group and of everybody with intervals, money,
            leader_hours, shown, money_per_point (of the group), cheapest first; empty where nothing needs it.
        currency: of the money.
    """

    plan: str
    overall: Estimate
    groups: pd.DataFrame
    stops_at: str
    carriers: pd.DataFrame
    weakest: tuple[str, str]
    unblocks: pd.DataFrame
    currency: str

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"groups": self.groups, "carriers": self.carriers, "unblocks": self.unblocks}

    def facts(self) -> dict[str, Any]:
        """What was found."""
        shown = self.unblocks[self.unblocks["shown"]] if len(self.unblocks) else self.unblocks
        return {
            "plan": self.plan, **self.overall.columns("gain"), "stops_at": self.stops_at,
            "weakest": list(self.weakest), "cheapest_unblock": str(shown["lever"].iloc[0]) if len(shown) else None,
        }  # fmt: skip

    def in_words(self) -> list[str]:
        """Where it dies, in sentences."""
        if not self.overall.above:
            return [
                f"'{self.plan}' is not shown to gain anything over doing nothing at the horizon, so there is nothing "
                "whose end could be found."
            ]
        lines = [f"'{self.plan}' gains {points_of(self.overall)} in the share practising at the horizon."]
        if self.stops_at:
            lines.append(f"Down the line it stops at the level of the {self.stops_at}.")
        else:
            lines.append(self._levels_line())
        behind = self.groups[self.groups["behind"] & (self.groups["kind"] == "department")]
        if len(behind):
            lines.append(f"Clearly behind the rest: {listed([str(name) for name in behind['group']])}.")
        carried = self.carriers[self.carriers["shown"]]
        if len(carried):
            first = carried.iloc[0]
            lines.append(
                f"Of the adoptions it adds, {percent(first['share'])} come through {CARRIERS[first['by']]}."
            )
        return [*lines, *self._unblock_lines()]

    def _levels_line(self) -> str:
        """Which levels are shown to gain; of the others nothing is shown either way."""
        levels = self.groups[self.groups["kind"] == "level"]
        reached = [str(name) for name in levels["group"][levels["reached"]]]
        open_ = [str(name) for name in levels["group"][~levels["reached"]]]
        if not open_:
            return "Down the line it is shown to reach every level."
        gain = (
            f"a gain is shown for the level of {' and '.join(f'{name}s' for name in reached)}; "
            if reached
            else ""
        )
        return (
            f"No level is shown to be where it stops: {gain}for {' and '.join(f'{name}s' for name in open_)} it is "
            f"{NOT_DISTINGUISHABLE} from none, which few people in a level can explain."
        )

    def _unblock_lines(self) -> list[str]:
        kind, name = self.weakest
        if not name or self.unblocks.empty:
            return []
        where = f"the {kind} '{name}'"
        shown = self.unblocks[self.unblocks["shown"]]
        if shown.empty:
            tried = "; ".join(str(lever) for lever in self.unblocks["lever"])
            return [
                f"{where[0].upper()}{where[1:]} is worst off. None of the levers tried there is shown to help: {tried}."
            ]
        best = shown.iloc[0]
        gain = Estimate(best["group_gain"], best["group_gain_low"], best["group_gain_high"], int(best["n"]))
        price = f"{amount(best['money'])} {self.currency} and {amount(best['leader_hours'])} leader hours"
        lines = [f"Cheapest unblock for {where}: {best['lever']}, {points_of(gain)} there for {price}."]
        if len(shown) > 1:
            lines.append(
                f"Costs a point are means; the gains of the levers tried may be {NOT_DISTINGUISHABLE}."
            )
        return lines


def where_it_dies(
    plan: Source,
    *,
    evaluate: Tracing,
    replicates: int = 20,
    unblockers: Sequence[LeverUse] | None = None,
    future: Future | None = None,
    first: int = 0,
) -> Dying:
    """Find where a plan's gain ends and what would carry it on.

    Args:
        plan: with one lever or more.
        evaluate: runs and traces it; `sim.decisions.Simulator()`.
        replicates: runs of each plan; as many more, on other luck, of the plan with each unblocker and without.
        unblockers: levers to try in the group that is worst off; `UNBLOCKERS` at their usual dose where not given.
            `who` and `cover` are set to that group.
        future: circumstances; all going as planned where not given.
        first: number of the first replicate: other luck.

    Raises:
        DecisionError: a plan without levers, or numbers out of range.
    """
    base = as_plan(plan)
    if not used(base):
        raise DecisionError(f"'{base.name}' uses no lever, so nothing spreads from it; add [[levers]]")
    check_replicates(replicates)
    future = future or as_planned()
    luck = range(first, first + replicates)
    usual = nothing(base)
    curves = traced(evaluate, [usual, base], [future], luck)
    overall = _last(curves, base.name, usual.name, future)
    groups = _groups(curves, base.name, usual.name, future, overall)
    found = evaluated(evaluate, [usual, base], [future], luck, "share_end")
    weakest = _weakest(groups) if estimate(overall).above else ("", "")
    # Other luck: a group that is worst off by bad luck alone would seem helped by whatever is tried there.
    fresh = range(luck.stop, luck.stop + replicates)
    tried = _unblocks(base, weakest, unblockers, evaluate, future, fresh, _merged(weakest))
    return Dying(
        plan=base.name,
        overall=estimate(overall),
        groups=groups,
        stops_at=_stops_at(groups),
        carriers=_carriers(found, base.name, usual.name, future),
        weakest=weakest,
        unblocks=tried,
        currency=base.money.currency,
    )


def _last(
    curves: Curves, plan: str, usual: str, future: Future, kind: str = "all", group: str = "all"
) -> pd.Series[float]:
    """Gain at the horizon by replicate."""
    gap = curves.gain(plan, usual, future.name, kind=kind, group=group)
    last: pd.Series[float] = gap[gap.columns[-1]].dropna()
    return last


def _groups(curves: Curves, plan: str, usual: str, future: Future, overall: pd.Series[float]) -> pd.DataFrame:
    names = [(kind, group) for kind in ("level", "department") for group in curves.groups(kind)]
    rows: list[dict[str, Any]] = []
    for kind, group in names:
        share = curves.of(plan, future.name, kind=kind, group=group)
        if share[share.columns[-1]].isna().all():
            continue  # blank: too few people to be shown
        gain = _last(curves, plan, usual, future, kind, group)
        found = estimate(gain, comparisons=len(names))
        short = estimate((_HALF * overall - gain).dropna(), comparisons=len(names))
        rows.append(
            {
                "kind": kind,
                "group": group,
                "share": float(share[share.columns[-1]].mean()),
                **found.columns("gain"),
                "relative": found.mean / float(overall.mean()) if overall.mean() else float("nan"),
                "reached": found.above,
                "behind": short.above,
            }
        )
    columns = ["kind", "group", "share", "gain", "gain_low", "gain_high", "relative", "reached", "behind"]
    return pd.DataFrame(rows, columns=columns)


def _stops_at(groups: pd.DataFrame) -> str:
    """The level at which it stops, from the top down; "" where it does not, or begins nowhere."""
    rows = groups[(groups["kind"] == "level") & groups["group"].isin(_CHAIN)].set_index("group")
    chain = [name for name in _CHAIN if name in rows.index]
    reached, behind = ([bool(rows.loc[name, what]) for name in chain] for what in ("reached", "behind"))
    before = False
    for k, level in enumerate(chain):
        # A level of few people may show nothing and still let it through: then one below is reached.
        if before and (behind[k] or not any(reached[k:])):
            return f"{level}s"
        before = before or (reached[k] and not behind[k])
    return ""


def _weakest(groups: pd.DataFrame) -> tuple[str, str]:
    rows = groups[(~groups["reached"] | groups["behind"]) & (groups["group"] != "community")]
    if rows.empty:
        return "", ""
    row = rows.iloc[int(rows["gain"].to_numpy().argmin())]
    return str(row["kind"]), str(row["group"])


def _carriers(found: Found, plan: str, usual: str, future: Future) -> pd.DataFrame:
    names = [name for name in (*LAYERS, "spontaneous", "mixed") if f"adoptions_{name}" in found.table.columns]
    rows: list[dict[str, Any]] = []
    for name in names:
        more = found.gain(plan, usual, future.name, f"adoptions_{name}", comparisons=len(names))
        rows.append({"by": name, **more.columns("adoptions"), "shown": more.above})
    columns = ["by", "adoptions", "adoptions_low", "adoptions_high", "shown"]
    table = pd.DataFrame(rows, columns=columns)
    total = float(table["adoptions"][table["shown"]].sum())
    share = (table["adoptions"] / total).where(table["shown"]) if total > 0 else np.nan
    return (
        table.assign(share=share)
        .sort_values("adoptions", ascending=False, kind="stable")
        .reset_index(drop=True)
    )


def _merged(group: tuple[str, str]) -> bool:
    """Whether a group stands for several that may not be shown alone: nothing can be aimed at it."""
    kind, name = group
    return name.startswith(MERGED) if kind == "department" else name not in LEVELS


def _aimed(use: LeverUse, kind: str, name: str) -> LeverUse:
    """A lever practised by those who lead in the group, reaching the group."""
    if kind == "department":
        who: Who | None = Who(levels=["manager"], departments=[name])
        cover = Who(departments=[name])
        return use.model_copy(update={"who": who, "cover": cover})
    level: Level = next(one for one in ("executive", "manager", "employee", "learning_leader") if one == name)
    # Those who lead a level sit one above it; at the top it leads itself.
    above: Level = "manager" if level == "employee" else "executive"
    return use.model_copy(update={"who": Who(levels=[above]), "cover": Who(levels=[level])})


def _unblocks(
    base: Scenario,
    weakest: tuple[str, str],
    given: Sequence[LeverUse] | None,
    evaluate: Tracing,
    future: Future,
    luck: range,
    merged: bool,
) -> pd.DataFrame:
    columns = [
        "lever", "group_gain", "group_gain_low", "group_gain_high", "gain", "gain_low", "gain_high", "money",
        "leader_hours", "shown", "money_per_point", "n",
    ]  # fmt: skip
    kind, name = weakest
    if not name or merged:
        return pd.DataFrame(columns=columns)
    levers = [LeverUse(lever=lever) for lever in UNBLOCKERS] if given is None else list(given)
    levers = [_aimed(use, kind, name) for use in levers]
    plans = [
        base.model_copy(update={"name": f"{base.name}+{k}", "levers": [*base.levers, use]})
        for k, use in enumerate(levers)
        if not _clashes(base, use)
    ]
    labels = [label for use, label in zip(levers, lever_labels(levers)) if not _clashes(base, use)]
    if not plans:
        return pd.DataFrame(columns=columns)
    curves = traced(evaluate, [base, *plans], [future], luck)
    found = evaluated(evaluate, [base, *plans], [future], luck, "share_end")
    rows: list[dict[str, Any]] = []
    for plan, label in zip(plans, labels, strict=True):
        there = estimate(_last(curves, plan.name, base.name, future, kind, name), comparisons=len(plans))
        everybody = estimate(_last(curves, plan.name, base.name, future), comparisons=len(plans))
        money, hours = (
            found.mean(plan.name, future.name, cost) - found.mean(base.name, future.name, cost)
            for cost in ("cost", "leader_hours")
        )
        rows.append(
            {
                "lever": label, **there.columns("group_gain"), **everybody.columns("gain"), "money": money,
                "leader_hours": hours, "shown": there.above,
                "money_per_point": money / (100.0 * there.mean) if there.above else float("nan"), "n": there.n,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        ["shown", "money_per_point"], ascending=[False, True], kind="stable"
    ).reset_index(drop=True)


def _clashes(base: Scenario, use: LeverUse) -> bool:
    """Whether the plan practises the lever on other relationships, which cannot be done at one time."""
    return any(mine.lever == use.lever and (mine.via or mine.misused) for mine in used(base))
