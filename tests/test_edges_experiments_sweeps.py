"""Sweeps where something is missing, broken or in the way: what is said, and what is kept."""

from __future__ import annotations

import errno
import json
import sys
import types
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from experiments_lab import BUSY, QUIET, without_search

from sim.engine.stationary import Offset
from sim.experiments import ExperimentError, StoreError, backends, plausible, sweep_work
from sim.experiments.checking import verify
from sim.experiments.design_table import Design
from sim.experiments.keeping import keep
from sim.experiments.merging import merge
from sim.experiments.outputs import OutputError
from sim.experiments.pieces import Done
from sim.experiments.points import Resolver
from sim.experiments.store import file_hash
from sim.experiments.sweep_plan import make_sweep
from sim.experiments.sweep_work import job_of
from sim.experiments.sweeping import sweep
from sim.experiments.swept import Sweep, open_sweep
from sim.experiments.tasks import task_digest
from sim.experiments.usual import Axis, Smooth, Usual

STUB = "sweep_tasks:stub"
AXIS = Axis(0, "parameters.contagion", 0.1, 1.0, False, (), False)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_search(monkeypatch)
    monkeypatch.setattr("sim.experiments.usual.offset_near", lambda *_, **__: Offset(0.02, 0.1, 0.1, 0.0, 1))
    monkeypatch.setattr("sim.experiments.usual.offset_for", lambda *_, **__: Offset(0.01, 0.1, 0.1, 0.0, 1))


def line(points: int = 4) -> Design:
    return Design.from_columns({"a.x": np.arange(points) / points})


def stub(folder: Path, **options: Any) -> Sweep:
    asked: dict[str, Any] = {"replicates": 2, "task": STUB, "rows_per_piece": 4, "workers": 1, **options}
    return sweep(asked.pop("scenarios", ["one", "two"]), asked.pop("design", line()), out=folder, **asked)


def simulated(folder: Path, **options: Any) -> Sweep:
    asked: dict[str, Any] = {"replicates": 1, "workers": 1, "outputs": ["share_end"], **options}
    design = asked.pop("design", Design.from_columns({"parameters.contagion": [0.4, 0.6]}))
    return sweep(asked.pop("scenarios", [QUIET]), design, out=folder, **asked)


