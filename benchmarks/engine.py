"""How fast the engine is: person-weeks a second on one core, memory a person and a tie, replicates on two cores.

    python benchmarks/engine.py [--large]

Everything is measured on the bundle of all levers with turnover, tie turnover, rewiring and the default records.
Machines are shared and noisy: medians of several runs, and ratios within one call.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.layout import N_REF, N_SIGNAL, N_STATE, N_TRAIT, N_VOICE
from sim.engine.run import Simulation, run
from sim.scenario import load, resolve
from sim.theory.channels import N_CONDUCT, N_FELT


def plan_of(people: int, years: float) -> Blueprint:
    """The bundle of all levers on a generated organisation."""
    changes = [
        f"organization.people={people}",
        f"organization.tiers={max(3, round(math.log(people, 5)) + 1)}",
        f"organization.departments={min(500, max(3, people // 100))}",
        f"run.years={years}",
    ]
    return blueprint(resolve(load("all_levers", overrides=changes)))


def memory_of_people(plan: Blueprint) -> int:
    """Bytes that one run's own arrays of seats, people and leaders take, roughly; ties are counted apart."""
    person = 8 * (N_STATE + N_TRAIT + N_REF + N_VOICE + N_SIGNAL) + 2 + 16
    leader = 8 * (4 * N_CONDUCT + 5 * N_FELT + 6)
    return plan.resolved.organization.n * person + len(plan.seat_of_row) * leader


def rate(plan: Blueprint, repeats: int) -> float:
    """Person-weeks a second on one core, median over repeats; building the world not counted."""
    rates = []
    for replicate in range(repeats):
        simulation = Simulation(plan, seed=1, replicate=replicate)
        steps = simulation.burn + simulation.resolved.steps
        started = time.perf_counter()
        simulation.advance(steps)
        rates.append(plan.resolved.organization.n * steps / (time.perf_counter() - started))
    return statistics.median(rates)


def arms(people: int, years: float, replicates: int) -> tuple[float, float]:
    """Milliseconds that one run of one arm takes on one core, building included, and the share spent on building.

    Two arms of a sensitivity study side by side: all levers and business as usual, on the same luck.
    """
    changes = [f"organization.people={people}", f"run.years={years}"]
    plans = [
        blueprint(resolve(load(name, overrides=changes))) for name in ("business_as_usual", "all_levers")
    ]
    whole, building = [], []
    for replicate in range(replicates):
        for plan in plans:
            started = time.perf_counter()
            simulation = Simulation(plan, seed=1, replicate=replicate)
            built = time.perf_counter()
            simulation.advance(simulation.burn + simulation.resolved.steps)
            whole.append(time.perf_counter() - started)
            building.append(built - started)
    return 1e3 * statistics.median(whole), statistics.median(building) / statistics.median(whole)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--large", action="store_true", help="also a million people (some minutes and gigabytes)"
    )
    sizes = [(1_000, 3.0, 5), (10_000, 1.0, 3), (100_000, 0.25, 2)]
    if parser.parse_args().large:
        sizes.append((1_000_000, 0.1, 1))
    run(plan_of(60, 0.2), seed=1)  # compile
    base = None
    for people, years, repeats in sizes:
        plan = plan_of(people, years)
        speed = rate(plan, repeats)
        base = base or speed
        ties = len(plan.ties.source)
        tie_bytes = (12 * ties + 25 * len(plan.ties.pair_a)) / max(ties, 1)
        person_bytes = memory_of_people(plan) / plan.resolved.organization.n
        print(
            f"{people:>9,} people: {speed / 1e6:6.2f} million person-weeks a second (ratio to 1,000: {speed / base:.2f}), "
            f"{person_bytes:.0f} bytes a person, {tie_bytes:.0f} bytes a tie"
        )
    milliseconds, building = arms(300, 3.0, 20)
    print(
        f"300 people, 3 years, two arms: {milliseconds:.1f} ms a run, building {100 * building:.0f} % of it "
        f"({1e-3 * milliseconds * 106_000 / 2 / 60:.0f} minutes for 106,000 runs on two cores)"
    )
    plan = plan_of(1_000, 3.0)
    times = []
    for _ in range(3):
        started = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda replicate: run(plan, seed=1, replicate=replicate), range(30)))
        times.append(time.perf_counter() - started)
    print(f"30 replicates of 1,000 people, 3 years, two threads, warm: {statistics.median(times):.2f} s")


if __name__ == "__main__":
    main()
