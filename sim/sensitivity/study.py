"""A whole study: factors, points, runs, analysis.  Everything that `ripple sensitivity` does, without a word said.

1. `plan_study` settles what is asked and lays out every run.  2. `carry_out` runs it (`sim.experiments.sweeping`), from
any interruption on.  3. `analyse_study` says what the outcomes depend on; it needs the results folder alone, so a stored
sweep can be analysed again by another method that takes given data.  `sensitivity` does all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.experiments.plan import Source
from sim.experiments.runner import Report
from sim.experiments.sweep_plan import SweepPlan, make_sweep
from sim.experiments.sweeping import execute_sweep
from sim.experiments.swept import Sweep
from sim.experiments.tasks import SIMULATION
from sim.scenario import Scenario, load
from sim.sensitivity.analyse import analyse
from sim.sensitivity.choosing import choose
from sim.sensitivity.data import Floats
from sim.sensitivity.decision import decision_outcomes
from sim.sensitivity.designs import make_design
from sim.sensitivity.errors import SensitivityError
from sim.sensitivity.factors import Factor, check_factors, groups_of
from sim.sensitivity.methods import ANALYSERS, METHODS, method_named
from sim.sensitivity.of_sweep import _complete, _reasons, horizon_of
from sim.sensitivity.result import SensitivityResult
from sim.sensitivity.studies import Study, load_study
from sim.sensitivity.testfunctions import factors_of
from sim.sensitivity.treating import TOLERATED

OUTPUTS: Final = ("share_end", "swept", "share_practising@*")
MANY: Final = 20  # groups from which screening is the better beginning
REPLICATES: Final = 8
_NOT_TIMED: Final = ("delta", "pawn", "rsa")  # methods for which a dozen further times would take long
_TEST_FUNCTIONS: Final = "sim.sensitivity.testfunctions:"


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """A study laid out, before anything is run.

    Attributes:
        sweep: every run.
        factors: what varies; left_out: parameters that a pattern met but did not take, with the reason.
        method, samples, second_order: how points are drawn.
        title, question: for people.
    """

    sweep: SweepPlan
    factors: tuple[Factor, ...]
    left_out: tuple[tuple[str, str], ...]
    method: str
    samples: int
    second_order: bool
    title: str
    question: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A study that was carried out.

    Attributes:
        plan: None where a stored sweep was analysed.
        sweep: the runs; result: what the outcomes depend on.
    """

    plan: StudyPlan | None
    sweep: Sweep
    result: SensitivityResult


def sensitivity(
    scenarios: Sequence[Source] = (),
    *,
    factors: str | Sequence[str | Factor] = (),
    workers: int | Executor | None = None,
    dask: str | None = None,
    out: str | Path | None = None,
    progress: Report | None = None,
    retry_failed: bool = False,
    policy: str = "refuse",
    tolerated: float = TOLERATED,
    confidence: float = 0.95,
    resamples: int | None = None,
    **options: Any,
) -> Finished:
    """What the outcomes of one scenario, or the choice between two, depend on.

    Args:
        scenarios: one, or several that are compared with the first.
        factors: what varies, see `choosing`; or `Factor` objects.
        workers, dask, out, progress, retry_failed: see `sim.experiments.sweeping.sweep`.
        policy, tolerated, confidence, resamples: see `analyse.analyse`.
        options: study, method, samples, replicates, outputs, overrides, luck, seed, second_order, task, offsets: see
            `plan_study`.

    Raises:
        SensitivityError, ScenarioError, ExperimentError, StoreError: as the three steps say.
    """
    plan = plan_study(scenarios, factors=factors, **options)
    made = carry_out(plan, workers=workers, dask=dask, out=out, progress=progress, retry_failed=retry_failed)
    found = analyse_study(
        made, policy=policy, tolerated=tolerated, confidence=confidence, resamples=resamples
    )
    return Finished(plan, made, found)


