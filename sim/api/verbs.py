"""The verbs of the command, in Python: run, compare, sweep, sensitivity, validate; and opening what is stored."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import experiments
from sim.api.results import Experiment, Sensitivity, Sweep, Validation
from sim.api.showing import Shown, listening
from sim.arguments import listed, place, plain, whole
from sim.experiments import Design, ExperimentError, Progress, StoreError
from sim.experiments.comparing import FOLDER
from sim.experiments.plan import Source, sources

if TYPE_CHECKING:
    import pandas as pd

    from sim.sensitivity.factors import Factor


def run(scenario: Source, *, progress: Shown = None, **options: Any) -> Experiment:
    """Run one scenario many times: `compare` with one scenario and the same options."""
    return compare([scenario], progress=progress, **options)


def compare(
    scenarios: Source | Sequence[Source],
    *,
    replicates: int | None = None,
    precision: float | None = None,
    seed: int | None = None,
    workers: int | Executor | None = None,
    overrides: Sequence[str] = (),
    uncertainty: str | Sequence[str] = ("luck", "assumptions"),
    draws: int | None = None,
    out: str | Path | None = None,
    progress: Shown = None,
    person_level: bool = False,
    retry_failed: bool = False,
) -> Experiment:
    """Run scenarios side by side, under the same luck and the same assumptions, and store what happened.

    The same call again goes on where it was interrupted, and returns at once when all is done.

    Args:
        scenarios: bundled names, files, mappings, builders or loaded scenarios; the others are compared with the first.
        replicates: runs of each scenario, each with its own luck; as in the first scenario where not given.
        precision: instead of `replicates`, the half width to reach of the interval of the difference in share (0.02 is
            two points).
        seed: which luck, an integer ≥ 0; the first scenario's where not given.
        workers: how many (all processors where not given), or any `concurrent.futures` executor.
        overrides: `path=value` texts for every scenario.
        uncertainty: what varies: "luck", "assumptions" or both.
        draws: of the assumptions.
        out: results folder; `results/NAMES-HASH` in the working folder where not given.
        progress: None shows a bar in notebooks only, True shows it elsewhere too (as lines on standard error), False
            nowhere; a function is called with a `Progress` as runs finish.
        person_level: also store tables with a row a person (pseudonyms).
        retry_failed: of a finished comparison, make again what holds failed runs.

    Raises:
        ScenarioError: a scenario cannot be used.
        ExperimentError: the experiment cannot be planned.
        StoreError: the folder is not ours, holds another plan, is being written, or cannot be written.
        ExperimentInterrupted: Ctrl-C or the stop button; what was finished is kept.
    """
    with listening(progress) as listener:
        made = experiments.compare(
            scenarios, replicates=replicates, precision=precision, seed=seed, workers=workers, overrides=overrides,
            uncertainty=uncertainty, draws=draws, out=out, progress=listener, person_level=person_level,
            retry_failed=retry_failed,
        )  # fmt: skip
    return Experiment(made.folder)


def sweep(
    scenarios: Source | Sequence[Source],
    design: Design | Mapping[str, Sequence[Any]] | pd.DataFrame,
    *,
    out: str | Path | None = None,
    progress: Shown = None,
    **options: Any,
) -> Sweep:
    """Run scenarios at every point of a design.

    Args:
        scenarios: as in `compare`.
        design: the points: a `Design`, or columns by path (`{"parameters.contagion": [0.1, 0.2]}`, or a data frame).
        out, progress: as in `compare`.
        options: workers, dask, shard, retry_failed, replicates, seed, luck, outputs, overrides, offsets: see
            `sim.experiments.sweep`.

    Raises:
        ScenarioError, ExperimentError, StoreError, ExperimentInterrupted: as in `compare`.
    """
    points, folder = Design.of(design), _folder(out)
    with listening(progress) as listener:
        made = experiments.sweep(sources(scenarios), points, out=folder, progress=listener, **plain(options))
    return Sweep(made.folder)


def sensitivity_analysis(
    scenarios: Source | Sequence[Source] = (),
    *,
    factors: str | Sequence[str | Factor] = (),
    study: str | Path | None = None,
    method: str | None = None,
    samples: int | None = None,
    replicates: int | None = None,
    outputs: Sequence[str] = (),
    overrides: Sequence[str] = (),
    seed: int | None = None,
    workers: int | Executor | None = None,
    out: str | Path | None = None,
    progress: Shown = None,
    **options: Any,
) -> Sensitivity:
    """What the outcomes of a scenario, or the choice between several, depend on: `ripple sensitivity`.

    (It is not called `sim.sensitivity`, which is the room that does it.)

    Args:
        scenarios: as in `compare`; those of the study where not given.
        factors: what varies, by name, pattern, tag or range: "contagion", "grade D", "levers",
            "parameters.push=0.6..1.8"; or `Factor` objects.
        study: bundled name or file of a study that says what is not said here.
        method: sobol, morris, fast, rbd_fast, delta, pawn, dgsm, rsa or tornado.
        samples: base rows; replicates: runs of each scenario at each point.
        outputs: outcomes to study: "share_end", "skill[level=manager]@1.5", …
        overrides, seed, workers, out, progress: as in `compare`.
        options: luck, second_order, offsets, policy, confidence, resamples, dask, retry_failed: see
            `sim.sensitivity.study.sensitivity`.

    Raises:
        SensitivityError: the study cannot be planned or analysed.
        ScenarioError, ExperimentError, StoreError, ExperimentInterrupted: as in `compare`.
    """
    from sim.sensitivity.study import sensitivity

    changes = listed("overrides", overrides, (str,), "path=value texts", error=ExperimentError)
    named = listed(
        "outputs", outputs, (str,), "a list of outcomes, e.g. ['share_end']", error=ExperimentError
    )
    if seed is not None:
        seed = whole("seed", seed, error=ExperimentError)
    with listening(progress) as listener:
        done = sensitivity(
            sources(scenarios), factors=factors, study=study, method=method, samples=plain(samples), replicates=plain(replicates),
            outputs=named, overrides=changes, seed=seed, workers=workers, out=_folder(out),
            progress=listener, **plain(options),
        )  # fmt: skip
    done.result.save(done.sweep.folder / "sensitivity")
    return Sensitivity(Sweep(done.sweep.folder), done.result, done.plan)


def validate(
    *,
    quick: bool = False,
    headings: Sequence[str] = (),
    workers: int = 1,
    out: str | Path | None = None,
    progress: Shown = None,
) -> Validation:
    """Hold the model to what is known exactly and to what was measured: `ripple validate`.

    Args:
        quick: fewer replicates: minutes rather than a quarter of an hour.
        headings: some of limits, extremes, patterns, claims; all where not given.
        workers: processes.
        out: folder in which finished checks are kept until all are, so that an interrupted call goes on.
        progress: as in `compare`, counting checks.

    Raises:
        ValueError: a heading that there is not, or no worker.
    """
    from sim.validation.rows import HEADINGS
    from sim.validation.validate import validate as rows_of

    began = time.monotonic()
    with listening(progress) as listener:

        def told(done: int, total: int, name: str) -> None:
            if listener is not None:
                listener(Progress(name, done, total, 0, time.monotonic() - began, None))

        rows = rows_of(
            quick=quick, headings=tuple(headings) or HEADINGS, workers=plain(workers),
            folder=_folder(out), told=told,
        )  # fmt: skip
    return Validation(rows, quick=quick, seconds=time.monotonic() - began)


def open_results(folder: str | Path) -> Experiment:
    """Open the results folder of a comparison.

    Raises:
        StoreError: it is not one.
    """
    return Experiment(_stored(folder))


def open_sweep(folder: str | Path) -> Sweep:
    """Open the results folder of a sweep.

    Raises:
        StoreError: it is not one.
    """
    return Sweep(_stored(folder))


def open_sensitivity(folder: str | Path) -> Sensitivity:
    """Open the results folder of a sensitivity analysis.

    Raises:
        StoreError: it is not the folder of a sweep.
        SensitivityError: the sweep was not analysed.
    """
    from sim.sensitivity.result import SensitivityResult

    made = Sweep(_stored(folder))
    return Sensitivity(made, SensitivityResult.load(made.folder / "sensitivity"))


def _folder(out: str | Path | None) -> Path | None:
    return None if out is None else place("out", out, FOLDER, error=StoreError)


def _stored(folder: str | Path) -> Path:
    return place("folder", folder, FOLDER, error=StoreError)