def full(*_: object, **__: object) -> None:
    """What the system says of a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


def digest(folder: Path) -> str:
    return file_hash(folder / "runs.parquet")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return stub(tmp_path_factory.mktemp("edges") / "made")


# --- what cannot be planned or asked -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"extra": ["people"]}, "table 'people' is not known; a sweep can also store series and events"),
        ({"offsets": "guess"}, "offsets 'guess' is not known; give auto, emulate, search, default"),
        ({"task": "simulation", "scenarios": []}, "no scenario given; name at least one"),
        ({"rows_per_piece": -1}, "rows_per_piece is -1"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ExperimentError, match=said):
        stub(tmp_path / "x", **options)
    assert not (tmp_path / "x").exists()


def test_more_points_than_there_is_luck_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.sweep_plan._OWN_LUCK", 2**60)
    assert stub(tmp_path / "x", luck="independent", design=line(3)).finished
    with pytest.raises(ExperimentError, match="too many points for independent luck; give luck common"):
        stub(tmp_path / "y", luck="independent", design=line(4))


def test_a_scenario_on_another_organisation_has_its_own_business_as_usual() -> None:
    other = {**QUIET, "name": "other", "organization": {"people": 50, "departments": 3}}
    design = Design.from_columns({"parameters.contagion": [0.4, 0.6]})
    assert [arm.reference for arm in make_sweep([QUIET, BUSY, other], design).arms] == [0, 0, 2]


def test_pieces_are_whole_points_then_whole_scenarios_then_what_the_work_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    design = Design.from_columns({"parameters.contagion": [0.4, 0.6]})
    run = 40 * 31  # person-steps of one run: half a year and a tenth of burn-in
    found = []
    for runs in (17, 7, 3):
        monkeypatch.setattr("sim.experiments.sweep_plan._PERSON_STEPS", runs * run + 1)
        found.append(make_sweep([QUIET, BUSY], design, replicates=4).rows_per_piece)
    assert found == [16, 4, 3]


def test_what_a_sweep_does_not_hold_is_named(made: Sweep, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="stores no output 'z'"):
        made.values("z")
    with pytest.raises(StoreError, match="holds no scenario 'twos'; did you mean 'two'"):
        made.values("y", "twos")
    alone = stub(tmp_path / "alone", scenarios=["one"])
    with pytest.raises(StoreError, match="holds one scenario: there is nothing to compare it with"):
        alone.difference("y")


def test_a_sweep_is_opened_by_its_folder(made: Sweep) -> None:
    again = open_sweep(str(made.folder))
    assert again.values("y").tolist() == made.values("y").tolist()
    assert "4 points × 2 replicates" in repr(again) and made.folder.name in repr(again)


def test_a_time_that_is_no_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"'1\.2\.3' is not a number of years"):
        simulated(tmp_path / "x", outputs=["skill@1.2.3"])


def test_a_reading_beyond_the_horizon_of_the_shorter_scenario_is_blank(tmp_path: Path) -> None:
    short = {**QUIET, "name": "short", "run": {"years": 0.25, "burn_in": 0.1}}
    runs = simulated(tmp_path / "x", scenarios=[QUIET, short], outputs=["skill@0.5"]).runs
    there = runs.set_index("scenario")["skill@0.5"].notna()
    assert there["quiet"].all() and not there["short"].any()
    assert (runs["status"] == "ok").all()


def test_a_folder_made_by_another_version_of_a_function_is_noticed() -> None:
    assert task_digest(STUB) == task_digest("sweep_tasks:linear")  # of the module
    compiled = task_digest("math:hypot")  # has no source: its name must do
    assert compiled == task_digest("math:hypot") != task_digest("math:prod")


def test_a_sample_of_plausible_values_that_names_a_stranger_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "plausible.csv").write_text("contagion,charisma\n0.5,1\n")
    monkeypatch.setattr(plausible, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="there is no parameter charisma; make the file again"):
        plausible.plausible.__wrapped__()


# --- runs that fail ----------------------------------------------------------------------------------------------


def test_a_point_without_business_as_usual_is_a_failed_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def near(resolved: Any, start: float, **_: object) -> Offset:
        if resolved.parameters["contagion"] > 0.5:
            raise ArithmeticError("no offset holds the share")
        return Offset(0.02, 0.1, 0.1, 0.0, 1)

    monkeypatch.setattr("sim.experiments.usual.offset_near", near)
    found = simulated(tmp_path / "x")
    assert list(found.runs["status"]) == ["ok", "failed"]
    assert list(found.failures()["reason"]) == [
        "business as usual at this point: ArithmeticError: no offset holds the share"
    ]
    assert np.isnan(found.runs["alpha_offset"][1])


def test_an_outcome_of_a_run_that_is_not_finite_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_work, "outcomes", lambda *_: {"share_end": float("inf")})
    found = simulated(tmp_path / "x")
    assert list(found.failures()["reason"]) == ["ArithmeticError: share_end not finite"]


def test_runs_of_ones_own_function_are_made_again_to_verify_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = tmp_path / "trouble"
    monkeypatch.setenv("PICKY", str(trouble))
    trouble.touch()
    stub(tmp_path / "x", task="sweep_tasks:picky", design=Design.from_columns({"a.x": [0.2, 0.7]}))
    assert verify(tmp_path / "x", sample=8).sound  # a run that fails again is the same run
    trouble.unlink()
    found = verify(tmp_path / "x", sample=8)
    assert not found.sound and found.remark == ""
    assert {(run, column) for run, column, *_ in found.differing} == {
        (run, column) for run in (4, 5, 6, 7) for column in ("status", "y")
    }
    assert found.differing[0][1:] == ("status", "failed", "ok")


# --- growing, shards ---------------------------------------------------------------------------------------------


def test_failed_runs_are_not_made_again_alone_where_other_tables_are_stored(tmp_path: Path) -> None:
    simulated(tmp_path / "x", extra=["series"])
    with pytest.raises(
        StoreError, match="also stores series cannot be made again alone; give another folder"
    ):
        simulated(tmp_path / "x", extra=["series"], retry_failed=True)


def test_a_run_made_before_is_kept_only_with_the_offset_of_its_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function that gives offsets is fitted anew as the design grows: runs at another offset are made again."""

    def points(*values: float) -> Design:
        return Design.from_columns({"parameters.contagion": list(values)})

    def smooth(weight: float) -> None:
        fitted = Smooth((AXIS,), False, (weight, 0.0, 0.0), 0.0, 0.0, 0.0, 10)
        monkeypatch.setattr("sim.experiments.usual.smooth_for", lambda *_, **__: fitted)

    tries: list[float] = []
    real = sweep_work.run

    def counted(*arguments: Any, **options: Any) -> Any:
        tries.append(options["alpha_offset"])
        return real(*arguments, **options)

    monkeypatch.setattr(sweep_work, "run", counted)
    smooth(0.1)
    simulated(tmp_path / "x", offsets="emulate", design=points(0.4, 0.6))
    assert tries == [0.1, 0.1]
    simulated(tmp_path / "x", offsets="emulate", design=points(0.4, 0.6, 0.8))
    assert tries == [0.1, 0.1, 0.1]
    smooth(0.2)
    found = simulated(tmp_path / "x", offsets="emulate", design=points(0.4, 0.6, 0.8, 0.9))
    assert tries[3:] == [0.2] * 4 and list(found.runs["alpha_offset"]) == [0.2] * 4