def plan_study(
    scenarios: Sequence[Source] = (),
    *,
    factors: str | Sequence[str | Factor] = (),
    study: str | Path | Study | None = None,
    method: str | None = None,
    samples: int | None = None,
    replicates: int | None = None,
    outputs: Sequence[str] = (),
    overrides: Sequence[str] = (),
    luck: str | None = None,
    seed: int | None = None,
    second_order: bool = True,
    task: str = SIMULATION,
    offsets: str = "auto",
) -> StudyPlan:
    """Settle what is asked and lay out the runs; what is given here goes before what the study file says.

    Args:
        scenarios: names, files or loaded scenarios; those of the study where not given.
        factors: what varies; those of the study where not given.
        study: bundled name or file of a study.
        method: Sobol' where nobody says, Morris beyond 20 factors or groups.
        samples: base rows; the method's own number where nobody says.
        replicates: runs of each scenario at each point; 8 where nobody says.
        outputs: see `sim.experiments.outputs`; how many practise at the end and over time where nobody says.
        overrides: `path=value`, applied to every scenario first.
        luck: "common" where nobody says; seed: of the luck, and of the points.
        second_order: for Sobol': pairs as well, at nearly twice the runs.
        task: "module:function" instead of the simulation; its factors must be given unless it is a test function.

    Raises:
        SensitivityError: factors, method or study that cannot be used.
        ScenarioError, ExperimentError: a scenario or sweep that cannot be used.
    """
    said = _study_of(study)
    named = tuple(scenarios) or said.scenarios
    changes = (*said.set, *overrides)
    if task == SIMULATION and not named:
        raise SensitivityError("no scenario is named; name one, e.g. stars_align, or two to study the choice")
    loaded = [_loaded(source, changes) for source in named] if task == SIMULATION else []
    chosen, left_out = _factors(factors, said, loaded, task)
    how = method_named(method or said.method or _usual_method(chosen))
    if how.estimate is None:
        raise SensitivityError(
            f"{how.name} is a design without an analysis; use ripple sweep for it, or one of {', '.join(ANALYSERS)}"
        )
    size = samples or said.samples or how.usual_for(len(chosen))
    luck_seed = seed if seed is not None else said.seed
    design = make_design(
        chosen, how.name, size, seed=luck_seed if luck_seed is not None else 1, second_order=second_order
    )
    needs = tuple(dict.fromkeys(need for factor in chosen for need in factor.needs))
    sources: Sequence[Source] = [_loaded(source, (*changes, *needs)) for source in named] if loaded else named
    sweep = make_sweep(
        sources, design, replicates=replicates or said.replicates or REPLICATES, seed=luck_seed,
        luck=luck or said.luck or "common", task=task, outputs=_outputs(outputs or said.outputs, how.name, task),
        offsets=offsets,
    )  # fmt: skip
    titles = [scenario.title or scenario.name for scenario in loaded] or [task.partition(":")[2]]
    return StudyPlan(
        sweep,
        chosen,
        left_out,
        how.name,
        size,
        second_order,
        said.title or study_title(titles),
        said.question,
    )


def carry_out(
    plan: StudyPlan,
    *,
    workers: int | Executor | None = None,
    dask: str | None = None,
    out: str | Path | None = None,
    progress: Report | None = None,
    shard: tuple[int, int] | None = None,
    retry_failed: bool = False,
) -> Sweep:
    """Run what is not stored yet; see `sim.experiments.sweeping.sweep` for arguments and errors."""
    return execute_sweep(
        plan.sweep, workers=workers, dask=dask, out=out, progress=progress, shard=shard, retry_failed=retry_failed
    )  # fmt: skip


def analyse_study(
    made: Sweep,
    *,
    method: str | None = None,
    policy: str = "refuse",
    tolerated: float = TOLERATED,
    confidence: float = 0.95,
    resamples: int | None = None,
    convergence: bool = True,
) -> SensitivityResult:
    """What the outcomes of a stored sweep depend on; with two scenarios or more, what the choice depends on.

    Args:
        made: a finished sweep.
        method: another than its points were made for, which takes given data.
        policy, tolerated, confidence, resamples, convergence: see `analyse.analyse`.

    Raises:
        SensitivityError: too many runs failed, or points that the method cannot use.
        StoreError: the sweep is not finished.
    """
    failed = ~np.all([made.ok(name) for name in made.names], axis=0)
    return analyse(
        made.design,
        outcomes_of_sweep(made),
        method=method,
        failed=failed,
        horizon=horizon_of(made),
        luck="common" if made.common_luck else "independent",
        policy=policy,
        tolerated=tolerated,
        reasons=_reasons(made),
        confidence=confidence,
        resamples=resamples,
        seed=int(made.plan["seed"]) + 1,
        convergence=convergence,
        deterministic=made.plan["task"] != SIMULATION and made.replicates == 1,
    )


