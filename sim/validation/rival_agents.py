"""Two structures that no scenario can say, agent by agent: hazards that add, and felt effects spread evenly.

They are built as anybody would build a rival (`docs/extending.md`): a subclass of the agents, a subclass of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.engine.layout import ADOPT, LAPSE, SPONTANEOUS
from sim.model import Impressions, LearningCultureModel, Person
from sim.model.agents import KINDS
from sim.model.repertoire import N_FLOW, SAY
from sim.scenario.resolved import Resolved
from sim.theory.channels import FORMAL, LEVELS, N_LAYERS, PRESSURE
from sim.theory.practice import habit_step
from sim.theory.scales import happens

Floats = npt.NDArray[np.float64]


class _Additive(Person):
    """Readiness adds to the hazards instead of multiplying them (Aalen 1989), alike to first order at business as usual.

    λ_adopt = α + β C + trying-out + λ_a s c and λ_lapse = λ_l (1 − κ (C − C̄) − (1 − s) c + g_P P), never below 0.
    """

    def practise(self, got: Impressions, company: float) -> None:
        p, dt = self.model.p, self.model.rhythm.dt
        if p.habit_hardening > 0.0:
            self.habit = habit_step(self.habit, got.practised, p.habit_hardening, dt)
        if got.practised and self.committed:
            return
        reinforcement = self.model.contagion.response(company, self.threshold, p.steepness)
        ready = self.readiness(got)
        if got.practised:
            better = p.protection * (reinforcement - self.usual_response) + (1.0 - p.adopt_share) * ready
            rate = (
                p.relaxation * (1.0 - self.usual_chance) * (1.0 - better + p.g_pressure * got.felt[PRESSURE])
            )
            if happens(self.luck[1], max(rate, 0.0) * dt):
                self.practising, self.spell = False, 0.0
                self.model.note(self, LAPSE)
            return
        usual = p.relaxation * self.usual_chance
        tried = p.g_try * max(got.felt[FORMAL], 0.0)
        rate = self.spontaneous + tried + usual * (p.contagion * reinforcement + p.adopt_share * ready)
        if happens(self.luck[1], max(rate, 0.0) * dt):
            self.practising, self.spell = True, 0.0
            self.model.note(self, ADOPT, -1, SPONTANEOUS)  # nobody asks here who lit whom


def _additive() -> dict[str, type[Person]]:
    return {
        LEVELS[level]: type(f"Additive{kind.__name__}", (_Additive, kind), {})
        for level, kind in KINDS.items()
    }


class _EvenChannels(LearningCultureModel):
    """What a behaviour or programme makes people feel is spread evenly over the channels it names."""

    def _lay_down(self, alpha_offset: float, contagion: str | None) -> None:
        super()._lay_down(alpha_offset, contagion)
        mine = self.repertoire
        flow = mine.flow.reshape(-1, N_LAYERS, N_FLOW).copy()
        flow[:, :, :SAY] = _evened(flow[:, :, :SAY])
        self.repertoire = replace(mine, flow=flow.reshape(mine.flow.shape), usual=_evened(mine.usual))


def _evened(sizes: Floats) -> Floats:
    """The same total size along the last axis, alike wherever it is not 0."""
    there = sizes != 0.0
    mean = np.abs(sizes).sum(axis=-1, keepdims=True) / np.maximum(there.sum(axis=-1, keepdims=True), 1)
    return np.asarray(np.where(there, np.sign(sizes) * mean, 0.0), dtype=np.float64)


def _with_even_programmes(resolved: Resolved) -> Resolved:
    even = []
    for item in resolved.programmes:
        sizes = _evened(np.array(list(item.direct.values()))) if item.direct else np.empty(0)
        even.append(replace(item, direct=dict(zip(item.direct, sizes.tolist(), strict=True))))
    return replace(resolved, programmes=tuple(even))


def additive_hazards(resolved: Resolved, offset: float, seed: int, replicate: int) -> LearningCultureModel:
    """Everybody's readiness adds to hazards."""
    return LearningCultureModel(
        resolved, rng=seed, replicate=replicate, alpha_offset=offset, agent_classes=_additive()
    )


def even_channels(resolved: Resolved, offset: float, seed: int, replicate: int) -> LearningCultureModel:
    """Felt effects spread evenly."""
    plan = _with_even_programmes(resolved)
    return _EvenChannels(plan, rng=seed, replicate=replicate, alpha_offset=offset)


Rival = Callable[[Resolved, float, int, int], LearningCultureModel]  # plan, offset, seed, replicate
RIVALS: Final[Mapping[str, Rival]] = {"additive_hazards": additive_hazards, "even_channels": even_channels}
