"""Sweeps: the same bytes whatever happens, nothing made twice, failures as rows."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from experiments_lab import BUSY, QUIET, without_search

from sim.engine.stationary import Offset
from sim.experiments import ExperimentError, ExperimentInterrupted, Progress, StoreError
from sim.experiments import store as stores
from sim.experiments.design_table import Design
from sim.experiments.merging import merge
from sim.experiments.store import file_hash
from sim.experiments.sweep_plan import make_sweep
from sim.experiments.sweeping import Pieces, default_sweep_folder, execute_sweep, sweep
from sim.experiments.swept import Sweep

STUB = "sweep_tasks:stub"
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)

    def near(resolved: Any, start: float, **_: object) -> Offset:
        return Offset(round(0.001 * resolved.organization.n, 4), 0.1, 0.1, 0.0, 1)

    monkeypatch.setattr("sim.experiments.usual.offset_near", near)
    monkeypatch.setattr("sim.experiments.usual.offset_for", lambda *_, **__: Offset(0.01, 0.1, 0.1, 0.0, 1))


def line(points: int = 40) -> Design:
    return Design.from_columns({"a.x": np.arange(points) / points})


def stub(folder: Path, design: Design | None = None, **options: Any) -> Sweep:
    asked: dict[str, Any] = {"replicates": 3, "task": STUB, "rows_per_piece": 31, "workers": 1, **options}
    return sweep(asked.pop("scenarios", ["one", "two"]), design or line(), out=folder, **asked)


def digest(folder: Path) -> str:
    return file_hash(folder / "runs.parquet")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep") / "undisturbed"
    stub(folder)
    return folder


def test_rows_are_by_point_scenario_and_replicate(undisturbed: Path) -> None:
    made = Sweep(undisturbed)
    runs = made.runs
    assert len(runs) == 40 * 2 * 3 and list(runs["run"]) == list(range(240))
    assert list(runs["point"][:7]) == [0] * 6 + [1]
    assert list(runs["scenario"][:6]) == ["one"] * 3 + ["two"] * 3
    assert list(runs["replicate"][:4]) == [0, 1, 2, 0]
    values = made.values("y", "two")
    expected = np.arange(40)[:, None] / 40 + 1e-3 * ((31 + np.arange(3)) % 97)
    assert values == pytest.approx(expected)
    assert made.difference("y") == pytest.approx(np.zeros((40, 3)))
    assert made.ok("one").all() and made.design == line()


def test_common_luck_is_shared_between_points_and_independent_luck_is_not(tmp_path: Path) -> None:
    design = Design.from_columns({"a.x1": [0.0, 0.0, 1.0], "a.x2": [0.0, 0.0, 0.0]})
    common = sweep(
        [],
        design,
        task="sweep_tasks:linear",
        outputs=["y", "noise"],
        replicates=4,
        out=tmp_path / "c",
        workers=1,
    )
    assert (np.ptp(common.values("noise"), axis=0) == 0).all()
    own = sweep(
        ["a", "b"], design, task="sweep_tasks:linear", outputs=["noise"], replicates=4, luck="independent",
        out=tmp_path / "i", workers=1,
    )  # fmt: skip
    assert len(np.unique(own.values("noise"))) == 12
    assert (own.difference("noise") == 0).all()  # scenarios at one point still share it
    assert own.runs["luck"].is_unique is False and own.runs.groupby("point")["luck"].nunique().eq(4).all()


@pytest.mark.parametrize("rows", [5, 6, 240, 1000])
def test_same_bytes_however_the_work_is_cut(undisturbed: Path, tmp_path: Path, rows: int) -> None:
    stub(tmp_path / "x", rows_per_piece=rows)
    assert digest(tmp_path / "x") == digest(undisturbed)


def test_same_bytes_with_threads_and_with_an_executor_of_ones_own(undisturbed: Path, tmp_path: Path) -> None:
    plan = make_sweep(["one", "two"], line(), task=STUB, replicates=3, rows_per_piece=31)
    execute_sweep(plan, out=tmp_path / "x", workers=3, processes=False)
    with ThreadPoolExecutor(3) as pool:
        stub(tmp_path / "y", workers=pool)
    assert digest(tmp_path / "x") == digest(tmp_path / "y") == digest(undisturbed)


@pytest.mark.parametrize("shards", [1, 3, 40])
def test_shards_together_are_the_whole(undisturbed: Path, tmp_path: Path, shards: int) -> None:
    for i in range(shards, 0, -1):
        stub(tmp_path / "x", shard=(i, shards))
    made = merge(tmp_path / "x")
    assert made.finished and digest(tmp_path / "x") == digest(undisturbed)
    assert made.design == line() and not (tmp_path / "x" / "parts").exists()
    assert merge(tmp_path / "x").finished  # again is harmless


def test_a_missing_damaged_or_foreign_shard_is_named(tmp_path: Path) -> None:
    for i in (1, 3):
        stub(tmp_path / "x", shard=(i, 3))
    with pytest.raises(
        StoreError, match=r"3 of 8 parts .*missing or not finished: shard 2 of 3; give its command"
    ):
        merge(tmp_path / "x")
    assert not (tmp_path / "x").exists()  # what is refused leaves nothing behind
    with pytest.raises(StoreError, match=r"shards 2, 3 of 3; give their commands"):
        merge(tmp_path / "x", [tmp_path / "x.shard-1-of-3"])
    stub(tmp_path / "x", shard=(2, 3))
    part = next((tmp_path / "x.shard-2-of-3" / "parts").glob("*.runs.parquet"))
    whole = part.read_bytes()
    part.write_bytes(whole[:-1] + b"?")
    with pytest.raises(StoreError, match="is not what the shard wrote"):
        merge(tmp_path / "x")
    assert not (tmp_path / "x").exists()
    part.write_bytes(whole)
    stub(tmp_path / "z", shard=(1, 3), seed=2)
    with pytest.raises(StoreError, match=r"is a shard of another sweep.*seed was 1, now 2"):
        merge(tmp_path / "x", [tmp_path / "x.shard-1-of-3", tmp_path / "z.shard-1-of-3"])
    assert merge(tmp_path / "x").finished
    with pytest.raises(StoreError, match="no shards beside"):
        merge(tmp_path / "nothing")


class StopAfter:
    """Presses Ctrl-C once so many runs are done."""

    def __init__(self, runs: int) -> None:
        self.runs = runs

    def __call__(self, progress: Progress) -> None:
        if progress.stage == "running" and progress.done >= self.runs:
            raise KeyboardInterrupt


@pytest.mark.parametrize("runs", [0, 20, 200])
def test_an_interrupted_sweep_goes_on_to_the_same_bytes(undisturbed: Path, tmp_path: Path, runs: int) -> None:
    with pytest.raises(ExperimentInterrupted, match="same command again") as caught:
        stub(tmp_path / "x", progress=StopAfter(runs))
    assert caught.value.total == 240
    seen: list[Progress] = []
    stub(tmp_path / "x", progress=seen.append)
    assert next(p for p in seen if p.stage == "running").done == caught.value.done >= runs
    assert digest(tmp_path / "x") == digest(undisturbed)


def made_runs(folder: Path) -> int:
    """Runs that the last session kept from before, or 0."""
    lines = [json.loads(text) for text in (folder / "log.jsonl").read_text().splitlines()]
    kept = [line["runs"] for line in lines if line["what"] == "kept"]
    return int(kept[-1]) if kept else 0


@pytest.mark.parametrize(
    ("bigger", "kept"),
    [
        ({"replicates": 5}, 240),
        ({"design": line(40).take([*range(40), 3, 4])}, 240),
        ({"design": line(40).take(list(range(39, -1, -1))), "replicates": 4}, 240),
    ],
)
def test_a_plan_that_grows_runs_only_what_is_new(tmp_path: Path, bigger: dict[str, Any], kept: int) -> None:
    stub(tmp_path / "x")
    stub(tmp_path / "x", **bigger)
    assert made_runs(tmp_path / "x") == kept
    stub(tmp_path / "fresh", **bigger)
    assert digest(tmp_path / "x") == digest(tmp_path / "fresh")
    assert not list((tmp_path / "x").glob("before-*")) and not (tmp_path / "x" / "kept").exists()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"design": line(40).take(list(range(0, 40, 2)))}, "20 of its points are not"),
        ({"design": Design.from_columns({"a.x": [2.0, 3.0]})}, "40 of its points are not"),
        ({"replicates": 2}, "1 of its replicates are not"),
    ],
)
def test_a_plan_that_would_lose_runs_is_refused(undisturbed: Path, other: dict[str, Any], said: str) -> None:
    before = digest(undisturbed)
    with pytest.raises(StoreError, match=said):
        stub(undisturbed, **other)
    assert digest(undisturbed) == before


def test_growing_keeps_nothing_where_every_run_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PICKY", str(tmp_path))
    high = Design.from_columns({"a.x": [0.6, 0.7]})
    assert stub(tmp_path / "x", high, task="sweep_tasks:picky").failed == 12
    assert stub(tmp_path / "x", high, task="sweep_tasks:picky", replicates=4).failed == 16


def test_a_plan_that_grew_before_it_was_finished_loses_nothing(tmp_path: Path) -> None:
    with pytest.raises(ExperimentInterrupted):
        stub(tmp_path / "x", progress=StopAfter(100))
    with pytest.raises(ExperimentInterrupted):
        stub(tmp_path / "x", replicates=4, progress=StopAfter(200))
    stub(tmp_path / "x", replicates=5)
    assert made_runs(tmp_path / "x") >= 160
    stub(tmp_path / "fresh", replicates=5)
    assert digest(tmp_path / "x") == digest(tmp_path / "fresh")


def test_independent_luck_keeps_runs_of_points_that_keep_their_number(tmp_path: Path) -> None:
    stub(tmp_path / "x", luck="independent")
    stub(tmp_path / "x", line(40).take([*range(40), 1]), luck="independent")
    assert made_runs(tmp_path / "x") == 240
    turned = line(40).take([1, 0, *range(2, 40)])
    stub(tmp_path / "x", turned, luck="independent")
    assert made_runs(tmp_path / "x") == 240 - 12
    stub(tmp_path / "fresh", turned, luck="independent")
    assert digest(tmp_path / "x") == digest(tmp_path / "fresh")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 9}, "seed was 1, now 9"),
        ({"luck": "independent"}, "luck was common, now independent"),
        ({"scenarios": ["one"]}, "scenarios were one and two, now one"),
        ({"task": "sweep_tasks:slow"}, "task was"),
        ({"design": Design.from_columns({"a.z": [1.0]})}, "40 points of other columns, now 1"),
    ],
)
def test_another_sweep_is_refused_and_the_difference_named(
    undisturbed: Path, change: dict[str, Any], said: str
) -> None:
    before = digest(undisturbed)
    with pytest.raises(StoreError, match=said):
        stub(undisturbed, **change)
    assert digest(undisturbed) == before


def test_failed_runs_are_rows_and_are_made_again_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trouble").touch()
    monkeypatch.setenv("PICKY", str(tmp_path / "trouble"))
    made = stub(tmp_path / "x", task="sweep_tasks:picky")
    bad = made.runs[made.runs["status"] == "failed"]
    assert made.failed == len(bad) == 19 * 6 and (bad["x.a.x"] > 0.5).all() and bad["y"].isna().all()
    assert made.failures()["runs"].sum() == 19 * 6
    assert made.failures()["reason"][0].startswith("ZeroDivisionError: x is 0.")
    assert np.isnan(made.values("y")).sum() == 19 * 3 and not made.ok()[-1].any()
    assert stub(tmp_path / "x", task="sweep_tasks:picky").failed == 19 * 6  # not without being asked
    (tmp_path / "trouble").unlink()
    again = stub(tmp_path / "x", task="sweep_tasks:picky", retry_failed=True)
    assert again.failed == 0 and made_runs(tmp_path / "x") == 240 - 19 * 6
    stub(tmp_path / "fresh", task="sweep_tasks:picky")
    assert digest(tmp_path / "x") == digest(tmp_path / "fresh")


def test_a_number_that_is_not_finite_is_a_failure(tmp_path: Path) -> None:
    made = stub(tmp_path / "x", line(3), task="sweep_tasks:endless")
    assert made.failed == 6 and set(made.failures()["reason"]) == {"ArithmeticError: y not finite"}
    missing = stub(tmp_path / "m", line(3), outputs=["profit"])
    assert missing.failed == 18 and "returned y, but not profit" in missing.failures()["reason"][0]


def test_a_full_disk_is_one_sentence_and_loses_nothing(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = os.fsync, [0]

    def full(file: int) -> None:
        count[0] += 1
        if count[0] > 7:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file)

    with monkeypatch.context() as inner, pytest.raises(StoreError, match="the disk is full; make room"):
        inner.setattr("sim.experiments.files.os.fsync", full)
        stub(tmp_path / "x")
    assert not list((tmp_path / "x").rglob("*.tmp"))
    stub(tmp_path / "x")
    assert digest(tmp_path / "x") == digest(undisturbed)


def test_growth_that_was_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    stub(tmp_path / "fresh", replicates=4)
    for place in ("sim.experiments.sweeping.keep", "sim.experiments.store.write_json"):
        folder = tmp_path / place
        stub(folder)
        with monkeypatch.context() as inner, pytest.raises(StoreError, match="disk is full"):
            inner.setattr(place, cut)
            stub(folder, replicates=4)
        stub(folder, replicates=4)
        assert made_runs(folder) == 240
        assert digest(folder) == digest(tmp_path / "fresh")


def test_pending_work_is_found_by_one_look(undisturbed: Path) -> None:
    plan = make_sweep(["one", "two"], line(40), task=STUB, replicates=3, rows_per_piece=31)
    pieces = list(Pieces(plan))
    assert [piece.name for piece in pieces] == sorted(piece.name for piece in pieces)
    assert sum(plan.size(piece) for piece in pieces) == plan.rows == 240
    assert Pieces(plan, (2, 3)).rows == sum(plan.size(piece) for piece in pieces[1::3])
    assert stores.Store(undisturbed, plan).present() == set()


def test_a_folder_has_the_same_name_when_its_plan_grows() -> None:
    small = make_sweep([], line(4), task=STUB, replicates=3)
    large = make_sweep([], line(9), task=STUB, replicates=5)
    other = make_sweep([], line(4), task=STUB, replicates=3, seed=2)
    assert default_sweep_folder(small) == default_sweep_folder(large) != default_sweep_folder(other)


def test_a_plan_that_would_lose_runs_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked: dict[str, Any] = {"task": STUB, "replicates": 1, "workers": 1}
    few, many, others = (
        Design.from_columns({"a.x": values}) for values in ([0.0, 1.0], [0.0, 1.0, 2.0], [5.0])
    )
    first = sweep([], few, **asked).folder
    assert sweep([], many, **asked).folder == first
    second = sweep([], others, **asked).folder
    assert second.name == f"{first.name}-2"
    assert sweep([], few, **asked).folder.name == f"{first.name}-3"
    assert sweep([], many, **asked).folder == first and sweep([], others, **asked).folder == second


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"luck": "none"}, "luck 'none'"),
        ({"task": "nocolon"}, "module:function"),
        ({"task": "math:nothing"}, "has no function nothing"),
        ({"shard": (3, 2)}, "shard 3/2"),
        ({"replicates": 0}, "replicates is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"workers": 0}, "workers is 0"),
        ({"scenarios": ["one", "one"]}, "two scenarios are called 'one'"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ExperimentError, match=said):
        stub(tmp_path / "x", **options)


# --- the simulation ---------------------------------------------------------------------------------------------


MIXED = Design.from_columns(
    {
        "parameters.contagion": [10.0, 20.0, 30.0, 20.0],
        "levers.L01.dose": [0.0, 1.0, 2.0, 1.0],
        "organization.people": [40, 40, 60, 40],
    }
)


def simulated(folder: Path, **options: Any) -> Sweep:
    asked: dict[str, Any] = {
        "replicates": 2, "workers": 1, "outputs": ["share_end", "swept", "skill[level=employee]@0.25"], **options,
    }  # fmt: skip
    return sweep([QUIET, BUSY], asked.pop("design", MIXED), out=folder, **asked)


def test_a_point_is_the_scenario_with_those_places_changed(tmp_path: Path) -> None:
    """Each row equals the run of a scenario loaded with the point's overrides."""
    from sim.engine.run import run
    from sim.experiments.outcomes import outcomes
    from sim.scenario import load, resolve

    runs = simulated(tmp_path / "x").runs
    for _, row in runs.iterrows():
        source = QUIET if row["scenario"] == "quiet" else BUSY
        point = MIXED.point(row["point"])
        mine = [f"{k}={v}" for k, v in point.items() if source is BUSY or not k.startswith("levers")]
        resolved = resolve(load(source, overrides=mine))
        assert row["alpha_offset"] == round(0.001 * int(resolved.organization.n), 4)
        record = run(
            resolved, seed=1, replicate=row["replicate"], alpha_offset=row["alpha_offset"], events=True
        )
        assert outcomes(record, resolved)["share_end"] == row["share_end"]
    assert (runs["luck"] == runs["replicate"]).all()
    same = runs[runs["point"] == 1].drop(columns=["run", "point"]).reset_index(drop=True)
    assert same.equals(runs[runs["point"] == 3].drop(columns=["run", "point"]).reset_index(drop=True))