def outcomes_of_sweep(made: Sweep) -> dict[str, Floats]:
    """Outcomes to analyse by name, shape (points, replicates).

    With one scenario its outputs.  With several, first the difference of each from the first and whether it is ahead,
    then the outputs of each ("share_end: NAME"); over time only the differences.
    """
    names, years = made.names, horizon_of(made)
    of = {name: {output: made.values(output, name) for output in made.outputs} for name in names}
    if len(names) == 1:
        return {output: values for output, values in of[names[0]].items() if _says_something(values)}
    whole = {
        name: {output: _complete(output, values, made.ok(name), years) for output, values in of[name].items()}
        for name in names
    }
    found: dict[str, Floats] = {}
    for other in names[1:]:
        gaps = decision_outcomes(whole[names[0]], whole[other], a=names[0], b=other)
        gaps = {name: gap for name, gap in gaps.items() if _says_something(gap)}
        found |= {name: gap for name, gap in gaps.items() if "@" not in name and not name.startswith("swept")}
        found |= {name: gap for name, gap in gaps.items() if "@" in name and "overtakes" not in name}
    for name in names:
        for output, values in of[name].items():
            if "@" not in output and _says_something(values):
                found[f"{output}: {name}"] = values
    return found


def _says_something(values: Floats) -> bool:
    """Whether any run has a value (an outcome beyond the horizon has none)."""
    return bool(np.isfinite(values).any())


def _study_of(study: str | Path | Study | None) -> Study:
    if study is None:
        return Study(name="")
    return study if isinstance(study, Study) else load_study(study)


def _loaded(source: Source, overrides: Sequence[str]) -> Scenario:
    if isinstance(source, Scenario):
        if overrides:
            raise SensitivityError(
                f"overrides cannot be applied to '{source.name}', which is loaded already; give its name or file"
            )
        return source
    return load(source, overrides=overrides)


def _factors(
    given: str | Sequence[str | Factor], said: Study, loaded: Sequence[Scenario], task: str
) -> tuple[tuple[Factor, ...], tuple[tuple[str, str], ...]]:
    """Factors, and what was left out: parameters and structure once, levers of each scenario that has them."""
    ready = [item for item in given if isinstance(item, Factor)] if not isinstance(given, str) else []
    texts = [given] if isinstance(given, str) else [item for item in given if isinstance(item, str)]
    if task != SIMULATION:
        return _factors_of_task(ready, texts, task), ()
    if not texts and not ready and not said.factors:
        raise SensitivityError("no factor is chosen; name parameters, levers or a tag such as 'grade D'")
    found = {factor.path: factor for factor in ready}
    left_out: dict[str, str] = {}
    problems: list[SensitivityError] = []
    taken = 0
    for scenario in loaded:
        try:
            choice = choose(texts, scenario) if texts else said.choose(scenario) if not ready else None
        except SensitivityError as problem:
            problems.append(problem)
            continue
        if choice is None:
            break
        taken += 1
        left_out |= dict(choice.left_out)
        for factor in choice.factors:
            own = _own(factor, scenario, several=len(loaded) > 1)
            found.setdefault(own.path, own)
    if problems and (not taken or not _lacks_levers_only(loaded)):
        raise problems[0]
    return check_factors(tuple(found.values())), tuple(left_out.items())


def _lacks_levers_only(loaded: Sequence[Scenario]) -> bool:
    """Whether a choice may well mean nothing to one of the scenarios: it has no levers."""
    return any(not scenario.levers for scenario in loaded)


def _own(factor: Factor, scenario: Scenario, *, several: bool) -> Factor:
    """A factor of one scenario among several is its own: levers are not shared."""
    if not several or not factor.path.startswith("levers."):
        return factor
    label = f"{factor.label or factor.path} ({scenario.title or scenario.name})"
    return replace(factor, path=f"{scenario.name}:{factor.path}", label=label)


def _factors_of_task(ready: Sequence[Factor], texts: Sequence[str], task: str) -> tuple[Factor, ...]:
    if texts:
        raise SensitivityError(
            "factors of a function of your own cannot be looked up; give Factor objects from Python"
        )
    if ready:
        return check_factors(ready)
    try:
        return factors_of(task.removeprefix(_TEST_FUNCTIONS))
    except KeyError:
        raise SensitivityError(f"nothing is known of the factors of {task}; give Factor objects") from None


def _usual_method(factors: Sequence[Factor]) -> str:
    groups = len(groups_of(factors))
    return "morris" if groups > MANY else "sobol" if groups > 1 else "rbd_fast"


def _outputs(wanted: Sequence[str], method: str, task: str) -> tuple[str, ...]:
    if wanted or task != SIMULATION:
        return tuple(wanted)
    return tuple(name for name in OUTPUTS if "@" not in name or method not in _NOT_TIMED)


def study_title(titles: Sequence[str]) -> str:
    """What a study of these plans is called where nobody says."""
    if len(titles) == 1:
        return f"What it depends on: {titles[0]}"
    return f"What decides between {titles[0]} and {' and '.join(titles[1:])}"


__all__ = [
    "METHODS", "Finished", "StudyPlan", "analyse_study", "carry_out", "outcomes_of_sweep", "plan_study", "sensitivity",
    "study_title",
]  # fmt: skip
