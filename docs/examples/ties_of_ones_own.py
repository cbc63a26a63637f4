"""Ties of one's own: a car pool across departments, added to a generated organisation as a layer of peers."""

import numpy as np

import sim
from sim.organization import FIXED, GeneratorSpec, Organization, Ties, generate
from sim.theory.channels import PEERS


def with_car_pool(organization: Organization, size: int = 4, seed: int = 1) -> Organization:
    """Everybody shares a car with others drawn at random: twice a day, so as often as team mates hear each other."""
    order = np.random.default_rng(seed).permutation(np.flatnonzero(organization.staff))
    cars = [order[first : first + size] for first in range(0, len(order), size)]
    pairs = [(a, b) for car in cars for a in car for b in car if a != b]
    known = set(zip(organization.ties.hearer, organization.ties.source, organization.ties.layer == PEERS))
    new = np.array([(a, b) for a, b in pairs if (a, b, True) not in known])
    pool = Ties.of(new[:, 0], new[:, 1], layer=PEERS, weight=1.0, kind=FIXED)
    return organization.with_ties(Ties.joined(organization.ties, pool))


def plans(people: int = 100, scenario: str = "lead_by_example") -> dict[str, sim.Resolved]:
    """The same scenario without and with the car pool."""
    alone = generate(GeneratorSpec(people=people), seed=1)
    plan = sim.load(scenario)
    return {
        "alone": sim.resolve(plan, organization=alone),
        "car pool": sim.resolve(plan, organization=with_car_pool(alone)),
    }


if __name__ == "__main__":
    from sim.engine.run import run
    from sim.engine.stationary import offset_for

    for name, resolved in plans().items():
        print(name, run(resolved, seed=1, alpha_offset=offset_for(resolved).value).share[-1])
