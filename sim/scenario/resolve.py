"""From the human form to the machine form: names to seats, dates to years, everything checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sim.behaviours.own import define_levers
from sim.organization.errors import OrganizationError
from sim.organization.people import Ints, Organization
from sim.parameters import REGISTER, defaults
from sim.scenario import canonical
from sim.scenario.build import BOARD_SEAT, NOBODY, with_added_seats
from sim.scenario.disturbances import disturbance, meets, standing, start_of
from sim.scenario.errors import ScenarioError
from sim.scenario.fields import Who
from sim.scenario.imported import salt_of
from sim.scenario.programmes import check_repeats, programme
from sim.scenario.resolved import Disturbance, Resolved, Seeding
from sim.scenario.schema import STEPS_PER_YEAR, Scenario
from sim.scenario.seats import seats_of

T = TypeVar("T")
Form = TypeVar("Form")


def resolve(scenario: Scenario, *, organization: Organization | None = None) -> Resolved:
    """Everything one run of the scenario needs but its luck.

    Two scenarios with one `[organization]` agree on the seat of every member of staff.

    Args:
        organization: seats and ties of one's own making, instead of those that `[organization]` describes; whoever
            sits there stands there before the plan begins.

    Raises:
        ScenarioError: with every problem found; also for files of an organisation that cannot be used.
    """
    define_levers(scenario.lever_definitions)  # another scenario may have defined them otherwise since
    try:
        organization, added = with_added_seats(scenario) if organization is None else (organization, NOBODY)
    except OrganizationError as problem:
        raise ScenarioError(f"organization: {problem}", where=scenario.where) from None
    seed, salt = scenario.organization.seed, salt_of(scenario)
    problems = _parameter_problems(scenario)

    def choose(who: Who | None) -> Ints:
        return seats_of(who, organization, seed=seed, salt=salt)

    def each(name: str, rows: Sequence[Form], make: Callable[[Form], T | None]) -> tuple[T, ...]:
        made = []
        for number, row in enumerate(rows):
            try:
                made.append(make(row))
            except ValueError as problem:
                problems.append(f"{name}[{number}]: {problem}")
        return tuple(item for item in made if item is not None)

    programmes = each("levers", scenario.levers, lambda row: programme(row, organization, choose, seed=seed))
    programmes = tuple(
        replace(item, opens=added) if item.lever == BOARD_SEAT else item for item in programmes
    )
    problems += check_repeats(programmes)
    disturbances: tuple[Disturbance, ...] = (
        *each("shocks", scenario.shocks, lambda row: disturbance(row, organization, choose)),
        *each("start", scenario.start, lambda row: standing(row, organization)),
        *each("levers", scenario.levers, lambda row: meets(row, organization)),
    )
    seedings = each("seed", scenario.seed, lambda row: Seeding(choose(row.who), row.used, row.committed))
    if problems:
        raise ScenarioError(problems, where=scenario.where)
    return Resolved(
        name=scenario.name,
        title=scenario.title or scenario.name,
        question=scenario.question,
        organization=organization,
        parameters={**defaults(), **scenario.parameters},
        programmes=programmes,
        disturbances=disturbances,
        seedings=seedings,
        start=start_of(scenario.start, scenario.levers, scenario.organization.governance),
        years=scenario.run.years,
        steps_per_year=STEPS_PER_YEAR[scenario.run.step],
        burn_in=scenario.run.burn_in,
        responses=scenario.responses.model_dump(exclude_none=True),
        money=scenario.money.model_dump(),
        source=canonical.text(scenario, organization, salt=salt),
    )


def _parameter_problems(scenario: Scenario) -> list[str]:
    problems = []
    for name, value in scenario.parameters.items():
        low, high = REGISTER[name].hard
        if not low <= value <= high:
            unit = REGISTER[name].unit
            problems.append(
                f"parameters.{name}: {value:g} {unit} is outside {low:g} to {high:g}, "
                "where the equations make sense"
            )
    return problems