def test_readings_equal_the_series(tmp_path: Path) -> None:
    made = simulated(
        tmp_path / "x",
        extra=["series", "events"],
        outputs=["skill[level=employee]@0.25", "share_practising@*"],
    )
    assert made.outputs == ["skill[level=employee]@0.25", "share_practising@0.25", "share_practising@0.5"]
    series = made.stored(name="series").to_pandas()
    nearest = series["time"][(series["time"] - 0.25).abs().idxmin()]
    picked = series[
        (series["kind"] == "level") & (series["group"] == "employee") & (series["time"] == nearest)
    ]
    assert np.float32(made.runs["skill[level=employee]@0.25"]) == pytest.approx(
        np.array(picked["skill"]), nan_ok=True
    )
    assert set(made.stored(name="events").column_names) >= {"point", "scenario", "replicate", "count"}
    with pytest.raises(StoreError, match="holds another experiment: replicates"):
        simulated(tmp_path / "x", extra=["series", "events"], replicates=3, outputs=made.outputs)


def test_a_reading_at_a_horizon_between_two_records_is_the_last_record(tmp_path: Path) -> None:
    """.75 years are 39 weeks and a record is made every fourth: the last one is three weeks before the end."""
    source = {**QUIET, "run": {**QUIET["run"], "years": 0.75}}
    design = Design.from_columns({"parameters.contagion": [0.5]})
    made = sweep(
        [source],
        design,
        out=tmp_path,
        replicates=1,
        workers=1,
        outputs=["share_practising@0.75"],
        extra=["series"],
    )
    series = made.stored(name="series").to_pandas()
    last = series[(series["kind"] == "all") & (series["time"] == series["time"].max())]
    assert np.float32(made.runs["share_practising@0.75"].iloc[0]) == last["share_practising"].iloc[0]