def test_points_with_text_are_known_again_when_a_sweep_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words(*cells: str) -> Design:
        return Design.from_columns({"a.x": np.zeros(len(cells)), "a.w": list(cells)})

    seen: list[str] = []

    def length(point: Any, *, seed: int, replicate: int) -> float:
        seen.append(point["a.w"])
        return float(len(point["a.w"]))

    module = types.ModuleType("wordy")
    module.length = length  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wordy", module)
    asked: dict[str, Any] = {"task": "wordy:length", "scenarios": [], "replicates": 1}
    stub(tmp_path / "x", design=words("a", "bb"), **asked)
    found = stub(tmp_path / "x", design=words("ccc", "bb", "a"), **asked)
    assert seen == ["a", "bb", "ccc"]
    assert found.values("y").ravel().tolist() == [3.0, 2.0, 1.0]


def test_a_move_that_was_cut_short_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path / "x")
    with monkeypatch.context() as inner, pytest.raises(StoreError, match="the disk is full"):
        inner.setattr("sim.experiments.keeping.Path.rename", full)
        stub(tmp_path / "x", replicates=3)
    assert (tmp_path / "x" / "before-000" / "plan.json").exists()
    stub(tmp_path / "x", replicates=3)
    log = [json.loads(text) for text in (tmp_path / "x" / "log.jsonl").read_text().splitlines()]
    assert [entry["runs"] for entry in log if entry["what"] == "kept"] == [16]
    stub(tmp_path / "fresh", replicates=3)
    assert digest(tmp_path / "x") == digest(tmp_path / "fresh")


def test_nothing_put_aside_is_nothing_kept(tmp_path: Path) -> None:
    assert keep(tmp_path, make_sweep([], line(), task=STUB)) == 0
    assert not list(tmp_path.iterdir())


def test_a_shard_on_a_full_disk_is_one_sentence_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as inner, pytest.raises(StoreError, match="the disk is full; make room"):
        inner.setattr("sim.experiments.sweeping.write_json", full)
        stub(tmp_path / "x", shard=(1, 2))
    with pytest.raises(StoreError, match="none of them is finished"):
        merge(tmp_path / "x")
    assert stub(tmp_path / "x", shard=(1, 2)).manifest["shard"] == {"number": 1, "of": 2}


def test_shards_without_a_part_or_with_two_that_differ_are_told(tmp_path: Path) -> None:
    for number in (1, 2):
        stub(tmp_path / "x", shard=(number, 2))
    first, second = (tmp_path / f"x.shard-{number}-of-2" for number in (1, 2))
    empty = tmp_path / "empty"
    (empty / "parts").mkdir(parents=True)
    (empty / "plan.json").write_bytes((first / "plan.json").read_bytes())
    with pytest.raises(StoreError, match="the shards hold no part of runs yet; finish them first"):
        merge(tmp_path / "whole", [empty])
    part = next((first / "parts").glob("part-*.runs.parquet"))
    other = next((second / "parts").glob("part-*.runs.parquet"))
    (empty / "parts" / part.name).write_bytes(other.read_bytes())
    with pytest.raises(StoreError, match="differs from the same part elsewhere; one of them is damaged"):
        merge(tmp_path / "whole", [first, empty])


def test_shards_of_another_disk_are_copied(
    tmp_path: Path, made: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiments.merging.os.link", full)  # as across disks: no link can be made
    for number in (1, 2):
        stub(tmp_path / "x", shard=(number, 2))
    merge(tmp_path / "x")
    assert digest(tmp_path / "x") == digest(made.folder)


def test_a_shard_of_a_sweep_that_stores_more_tables_is_merged_with_them(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"extra": ["series"], "rows_per_piece": 1}
    whole = simulated(tmp_path / "whole", **asked)
    for number in (1, 2):
        simulated(tmp_path / "x", shard=(number, 2), **asked)
    assert merge(tmp_path / "x").stored(name="series") == whole.stored(name="series")
    assert digest(tmp_path / "x") == digest(whole.folder)


def test_a_merge_that_cannot_write_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path / "x", shard=(1, 1))
    monkeypatch.setattr("sim.experiments.merging._gather", full)
    with pytest.raises(StoreError, match="the disk is full; make room"):
        merge(tmp_path / "x")


