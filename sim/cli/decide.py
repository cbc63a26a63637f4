"""`ripple decide`: which plan is still good if we are wrong, and what would change the choice."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.asking import GOAL, Asked, Result, Several, common_options, given
from sim.cli.faults import BadInput
from sim.cli.options import DAY

if TYPE_CHECKING:
    from sim.decisions import Future, Simulator


@click.group()
def decide() -> None:
    """Decide between plans, and see what the decision hangs on.

    \b
    Examples
      ripple decide regret from_the_top peer_groups_first
      ripple decide flip from_the_top peer_groups_first --vary contagion
      ripple decide budget my_plan.toml --money 500000 --leader-hours 4000 --out results/budget
      ripple decide lasting stars_align
    """


@decide.command()
@click.argument("plans", nargs=-1, required=True, metavar="PLAN...")
@click.option(
    "--future",
    "futures",
    multiple=True,
    metavar="NAME",
    help="Only these futures: names, or ids of barriers, with + between those that come together (repeatable); "
    "if left out, the seven that the sources name, one at a time.",
)
@click.option(
    "--draws",
    type=click.IntRange(0, 10_000),
    default=40,
    show_default=True,
    help="Runs in a further future in which the assumptions are drawn; 0 for none.",
)
@GOAL
@common_options
def regret(
    plans: tuple[str, ...], futures: tuple[str, ...], draws: int, outcome: str, **options: Any
) -> None:
    """Which PLAN is still good if things go otherwise: plans by futures, and the minimax-regret pick.

    Doing nothing is always among the plans.
    """
    from sim.decisions import NAMED, drawn, futures_named, regret_table

    asked = Asked("regret", options)
    loaded = asked.plans(plans)
    chosen: list[Future] = list(futures_named(futures) if futures else NAMED.values())
    if draws:
        chosen.append(drawn(loaded, draws, seed=asked.seed))
    asked.answer(
        lambda run: regret_table(
            loaded, evaluate=run, futures=chosen, outcome=outcome, **given(replicates=asked.replicates)
        )
    )


@decide.command()
@click.argument("a", metavar="PLAN")
@click.argument("b", metavar="PLAN")
@click.option(
    "--vary",
    required=True,
    multiple=True,
    metavar="NAME",
    help="A parameter (ripple explain lists them), or a lever's number such as levers.L01.dose (repeatable).",
)
@click.option("--low", type=float, help="Where the search begins; the register's range if left out.")
@click.option("--high", type=float, help="Where it ends.")
@click.option(
    "--grid", type=click.IntRange(2, 200), default=7, show_default=True, help="Values looked at first."
)
@GOAL
@common_options
def flip(
    a: str,
    b: str,
    vary: tuple[str, ...],
    low: float | None,
    high: float | None,
    grid: int,
    outcome: str,
    **options: Any,
) -> None:
    """What would change the choice: the value at which the second PLAN overtakes the first."""
    from sim.decisions import flip_points

    asked = Asked("flip", options)
    one, other = asked.plans([a, b])
    limits = given(low=low, high=high, replicates=asked.replicates)
    asked.answer(
        lambda run: Several(
            {
                path: flip_points(one, other, vary=path, evaluate=run, grid=grid, outcome=outcome, **limits)
                for path in vary
            }
        )
    )


@decide.command()
@click.argument("plan", metavar="PLAN")
@click.option(
    "--orders",
    type=click.IntRange(2, 100_000),
    default=40,
    show_default=True,
    help="Orders sampled where there are too many levers for all subsets.",
)
@click.option(
    "--exact-up-to",
    type=click.IntRange(1, 12),
    default=8,
    show_default=True,
    help="Levers up to which all subsets are run.",
)
@GOAL
@common_options
def contribution(plan: str, orders: int, exact_up_to: int, outcome: str, **options: Any) -> None:
    """What each lever of PLAN contributes: alone, on top of the rest, its fair share, and what it costs a point."""
    from sim.decisions import contributions

    asked = Asked("contribution", options)
    (loaded,) = asked.plans([plan])
    asked.answer(
        lambda run: contributions(
            loaded,
            evaluate=run,
            orders=orders,
            exact_up_to=exact_up_to,
            outcome=outcome,
            **given(replicates=asked.replicates),
        )
    )


@decide.command()
@click.argument("plan", metavar="PLAN")
@click.option(
    "--money",
    type=float,
    help="What may be spent over the WHOLE horizon (all years), in the plan's currency.",
)
@click.option("--money-a-year", type=float, help="The same said a year: the horizon's years times this.")
@click.option("--leader-hours", type=float, help="Hours that leaders may give over the whole horizon.")
@click.option(
    "--money-is",
    type=click.Choice(["cost", "cash"]),
    default="cost",
    show_default=True,
    help="Whether money counts hours at the wage (cost) or payments alone (cash).",
)
@click.option(
    "--lever",
    "levers",
    multiple=True,
    metavar="L01",
    help="What may be bought (repeatable); the levers of PLAN if left out.",
)
@click.option(
    "--dose",
    "doses",
    multiple=True,
    type=float,
    metavar="D",
    help="Doses on offer, as multiples (repeatable); 1 if left out.",
)
@click.option(
    "--fresh",
    type=click.IntRange(2, 100_000),
    default=40,
    show_default=True,
    help="Runs of every plan shown, on luck that took no part in choosing.",
)
@click.option(
    "--no-draws", is_flag=True, help="Keep the assumptions at their defaults instead of drawing them."
)
@GOAL
@common_options
def budget(
    plan: str,
    money: float | None,
    money_a_year: float | None,
    leader_hours: float | None,
    money_is: str,
    levers: tuple[str, ...],
    doses: tuple[float, ...],
    fresh: int,
    no_draws: bool,
    outcome: str,
    **options: Any,
) -> None:
    """The best plan for a budget, from the levers of PLAN or those named, and what a tenth more would buy."""
    from sim.decisions import Limits, best_plan, menu_of
    from sim.decisions.plans import used

    asked = Asked("budget", options)
    (loaded,) = asked.plans([plan])
    menu = menu_of(loaded, _lever_uses(levers) if levers else used(loaded), doses or (1.0,))
    if money_a_year is not None:
        if money is not None:
            raise click.UsageError("give --money (over the whole horizon) or --money-a-year, not both")
        money = money_a_year * loaded.run.years
    limits = Limits(
        math.inf if money is None else money, math.inf if leader_hours is None else leader_hours, money_is
    )
    asked.answer(
        lambda run: best_plan(
            menu,
            limits,
            evaluate=run,
            fresh=fresh,
            assumptions=not no_draws,
            outcome=outcome,
            seed=asked.seed,
            **given(replicates=asked.replicates),
        )
    )


def _lever_uses(names: Sequence[str]) -> list[Any]:
    from sim.scenario.schema import LeverUse
    from sim.scenario.vocabulary import lever_id

    try:
        return [LeverUse(lever=lever_id(name)) for name in names]
    except ValueError as problem:
        raise BadInput(f"--lever: {problem}") from None


@decide.command()
@click.argument("plan", default="business_as_usual", metavar="[PLAN]")
@click.option(
    "--people",
    type=click.IntRange(1, 1_000_000),
    help="How many start; if left out one in twenty, no more than there are executives.",
)
@click.option(
    "--way",
    "ways",
    multiple=True,
    metavar="WAY",
    help="Only these ways: executives, managers, peers, most_central, brokers, greedy, random (repeatable).",
)
@click.option("--committed", is_flag=True, help="They never lapse and never leave.")
@click.option(
    "--goal",
    "outcome",
    metavar="OUTCOME",
    default="share_mean",
    show_default=True,
    help="What the start is for.",
)
@common_options
def start(
    plan: str, people: int | None, ways: tuple[str, ...], committed: bool, outcome: str, **options: Any
) -> None:
    """Whom to start with: as many executives, managers, peers, central people, brokers or anybody."""
    from sim.decisions import whom_to_start_with

    asked = Asked("start", options)
    (loaded,) = asked.plans([plan])
    few = given(people=people, ways=ways or None, replicates=asked.replicates)
    asked.answer(
        lambda run: whom_to_start_with(loaded, evaluate=run, committed=committed, outcome=outcome, **few)
    )


@decide.command()
@click.argument("plan", metavar="PLAN")
@click.option(
    "--stop", type=float, metavar="YEARS", help="When the plug is pulled; when the plan ends if left out."
)
@click.option(
    "--after",
    type=float,
    default=3.0,
    show_default=True,
    metavar="YEARS",
    help="How long to watch from then.",
)
@click.option("--tipping", is_flag=True, help="Also look for tipping points and hysteresis (many long runs).")
@common_options
def lasting(plan: str, stop: float | None, after: float, tipping: bool, **options: Any) -> None:
    """Whether PLAN lasts: its sponsor withdraws, its budget stops; half-life, and with --tipping the way back."""
    from sim.decisions import does_it_last, tipping_points

    asked = Asked("lasting", options)
    (loaded,) = asked.plans([plan])

    def question(run: Simulator) -> Result:
        few = given(replicates=asked.replicates)
        last = does_it_last(loaded, evaluate=run, after=after, **few, **given(stop=stop))
        if not tipping:
            return last
        return Several({"lasting": last, "tipping": tipping_points(loaded, evaluate=run, **few)})

    asked.answer(question)


@decide.command()
@click.argument("plan", metavar="PLAN")
@click.option(
    "--lever",
    "levers",
    multiple=True,
    metavar="L01",
    help="Levers to try where it dies (repeatable); a usual few if left out.",
)
@common_options
def dies(plan: str, levers: tuple[str, ...], **options: Any) -> None:
    """Where PLAN dies: by level and department, what carried it, and the cheapest unblock. Small groups stay hidden."""
    from sim.decisions import where_it_dies

    asked = Asked("dies", options)
    (loaded,) = asked.plans([plan])
    few = given(replicates=asked.replicates, unblockers=_lever_uses(levers) if levers else None)
    asked.answer(lambda run: where_it_dies(loaded, evaluate=run, **few))


@decide.command()
@click.argument("plan", required=False, metavar="PLAN")
@click.option(
    "--at",
    "dates",
    multiple=True,
    type=float,
    metavar="YEARS",
    help="Dates of the promises, in years (repeatable); 0.5, 1 and 1.5 if left out.",
)
@click.option("--begins", type=DAY, help="The day the plan starts, for calendar dates, e.g. 2027-01-31.")
@click.option("--no-draws", is_flag=True, help="Bands of luck alone, without other assumptions.")
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CSV",
    help="A log written before (promises.csv), to be compared with --observed.",
)
@click.option(
    "--observed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CSV",
    help="What was observed: columns indicator, group, years, observed.",
)
@common_options
def promises(
    plan: str | None,
    dates: tuple[float, ...],
    begins: datetime.date | None,
    no_draws: bool,
    log: Path | None,
    observed: Path | None,
    **options: Any,
) -> None:
    """Dated leading indicators of PLAN with bands; later, with --log and --observed, whether they were kept.

    \b
    Examples
      ripple decide promises my_plan.toml --begins 2027-01-01 --out promised
      ripple decide promises --log promised/promises.csv --observed pulse.csv
    """
    from sim.decisions import compare_promises, drawn, promise_log

    asked = Asked("promises", options)
    if log is not None or observed is not None:
        if log is None or observed is None or plan is not None:
            raise click.UsageError("to compare, give --log and --observed and no plan")
        asked.tell(compare_promises(log, observed))
        return
    if plan is None:
        raise click.UsageError("name a plan, or give --log and --observed to compare")
    (loaded,) = asked.plans([plan])
    size = asked.replicates or 40
    future = None if no_draws else drawn([loaded], size, seed=asked.seed)
    few = given(dates=dates or None, begins=begins, future=future)
    asked.answer(lambda run: promise_log(loaded, evaluate=run, replicates=size, **few))