def test_the_simulation_has_the_same_bytes_in_shards_and_threads(tmp_path: Path) -> None:
    simulated(tmp_path / "x")
    simulated(tmp_path / "y", workers=2, rows_per_piece=3)
    for i in (1, 2):
        simulated(tmp_path / "z", shard=(i, 2), rows_per_piece=4)
    merge(tmp_path / "z")
    assert len({digest(tmp_path / name) for name in "xyz"}) == 1


def test_a_point_that_cannot_be_resolved_is_a_failed_row(tmp_path: Path) -> None:
    """The ends of every column are tried before the start; what fails between them is a row with its reason."""
    design = Design.from_columns({"levers.L01.dose": [0.5, 1.0], "levers.L04.start": ["0.1", "month 3"]})
    assert simulated(tmp_path / "x", design=design, outputs=["share_end"]).failed == 0
    bad = Design.from_columns({"organization.people": [40, 1, 50]})
    with pytest.raises(ExperimentError, match="point 1 of the design cannot be run with 'quiet'"):
        simulated(tmp_path / "y", design=bad)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"parameters.nothing": [1.0]}, "no parameter is called 'nothing'"),
        ({"parameters.contagion": [1.0, -1.0]}, "column parameters.contagion, point 1: -1"),
        ({"parameters.contagion": ["high"]}, "'high' is not a number"),
        ({"levers.L31.dose": [1.0]}, "no place in any of the scenarios.*L31"),
        ({"slow:levers.L01.dose": [1.0]}, "no scenario is called 'slow'; there are quiet, busy"),
        ({"organization.staff": [10]}, "cannot be run with 'quiet'.*staff"),
    ],
)
def test_bad_columns_are_named_before_the_first_run(
    tmp_path: Path, columns: dict[str, Any], said: str
) -> None:
    with pytest.raises(ExperimentError, match=said):
        simulated(tmp_path / "x", design=Design.from_columns(columns))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("share_nd", "did you mean 'share_end'"),
        ("skill", "say when, e.g. skill@2"),
        ("skill[level=boss]@0.2", "no level is shown as 'boss'"),
        ("skill[site=A]@0.2", "not by 'site'"),
        ("skill@9", "ends after 0.5 years"),
        ("wisdom@0.2", "no measure is called 'wisdom'"),
    ],
)
def test_bad_outputs_are_named(tmp_path: Path, output: str, said: str) -> None:
    with pytest.raises(ExperimentError, match=said):
        simulated(tmp_path / "x", outputs=[output])


