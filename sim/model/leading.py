"""What leaders do: conduct that is taken up, imitated and rewarded, and what it makes others feel."""

from __future__ import annotations

import numpy as np

from sim.model.repertoire import DO, N_FLOW, RADIATED, SAY, Vector
from sim.model.traits import Traits
from sim.theory.channels import AUTHORITY, N_CHANNELS, N_CONDUCT, N_LAYERS
from sim.theory.enthusiasm import radiated
from sim.theory.leadership import conduct_target, load_factor, overload
from sim.theory.scales import relaxed


class Leading(Traits):
    """A seat that may lead others."""

    def conduct(self) -> Vector:
        """How this leader behaves in this step: departures from own usual conduct, log-odds, by `CONDUCT`.

        The place to give leaders conduct of their own: what is returned is what hearers feel and reports imitate.
        """
        return self.z

    def radiate(self) -> None:
        """Schedule step 4: what the conduct of this step radiates and makes others feel, layer by layer."""
        p = self.model.p
        self.behaves = np.asarray(self.conduct(), dtype=np.float64)
        flow = (self.behaves @ self.model.repertoire.flow).reshape(N_LAYERS, N_FLOW)
        flow[AUTHORITY, :N_CHANNELS] += self.felt_usual  # direct hearers feel levels, the others departures
        said, done = flow[:, SAY].tolist(), flow[:, DO].tolist()
        flow[:, RADIATED] = [
            radiated(0.0, say, do, p.say_weight, p.do_weight, p.hypocrisy) for say, do in zip(said, done)
        ]
        self.radiates = flow

    def lead(self) -> None:
        """Schedule step 5: take up what is pushed, imitate the own leader, keep up what reports reward."""
        model = self.model
        if self.vacant:
            self.z_next = np.zeros(N_CONDUCT)
            return
        p, pace = model.p, model.rhythm
        reward = model.repertoire.rewarded * self.experience
        # every behaviour at once: the equations hold for arrays as for numbers
        pushed = load_factor(self.given_hours, p.leader_hours) * self.push
        target = conduct_target(
            pushed, np.asarray(self.felt_conduct()), reward, self.openness, p.imitation, p.encouragement, pace.lifetime  # type: ignore[arg-type]
        )  # fmt: skip
        self.z_next = relaxed(self.z, target, pace.conduct)  # type: ignore[arg-type, assignment]
        self.overload = overload(self.given_hours, p.leader_hours)

    @property
    def given_hours(self) -> float:
        """Hours a week that programmes take from this leader: what they ask of the seat; who pushes back gives none."""
        return self.hours if self.openness > 0.0 else 0.0

    def felt_conduct(self) -> Vector:
        """The own leader's conduct beyond what one is used to, by behaviour; none where nobody leads one."""
        boss = self.manager
        if boss is None or not boss.leads or boss.vacant:
            return np.zeros(N_CONDUCT)
        return boss.usual_conduct + boss.behaves - self.usual_boss

    def take_up(self) -> None:
        """Schedule step 5, once every leader has decided: the new conduct holds."""
        self.z = self.z_next
