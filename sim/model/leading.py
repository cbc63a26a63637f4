"""What leaders do: conduct that is taken up, imitated and rewarded, and what it makes others feel."""

from __future__ import annotations

from sim.model.traits import Traits
from sim.theory.channels import AUTHORITY, N_CHANNELS, N_CONDUCT, N_LAYERS
from sim.theory.enthusiasm import radiated
from sim.theory.leadership import conduct_target, overload
from sim.theory.scales import relaxed


class Leading(Traits):
    """A seat that may lead others."""

    def conduct(self) -> list[float]:
        """How this leader behaves in this step: departures from own usual conduct, log-odds, by `CONDUCT`.

        The place to give leaders conduct of their own: what is returned is what hearers feel and reports imitate.
        """
        return self.z

    def radiate(self) -> None:
        """Schedule step 4: what the conduct of this step radiates and makes others feel, layer by layer."""
        p = self.model.p
        seen = self.presence
        z = seen.conduct = self.conduct()
        for layer in range(N_LAYERS):
            say = do = 0.0
            felt = self.felt_usual.copy() if layer == AUTHORITY else [0.0] * N_CHANNELS
            for m, fit, says, does, emits in self.model.repertoire[layer]:
                flow = fit * z[m]
                if flow != 0.0:
                    say += says * flow
                    do += does * flow
                    for channel, size in emits:
                        felt[channel] += size * flow
            seen.radiated[layer] = radiated(0.0, say, do, p.say_weight, p.do_weight, p.hypocrisy)
            if layer == AUTHORITY:
                seen.example = do
            channels = [channel for channel, level in enumerate(felt) if level != 0.0]
            seen.makes_felt[layer] = channels, [felt[channel] for channel in channels]

    def lead(self) -> None:
        """Schedule step 5: take up what is pushed, imitate the own leader, keep up what reports reward."""
        model = self.model
        if self.vacant:
            self.z_next = [0.0] * N_CONDUCT
            return
        p, pace = model.p, model.rhythm
        felt = self.felt_conduct()
        self.z_next = [
            relaxed(
                self.z[m],
                conduct_target(
                    self.push[m], felt[m], sign * self.experience, self.openness, p.imitation, p.encouragement, pace.lifetime
                ),
                pace.conduct,
            )
            for m, sign in enumerate(model.rewarded)
        ]  # fmt: skip
        self.overload = overload(self.hours, p.leader_hours)

    def felt_conduct(self) -> list[float]:
        """The own leader's conduct beyond what one is used to, by behaviour; none where nobody leads one."""
        boss = self.manager
        if boss is None or not boss.leads or boss.vacant:
            return [0.0] * N_CONDUCT
        return [
            usual + shown - used_to
            for usual, shown, used_to in zip(boss.usual_conduct, boss.presence.conduct, self.usual_boss)
        ]

    def take_up(self) -> None:
        """Schedule step 5, once every leader has decided: the new conduct holds."""
        self.z = self.z_next