def test_a_worker_remembers_a_few_points_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many organisations the latest are held: a sweep over their size must not fill the memory."""
    monkeypatch.setattr("sim.experiments.points._KEPT", 2)
    design = Design.from_columns({"organization.people": [20, 21, 22]})
    resolver = Resolver(make_sweep([QUIET], design).arms, design.paths)
    assert [resolver.resolved(0, (people,)).organization.n for people in (20, 21, 22)] == [20, 21, 22]
    assert list(resolver._known) == [(0, 21), (0, 22)]


# --- a cluster ---------------------------------------------------------------------------------------------------


class Here(Executor):
    """Does at once what it is given."""

    def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as problem:
            future.set_exception(problem)
        return future


class Client:
    """What the crew uses of a Dask client, in this process."""

    def __init__(self, address: str, timeout: str) -> None:
        if address == "tcp://nowhere:1":
            raise OSError("timed out")
        self.told: list[Any] = []
        self.closed = False

    def register_plugin(self, plugin: Any) -> None:
        plugin.setup(None)
        self.told.append(plugin)

    def unregister_worker_plugin(self, name: str) -> None:
        (plugin,) = [one for one in self.told if one.name == name]
        plugin.teardown(None)

    def get_executor(self, *, pure: bool) -> Executor:
        return Here()

    def nthreads(self) -> dict[str, int]:
        return {"a": 2, "b": 1}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def dask(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("distributed")
    module.Client, module.LocalCluster, module.WorkerPlugin = Client, None, object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "distributed", module)


def test_without_dask_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExperimentError, match=r"Dask is not installed; give: pip install -e '\.\[dask\]'"):
        stub(tmp_path / "x", dask="tcp://somewhere:8786")


@pytest.mark.usefixtures("dask")
def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"no Dask scheduler answers at tcp://nowhere:1 \(timed out\)"):
        stub(tmp_path / "x", dask="tcp://nowhere:1")


@pytest.mark.usefixtures("dask")
def test_a_cluster_elsewhere_makes_the_same_bytes_and_forgets_the_job(tmp_path: Path, made: Sweep) -> None:
    found = stub(tmp_path / "x", dask="tcp://somewhere:8786")
    assert found.manifest["kind"] == "dask" and found.manifest["workers"] == 3
    assert digest(tmp_path / "x") == digest(made.folder)
    assert not backends._JOBS


def test_a_worker_with_other_equations_refuses() -> None:
    with pytest.raises(ExperimentError, match="a worker has another version of the equations"):
        backends.run_told("job", "another", None, ())  # type: ignore[arg-type]


class KilledWorker(Exception):
    """As Dask calls it."""


def handed_on(problem: BaseException | None) -> BaseException | None:
    """What the runner sees of a problem of a cluster; of None, of a future that was cancelled."""
    inner: Future[Done] = Future()
    if problem is None:
        inner.cancel()
    else:
        inner.set_exception(problem)
    outer: Future[Done] = Future()
    backends._handed_on(inner, outer)
    return outer.exception()


def test_a_cluster_that_lost_its_workers_is_like_a_broken_pool() -> None:
    lost = handed_on(KilledWorker("four times"))
    assert isinstance(lost, BrokenExecutor) and str(lost) == "four times"
    assert isinstance(handed_on(None), BrokenExecutor)
    assert isinstance(handed_on(StoreError("a full disk")), StoreError)


@pytest.mark.usefixtures("dask")
def test_a_piece_that_kills_a_cluster_is_run_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(backends, "alone", lambda *arguments: asked.append(arguments))
    plan = make_sweep([], line(), task=STUB)
    crew = backends.DaskCrew(
        job_of(plan, Usual("none", {}), (), Path("elsewhere")), "tcp://somewhere:8786", 1
    )
    crew.alone(plan.piece(0), ((3,),))
    ((job, piece, dead),) = asked
    assert job.folder is None and piece.name == plan.piece(0).name and dead == ((3,),)
    crew.stop()
    assert crew.client.closed
