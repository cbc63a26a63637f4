"""How fast sweeps are, what they cost beside the simulation, and what a million runs take.

    python benchmarks/sweeps.py [--points 96] [--usual] [--draws 12] [--million]

Prints:
- runs a second of a sweep of 300 people over 3 years, 12 factors, 8 replicates, with one worker process and with two,
  and the ratio of the two;
- the share of planning, moving and storing: processor time of the sweep from plan to table, less that of its runs made
  one after the other with nothing around them, as a share of the latter (one worker, offsets given; a busy machine
  stretches both alike);
- with --usual, the offsets of business as usual: runs of the pilot, its error, and runs a point compared with a search;
- with --draws, the short search that draws of a comparison use, beside the search of eight runs a round;
- with --million, planning 10^6 rows, finding what is pending among them, and the growth of the coordinating process
  from 10^4 to 10^6 runs of a function that does nothing.

Other processes of the machine show in every figure: give the median of several calls.
"""

from __future__ import annotations

import argparse
import os
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
    """Processor seconds of the same runs with nothing around them."""
    from sim.engine.run import run
    from sim.experiments.points import Resolver
    from sim.experiments.usual import find_usual

    usual = find_usual(plan.arms, plan.design, "default", threads=2)
    resolver = Resolver(plan.arms, plan.design.paths)
    points = [tuple(plan.design.point(p).values()) for p in range(plan.design.n_points)]
    drawings = [resolver.prepared(0, point)[0] for point in points]
    run(drawings[0], seed=1, events=True)
    began = time.process_time()
    for drawing in drawings:
        for replicate in range(plan.replicates):
            run(drawing, seed=1, replicate=replicate, alpha_offset=usual.start[0], events=True)
    return time.process_time() - began


def in_one_process(points: int) -> float:
    """Processor seconds from the plan to the finished table, all in this process."""
    from sim.experiments.sweeping import execute_sweep

    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        execute_sweep(plan_of(points), out=Path(folder) / "x", workers=1, processes=False)
        return time.process_time() - began


def swept(plan, workers: int) -> float:  # type: ignore[no-untyped-def]
    """Seconds at work with so many worker processes, from the first piece on, their start left out."""
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
    return marks[-1][0] - at_first + first


def throughput(points: int) -> None:
    """Runs a second, overhead, two workers against one."""
    plan = plan_of(points)
    in_one_process(2)  # imports, kernels and the default's offset are not to be timed
    turns = [(bare(plan), in_one_process(points)) for _ in range(3)]
    alone, whole = sorted(turns, key=lambda turn: turn[1] / turn[0])[1]
    print(f"{plan.rows} runs with nothing around them: {alone:.2f} s of processor time")
    print(
        f"planning, moving and storing: {100 * (whole / alone - 1):.1f} % of the simulation time (median of three)"
    )
    one = swept(plan, 1)
    print(f"sweep, one worker: {one:.2f} s ({plan.rows / one:.1f} runs/s)")
    two = swept(plan, 2)
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


def draws(count: int) -> None:
    """The short search that draws of a comparison use, beside the full one: runs and gap of the mean share."""
    from sim.engine.stationary import (
        few_runs,
        find_offset,
        mean_shares,
        offset_near,
        target_share,
        with_parameters,
    )
    from sim.experiments.design import drawn_names, parameter_draws
    from sim.scenario import load, resolve

    base = resolve(load("business_as_usual", overrides=["organization.people=300"]))
    names = drawn_names()
    rows = []
    for values in parameter_draws(names, count, seed=5):
        drawn = with_parameters(base, dict(zip(names, map(float, values), strict=True)))
        short, full = offset_near(drawn, -0.045), find_offset(drawn, runs=8, rounds=2, threads=1)
        after = [
            mean_shares(drawn, v, range(1000, 1016)).mean() - target_share(drawn)
            for v in (short.value, full.value)
        ]
        rows.append([short.rounds * few_runs(300), (full.rounds + 1) * 8, *after])
    table = np.array(rows)
    print(f"{count} draws of all parameters: short search {table[:, 0].mean():.1f} runs, root mean square gap "
          f"{np.sqrt((table[:, 2] ** 2).mean()):.4f} of the share; eight runs a round {table[:, 1].mean():.1f} runs, "
          f"{np.sqrt((table[:, 3] ** 2).mean()):.4f} (16 fresh runs each; their noise is in both)")  # fmt: skip


def million() -> None:
    """Planning, pending work and memory."""
    code = """
import sys, time
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
status = Path("/proc/self/status").read_text()  # getrusage would tell of the process that started this one
peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
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
            f"{time.perf_counter() - began:.2f} s")  # fmt: skip


def main() -> None:
    """Print the figures asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--points", type=int, default=96)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--usual", action="store_true")
    parser.add_argument("--draws", type=int, default=0, metavar="N")
    options = parser.parse_args()
    np.seterr(all="ignore")
    if options.points:
        throughput(options.points)
    if options.draws:
        draws(options.draws)
    if options.usual:
        usual()
    if options.million:
        simulated_million()
        million()


if __name__ == "__main__":
    main()