# --- processes, killing, clusters, a hundred thousand runs -------------------------------------------------------


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
import numpy as np
from sim.experiments.design_table import Design
if __name__ == "__main__":
    from sim.experiments.sweep_plan import make_sweep
    from sim.experiments.sweeping import execute_sweep
    plan = make_sweep(["one", "two"], Design.from_columns({{"a.x": np.arange(40) / 40}}), task="sweep_tasks:slow",
                      replicates=3, rows_per_piece=7)
    execute_sweep(plan, out=sys.argv[1], workers=2, processes=True)
"""


@pytest.mark.slow
def test_killed_with_everything_it_goes_on_to_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    process = subprocess.Popen([sys.executable, str(script), str(tmp_path / "x")], env=environment)
    parts = tmp_path / "x" / "parts"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(list(parts.glob("*.runs.parquet"))) < 4:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(list(parts.glob("*.runs.parquet")))
    assert 4 <= kept < 35
    subprocess.run([sys.executable, str(script), str(tmp_path / "x")], env=environment, check=True)
    log = [json.loads(text) for text in (tmp_path / "x" / "log.jsonl").read_text().splitlines()]
    assert (
        sum(line["what"] == "block" for line in log) <= 35 + 2
    )  # at most what was in two hands was made twice
    assert Sweep(tmp_path / "x").values("y") == pytest.approx(Sweep(undisturbed).values("y"), abs=0)


@pytest.mark.slow
def test_a_run_that_kills_its_worker_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(Path(__file__).parent)]))
    design = Design.from_columns({"a.x": [0.1, 0.2, 0.95, 0.3]})
    plan = make_sweep([], design, task="sweep_tasks:deadly", replicates=1, rows_per_piece=2)
    made = execute_sweep(plan, out=tmp_path / "x", workers=2, processes=True)
    assert list(made.runs["status"]) == ["ok", "ok", "failed", "ok"]
    assert made.failures()["reason"][0] == "the worker process ended abruptly"


@pytest.mark.slow
def test_a_local_dask_cluster_whose_worker_is_killed_finishes_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(Path(__file__).parent)]))
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        log = tmp_path / "x" / "log.jsonl"
        if killed or progress.stage != "running" or progress.done < 14:
            return
        lines = [json.loads(text) for text in log.read_text().splitlines()]
        worker = next(line["process"] for line in lines if line["what"] == "block")
        os.kill(worker, signal.SIGKILL)
        killed.append(worker)

    made = stub(
        tmp_path / "x", task="sweep_tasks:slow", dask="local", workers=2, rows_per_piece=7, progress=kill
    )
    assert killed and made.finished and made.failed == 0 and made.manifest["kind"] == "dask"
    stub(tmp_path / "y", task="sweep_tasks:slow", workers=4, rows_per_piece=7)
    assert digest(tmp_path / "x") == digest(tmp_path / "y")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
def test_a_hundred_thousand_runs_do_not_wait_in_memory(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
import numpy as np
from sim.experiments.design_table import Design
from sim.experiments.sweep_plan import make_sweep
from sim.experiments.sweeping import execute_sweep
plan = make_sweep([], Design.from_columns({{"a.x": np.arange(int(sys.argv[1])) / 7}}), task={STUB!r}, replicates=8)
execute_sweep(plan, out=sys.argv[2], workers=2, processes=True)
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    peak = {}
    for points in (1_250, 12_500):
        command = [sys.executable, "-c", script, str(points), str(tmp_path / str(points))]
        found = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        peak[points] = int(found.stdout.split()[-1])
    assert peak[12_500] - peak[1_250] < 25_000  # kB
