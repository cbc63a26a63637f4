"""How much each structural assumption matters: the model with one structure the other way round, beside the model as it is.

The outcomes, the organisation, the plan and the ranges are those of the study of impact (`scenarios/studies/impact.toml`), so
the sizes compare with those of parameters in `data/impact.csv`: at every draw of its parameters both structures are run with
the same luck, and the effect is the root mean square over draws of the paired difference, the luck of the runs taken out.
What no scenario can say is run agent by agent (`rival_agents`), by months and with fewer draws.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.behaviours.catalogue import matrices
from sim.engine.blueprint import Blueprint, blueprint
from sim.engine.run import run
from sim.engine.stationary import offset_near, with_parameters
from sim.experiments.design import parameter_draws
from sim.experiments.outcomes import outcomes
from sim.scenario import library, load, resolve
from sim.scenario.resolved import Resolved
from sim.validation.impact import OUTPUTS, colour
from sim.validation.structures import BY_AGENTS, Structure, structures

Floats = npt.NDArray[np.float64]
Told = Callable[[int, int, str], None]

COMMAND: Final = "python -m sim.validation structures"
STUDY: Final = "impact"  # whose organisation, plan and ranges these are
SEED: Final = 20_261_101  # luck of the runs; 1 of the draws
DRAWS, REPLICATES = 48, 3
AGENT_DRAWS: Final = 24
_COARSE: Final = 12  # steps a year of what is run agent by agent
_FITS: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "fits_everywhere": lambda fit: np.ones_like(fit),
    "practised_everywhere": lambda fit: fit,
}


@dataclass(frozen=True, slots=True)
class Effect:
    """How far outcomes move when a structure is the other way round: root mean squares over draws, in points of a share.

    Attributes:
        structure: its name; share, skill: of staff practising, of mean skill.
        means: mean of the paired differences, as `share` and `skill`; draws: how many.
    """

    structure: str
    share: float
    skill: float
    means: tuple[float, float]
    draws: int


def measure(
    wanted: Sequence[Structure] | None = None,
    *,
    draws: int = DRAWS,
    agent_draws: int = AGENT_DRAWS,
    replicates: int = REPLICATES,
    people: int | None = None,
    told: Told | None = None,
) -> list[Effect]:
    """Run structures beside the model as it is.

    Args:
        wanted: all if left out.
        draws: of the parameters; agent_draws: of them, for what is run agent by agent.
        replicates: runs a draw, 2 or more, so that their luck can be taken out.
        people: staff, instead of the study's.
        told: called with draws done, draws in all and the name of a structure.
    """
    if min(draws, agent_draws) < 1 or replicates < 2:
        raise ValueError(
            f"{draws} and {agent_draws} draws of {replicates} runs: give 1 draw or more, and 2 runs or more"
        )
    chosen = list(structures().values()) if wanted is None else list(wanted)
    say = told or (lambda done, total, name: None)
    plain, rivals, points = _study(chosen, max(draws, agent_draws), people)
    found: dict[str, list[Floats]] = {one.name: [] for one in chosen}
    for number, point in enumerate(points):
        usual = with_parameters(plain, point)
        offset = offset_near(usual, 0.0).value
        beside = {
            steps: _ends(replace(usual, steps_per_year=steps), offset, replicates) for steps in (52, _COARSE)
        }
        for one in chosen:
            by_agents = one.change in BY_AGENTS
            if number < (agent_draws if by_agents else draws):
                say(number, len(points), one.name)
                other = with_parameters(rivals[one.name], {**point, **one.parameters})
                ends = _rival_ends(one, other, offset, replicates)
                found[one.name].append(ends - beside[_COARSE if by_agents else 52])
    say(len(points), len(points), "done")
    effects = [_effect(name, np.array(rows)) for name, rows in found.items()]
    return sorted(effects, key=lambda one: -max(one.share, one.skill))


def _study(
    chosen: Sequence[Structure], draws: int, people: int | None
) -> tuple[Resolved, dict[str, Resolved], list[dict[str, float]]]:
    """The study's plan as it is and under each structure, and draws of the study's parameters over their ranges."""
    study = tomllib.loads((library.folder() / "studies" / f"{STUDY}.toml").read_text("utf-8"))
    changes = [*study["set"], *([] if people is None else [f"organization.people={people}"])]
    names = sorted(study["factors"][0]["choose"])
    points = parameter_draws(names, draws, seed=int(study["seed"]))
    plain = resolve(load(study["scenario"], overrides=changes))
    rivals = {
        one.name: resolve(load(study["scenario"], overrides=[*changes, *one.set])) if one.set else plain
        for one in chosen
    }
    return plain, rivals, [dict(zip(names, row.tolist(), strict=True)) for row in points]


def _rival_ends(one: Structure, other: Resolved, offset: float, replicates: int) -> Floats:
    """Share and mean skill at the end under another structure, shape (replicates, 2)."""
    if one.change in BY_AGENTS:
        return _agent_ends(one.change, replace(other, steps_per_year=_COARSE), offset, replicates)
    if one.change:
        plan = blueprint(other)
        return _ends(replace(plan, fit=_FITS[one.change](matrices().fit)), offset, replicates)
    # Whatever acts at business as usual needs an offset of its own; what does not finds the same one, having the same luck.
    return _ends(other, offset_near(other, 0.0).value, replicates)


def _ends(plan: Blueprint | Resolved, offset: float, replicates: int) -> Floats:
    made = plan if isinstance(plan, Blueprint) else blueprint(plan)
    rows = []
    for replicate in range(replicates):
        record = run(made, seed=SEED, replicate=replicate, alpha_offset=offset)
        ends = outcomes(record, made.resolved)
        rows.append([float(ends[name] or 0.0) for name in OUTPUTS])
    return np.array(rows)


def _agent_ends(change: str, resolved: Resolved, offset: float, replicates: int) -> Floats:
    from sim.validation.rival_agents import RIVALS

    rows = []
    for replicate in range(replicates):
        model = RIVALS[change](resolved, offset, SEED, replicate)
        model.run_model()
        rows.append([model.share_now, model.mean_skill])
    return np.array(rows)


def _effect(name: str, differences: Floats) -> Effect:
    """From paired differences, shape (draws, replicates, outcomes)."""
    mean = differences.mean(axis=1)
    luck = differences.var(axis=1, ddof=1) / differences.shape[1]
    share, skill = np.sqrt(np.maximum((mean**2 - luck).mean(axis=0), 0.0)).tolist()
    means = mean.mean(axis=0).tolist()
    return Effect(name, share, skill, (means[0], means[1]), len(differences))


def table(effects: Sequence[Effect]) -> str:
    """The text of `data/impact_structures.csv`: structure, impact, share, skill, means, draws, measured_by."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(
        ["structure", "impact", "share", "skill", "mean_share", "mean_skill", "draws", "measured_by"]
    )
    for one in effects:
        numbers = [
            f"{round(value, 3) + 0.0:.3f}" for value in (one.share, one.skill, *one.means)
        ]  # never -0.000
        rows.writerow([one.structure, colour(max(one.share, one.skill)), *numbers, one.draws, COMMAND])
    return text.getvalue()
