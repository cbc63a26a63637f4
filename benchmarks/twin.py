"""How fast the model is agent by agent in plain Python, and how much faster the engine is at the same work.

    python benchmarks/twin.py [--people 1000] [--years 3]

Measured on the bundle of all levers with turnover, tie turnover, rewiring and the default data collector, from the
start of business as usual to the horizon; making the agents is not counted.  Machines are shared and noisy: seconds
of the processor are counted beside those of the clock, and the quickest tenth of the steps beside all of them.
"""

from __future__ import annotations

import argparse
import time

from sim.engine.blueprint import blueprint
from sim.engine.run import Simulation, run
from sim.model import LearningCultureModel
from sim.scenario import Resolved, load, resolve


def plan_of(people: int, years: float) -> Resolved:
    """The bundle of all levers on a generated organisation."""
    units = max(6, people // 100)
    return resolve(
        load(
            "all_levers",
            overrides=[
                f"organization.people={people}",
                f"run.years={years}",
                f"organization.departments={units}",
            ],
        )
    )


def twin_rates(plan: Resolved) -> tuple[float, float, float]:
    """Person-weeks a second agent by agent: by the clock, by the processor, by the processor in quick steps."""
    model = LearningCultureModel(plan, rng=1, alpha_offset=0.0)
    wall, each = time.perf_counter(), []
    while model.running:
        before = time.process_time()
        model.step()
        each.append(time.process_time() - before)
    wall = time.perf_counter() - wall
    n, steps = len(model.people), len(each)
    quick = sorted(each)[: max(1, steps // 10)]
    return n * steps / wall, n * steps / sum(each), n * len(quick) / sum(quick)


def engine_rate(plan: Resolved) -> float:
    """Person-weeks a second of the compiled engine on one core, by the processor."""
    laid_out = blueprint(plan)
    run(laid_out, seed=1)  # compile
    simulation = Simulation(laid_out, seed=1, events=True)
    steps = simulation.burn + plan.steps
    before = time.process_time()
    simulation.advance(steps)
    return plan.organization.n * steps / (time.process_time() - before)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--years", type=float, default=3.0)
    given = parser.parse_args()
    plan = plan_of(given.people, given.years)
    wall, processor, quick = twin_rates(plan)
    engine = engine_rate(plan)
    print(
        f"{plan.organization.n:,} people, {plan.burn_steps + plan.steps} weeks, all levers, agent by agent: "
        f"{processor:,.0f} person-weeks a second of processor ({wall:,.0f} by the clock, {quick:,.0f} in the quickest "
        f"tenth of the steps); engine {engine / 1e6:.2f} million, ratio {engine / processor:,.0f}"
    )


if __name__ == "__main__":
    main()
