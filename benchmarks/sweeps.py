"""How fast sweeps are, what they cost beside the simulation, and what a million runs take.

    python benchmarks/sweeps.py [--points 96] [--million] [--usual]

Prints:
- runs a second of a sweep of 300 people over 3 years, 12 factors, 8 replicates, with one worker process and with two,
  and the ratio of the two;
- the share of planning, moving and storing: what the sweep takes, less what its runs take when they are made one after
  the other in one process with nothing around them, as a share of the latter (one worker, offsets given);
- with --usual, the offsets of business as usual: runs of the pilot, its error, and runs a point compared with a search;
- with --million, planning 10^6 rows, finding what is pending among them, and the growth of the coordinating process
  from 10^4 to 10^6 runs of a function that does nothing.

Other processes of the machine show in every figure: give the median of several calls.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FACTORS = (
    "contagion", "protection", "threshold", "steepness", "mixing", "relaxation", "do_weight", "conduct_halflife",
    "susceptibility", "weight_peers", "push", "g_enthusiasm",
)  # fmt: skip
STUB = """
def stub(point, *, seed, replicate):
    return point["a.x"] + replicate
"""


def plan_of(points: int, offsets: str = "default"):  # type: ignore[no-untyped-def]
    """A sweep of 12 parameters over their ranges."""
    from sim.experiments.design import parameter_draws
    from sim.experiments.design_table import Design
    from sim.experiments.sweep_plan import make_sweep

    values = parameter_draws(FACTORS, points, seed=3)
    design = Design.from_columns({f"parameters.{name}": values[:, k] for k, name in enumerate(FACTORS)})
    return make_sweep(
        ["business_as_usual"], design, replicates=8, offsets=offsets, overrides=["organization.people=300"]
    )


def bare(plan) -> float:  # type: ignore[no-untyped-def]
    """Seconds of the same runs with nothing around them."""
    from sim.engine.run import run
    from sim.experiments.points import Resolver
    from sim.experiments.sweeping import default_sweep_folder  # noqa: F401  (imports are not to be timed)
    from sim.experiments.usual import find_usual

    usual = find_usual(plan.arms, plan.design, "default", threads=2)
    resolver = Resolver(plan.arms, plan.design.paths)
    drawings = [
        resolver.prepared(0, tuple(plan.design.point(p).values()))[0] for p in range(plan.design.n_points)
    ]
    run(drawings[0], seed=1, events=True)
    began = time.perf_counter()
    for drawing in drawings:
        for replicate in range(plan.replicates):
            run(drawing, seed=1, replicate=replicate, alpha_offset=usual.start[0], events=True)
    return time.perf_counter() - began


def swept(plan, workers: int) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Seconds at work with so many worker processes, their start left out; and seconds that workers say they took."""
    import json

    from sim.experiments.sweeping import execute_sweep

    with tempfile.TemporaryDirectory() as folder:
        marks: list[tuple[float, int]] = []
        execute_sweep(
            plan, out=Path(folder) / "x", workers=workers, processes=True,
            progress=lambda now: marks.append((time.perf_counter(), now.done)),
        )  # fmt: skip
        log = [json.loads(line) for line in (Path(folder) / "x" / "log.jsonl").read_text().splitlines()]
    blocks = [line for line in log if line["what"] == "block"]
    first = blocks[0]["seconds"]
    at_first = next(at for at, done in marks if done > 0)
    return marks[-1][0] - at_first + first, sum(block["seconds"] for block in blocks)


def throughput(points: int) -> None:
    """Runs a second, overhead, two workers against one."""
    plan = plan_of(points)
    alone = bare(plan)
    print(f"{plan.rows} runs with nothing around them: {alone:.2f} s ({plan.rows / alone:.1f} runs/s)")
    one, inside = swept(plan, 1)
    print(f"sweep, one worker: {one:.2f} s ({plan.rows / one:.1f} runs/s)")
    print(f"planning, moving and storing: {100 * (one / alone - 1):.1f} % of the simulation time "
          f"(of which in the worker {100 * (inside / alone - 1):.1f} %)")  # fmt: skip
    two, _ = swept(plan, 2)
    print(f"sweep, two workers: {two:.2f} s ({plan.rows / two:.1f} runs/s); {one / two:.2f} times one")


def usual() -> None:
    """The pilot of 12 factors."""
    from sim.experiments.usual import axes_of, fit_smooth, pilot_runs

    plan = plan_of(400, "emulate")
    axes = axes_of(plan.arms[0], plan.design)
    began = time.perf_counter()
    made = fit_smooth(plan.arms, plan.design, 0, axes, 0.0, threads=2)
    seconds = time.perf_counter() - began
    print(f"pilot of {len(axes)} acting factors: {made.runs} runs, {seconds:.0f} s; error {made.error:.4f} of the share, "
          f"mean {made.bias:+.4f}, largest gap measured {made.worst:.4f}")  # fmt: skip
    for points in (400, 6_656, 13_312):
        print(f"  {points} points: {made.runs / points:.2f} runs a point; a short search takes about "
              f"{1.3 * pilot_runs(300):.1f}, the search of eight runs a round 16 to 24")  # fmt: skip


def million() -> None:
    """Planning, pending work and memory."""
    code = """
import resource, sys, time
from pathlib import Path
import numpy as np
from sim.experiments.design_table import Design
from sim.experiments.store import Store
from sim.experiments.sweep_plan import make_sweep
from sim.experiments.sweeping import Pieces, execute_sweep
points = int(sys.argv[1])
began = time.perf_counter()
columns = {f"a.x{k}" if k else "a.x": np.arange(points) / (7 + k) for k in range(6)}
plan = make_sweep([], Design.from_columns(columns), task="ripple_stub:stub", replicates=8)
plan.identity(), plan.documents()
print(f"planned {plan.rows} rows in {time.perf_counter() - began:.2f} s")
execute_sweep(plan, out=sys.argv[2], workers=2, processes=True)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"run and stored in {time.perf_counter() - began:.0f} s; peak {peak:.0f} MB")
place = Path(sys.argv[2] + "-pending")
with Store(place, plan) as store:
    for index in range(0, plan.count, 2):
        (store.parts / f"part-{index:07d}.runs.parquet").touch()
    began = time.perf_counter()
    present = store.present()
    pending = sum(piece.name not in present for piece in Pieces(plan))
    print(f"{pending} of {plan.count} pieces pending, found in {time.perf_counter() - began:.3f} s")
"""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ripple_stub.py").write_text(STUB)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), folder])}
        for points in (1_250, 125_000):
            command = [sys.executable, "-c", code, str(points), str(Path(folder) / str(points))]
            subprocess.run(command, env=environment, check=True)


def simulated_million() -> None:
    """Planning a million runs of the simulation, 12 factors."""
    from sim.experiments.sweeping import Pieces

    began = time.perf_counter()
    plan = plan_of(125_000)
    plan.identity(), plan.documents()
    planned = time.perf_counter() - began
    began = time.perf_counter()
    pending = sum(1 for _ in Pieces(plan))
    print(f"planned {plan.rows} runs of the simulation in {planned:.2f} s; {pending} pieces gone through in "
          f"{time.perf_counter() - began:.2f} s; {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")  # fmt: skip


def main() -> None:
    """Print the figures asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--points", type=int, default=96)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--usual", action="store_true")
    options = parser.parse_args()
    np.seterr(all="ignore")
    throughput(options.points)
    if options.usual:
        usual()
    if options.million:
        simulated_million()
        million()


if __name__ == "__main__":
    main()
