"""Organisations made from a few numbers: a reporting tree, departments, sites, and informal ties.

The shape is held to what was measured on real firms (pattern P11 of the theory): share of managers .17-.25,
median span 4-6, clustering .30-.77, reciprocity .33-.82, ties inside the unit .27-.85, advice to seniors
.2-.7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.organization.errors import OrganizationError
from sim.organization.informal import Places, informal_ties
from sim.organization.luck import Luck
from sim.organization.people import Bools, DataReport, Floats, Ints, Organization, Ties
from sim.organization.tree import department_subtrees, fixed_ties, levels_of, tiers_of

SPAN_SPREAD = 0.45  # standard deviation of the log of spans
WIDEST = 4.0  # a span at the top beyond this multiple of the mean asks for more tiers
# Weibull: median 3.9 years, 22 % a year or less (BLS, January 2024).
_TENURE_SHAPE, _TENURE_SCALE, _TENURE_MAX = 0.754, 6.34, 40.0


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """What an organisation to be generated looks like.

    Attributes:
        people: seats, 1 or more.
        tiers: levels of the tree including employees; None takes the number that fits people and span.
        span: mean number of direct reports of those who lead, above 1.
        departments: departments wanted; fewer where the tree has too few leaders.
        sites: places of work, 1 or more.
        informal_ties: mean active informal arcs a hearer, 0 or more (with 4 a hearer has about 12 arcs in
            all).
        cross_unit_share: share of informal ties across departments or sites, in [0, 1] (.4: .6 stay inside).
    """

    people: int = 300
    tiers: int | None = None
    span: float = 5.0
    departments: int = 6
    sites: int = 1
    informal_ties: float = 4.0
    cross_unit_share: float = 0.4

    def __post_init__(self) -> None:
        for name, low, high in (
            ("people", 1, 20_000_000), ("departments", 1, 100_000), ("sites", 1, 10_000)
        ):  # fmt: skip
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise OrganizationError(f"{name} is {value!r}: give a whole number from {low} to {high}")
        if self.tiers is not None and (
            isinstance(self.tiers, bool) or not isinstance(self.tiers, int) or not 1 <= self.tiers <= 60
        ):
            raise OrganizationError(
                f"tiers is {self.tiers!r}: give a whole number from 1 to 60, or leave it out"
            )
        for name, least, most in (
            ("span", 1.2, 1000.0),
            ("informal_ties", 0.0, 200.0),
            ("cross_unit_share", 0.0, 1.0),
        ):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or not least <= value <= most:  # NaN fails too
                raise OrganizationError(f"{name} is {value!r}: give a number from {least:g} to {most:g}")


def generate(spec: GeneratorSpec, *, seed: int, name: str = "generated") -> Organization:
    """An organisation of `spec.people` seats; the same spec and seed give the same organisation everywhere.

    Seats are numbered tier by tier from the root (seat 0), reports of one leader side by side.

    Raises:
        OrganizationError: the tree asked for cannot be built; the message says what to change.
    """
    manager = reporting_tree(spec, seed=seed)
    tier, level = tiers_of(manager), levels_of(manager)
    department = department_subtrees(manager, spec.departments)
    site = draw_sites(manager, department, spec.sites, seed=seed)
    places = Places(manager, tier, department, site)
    informal = informal_ties(places, active=spec.informal_ties, cross_share=spec.cross_unit_share, seed=seed)
    width = len(str(spec.people))
    return Organization(
        name=name,
        ids=tuple(f"s{i:0{width}d}" for i in range(1, spec.people + 1)),
        manager=manager,
        level=level,
        tier=tier,
        department=department,
        department_names=department_names(department),
        site=site,
        tenure=draw_tenure(manager, seed=seed),
        ties=Ties.joined(fixed_ties(manager), informal),
        report=DataReport(
            generated={
                "people": spec.people,
                "tiers": int(tier.max()) + 1,
                "departments": int(department.max()) + 1,
                "informal_ties": int(informal.active.sum()),
                "acquaintances": int((~informal.active).sum()),
            }
        ),
    )


def reporting_tree(spec: GeneratorSpec, *, seed: int) -> Ints:
    """Manager of each seat, -1 for the root, seats ordered tier by tier, shape (people,)."""
    n = spec.people
    manager = np.full(n, -1, dtype=np.int32)
    leaders = _leaders_by_tier(spec)
    luck = Luck(seed, "reporting tree")
    above = np.zeros(1, dtype=np.int32) if n > 1 else np.zeros(0, dtype=np.int32)
    filled = 1
    for depth, count in enumerate(leaders):
        last = depth == len(leaders) - 1
        following = 0 if last else leaders[depth + 1]
        wanted = n if last else round(count * max(spec.span, following / count))
        seats = max(count, following, min(wanted, n - filled - _needed(leaders[depth + 1 :])))
        spans = _spans(count, seats, luck)
        manager[filled : filled + seats] = np.repeat(above, spans)
        above = (filled + luck.choice(seats, following)).astype(np.int32)
        filled += seats
    return manager


def _leaders_by_tier(spec: GeneratorSpec) -> list[int]:
    """Number of leading seats in each tier from the root down; grows by a constant factor."""
    n, span = spec.people, spec.span
    if n == 1:
        if spec.tiers not in (None, 1):
            raise OrganizationError(f"tiers is {spec.tiers} for 1 person: use 1 tier, or more people")
        return []
    total = max(1, min(round((n - 1) / span), n - 1))
    if spec.tiers is None:
        depth = 1
        while depth < total and (
            _growth(total, depth) > 1.5 * span or _needed(_geometric(total, depth)) > n - 1
        ):
            depth += 1
        return _geometric(total, depth)
    depth = spec.tiers - 1
    if depth < 1 or (depth > 1 and total < depth):
        raise OrganizationError(
            f"tiers is {spec.tiers}, but {n} people with a span of {span:g} have {total} leading "
            f"seat{'' if total == 1 else 's'}: use {'2' if total == 1 else f'between 2 and {total + 1}'} tiers, more people or "
            "a smaller span"
        )
    widest = float(n - 1) if depth == 1 else _growth(total, depth)
    most = WIDEST * max(span, 2.0)
    if widest > most:
        enough = 1 + next(d for d in range(2, 200) if _growth(total, d) <= most)
        raise OrganizationError(
            f"tiers is {spec.tiers}, but {n} people with a span of {span:g} would put about {widest:.0f} "
            f"reports under a leader at the top: use at least {enough} tiers, a larger span or fewer people"
        )
    if depth == 1:
        return [1]
    leaders = _geometric(total, depth)
    if _needed(leaders) > n - 1:
        raise OrganizationError(
            f"span is {span:g}: with {spec.tiers} tiers and {n} people some leaders would have nobody "
            "to lead: use a span of 2 or more, or more tiers"
        )
    return leaders


def _needed(leaders: list[int]) -> int:
    """Fewest seats below tiers of leaders: a report each, and a seat for every leader of the next tier."""
    return sum(max(pair) for pair in zip(leaders, [*leaders[1:], 0]))


def _growth(total: int, depth: int) -> float:
    """The factor g for which 1 + g + ... + g**(depth-1) = total."""
    if depth == 1:
        return 0.0 if total == 1 else math.inf
    low, high = 1.0, float(total)
    for _ in range(80):
        middle = (low + high) / 2
        if sum(middle**k for k in range(depth)) < total:
            low = middle
        else:
            high = middle
    return high


def _geometric(total: int, depth: int) -> list[int]:
    growth = _growth(total, depth)
    counts = [max(1, round(growth**k)) for k in range(depth - 1)] if depth > 1 else []
    return [*counts, total - sum(counts)]


def _spans(leaders: int, seats: int, luck: Luck) -> Ints:
    """How many of `seats` each leader leads, 1 or more each, lognormal around the mean, summing to `seats`.

    Quantiles are laid out evenly and dealt in random order, so that small organisations have the right
    median.
    """
    from scipy.special import ndtri

    quantile = (luck.permutation(leaders) + 0.5) / leaders
    share = np.exp(SPAN_SPREAD * ndtri(quantile))
    edges = np.cumsum(share) / share.sum() * (seats - leaders)
    more = np.diff(np.concatenate([[0.0], np.floor(edges + 0.5)]))
    more[-1] = (seats - leaders) - more[:-1].sum()
    return (1 + more).astype(np.int32)


def department_names(department: Ints) -> tuple[str, ...]:
    """Names for numbered departments."""
    return tuple(f"Department {k + 1}" for k in range(int(department.max()) + 1))


def draw_sites(manager: Ints, department: Ints, sites: int, *, seed: int) -> Ints:
    """Place of work of each seat, shape (n,): teams sit together, most of a department's at its home site.

    A leader sits with the team that he or she leads.
    """
    n = len(manager)
    if sites == 1:
        return np.zeros(n, dtype=np.int32)
    luck = Luck(seed, "sites")
    home, elsewhere = department % sites, luck.integers(sites, n)
    of_team = np.where(luck.uniform(n) < 0.7, home, elsewhere)  # where the team of each leader sits
    leads: Bools = np.bincount(manager[manager >= 0], minlength=n) > 0
    alone = leads | (manager < 0)
    return np.where(alone, of_team, of_team[np.maximum(manager, 0)]).astype(np.int32)


def draw_tenure(manager: Ints, *, seed: int) -> Floats:
    """Years in the firm, shape (n,), Weibull with a falling hazard; leaders have the longer of two draws."""
    n = len(manager)
    luck = Luck(seed, "tenure")
    first, second = luck.uniform(n), luck.uniform(n)
    leads = np.bincount(manager[manager >= 0], minlength=n) > 0
    u = np.where(leads, np.maximum(first, second), first)
    years: Floats = np.minimum(_TENURE_SCALE * (-np.log1p(-u)) ** (1.0 / _TENURE_SHAPE), _TENURE_MAX)
    return years
