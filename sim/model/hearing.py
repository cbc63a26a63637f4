"""What people hear, see and feel over their ties; everything reads what others expressed before anybody moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.leading import Leading
from sim.theory.channels import AUTHORITY, MUTUAL, PEERS, RIPPLES, TOPICS
from sim.theory.enthusiasm import negativity
from sim.theory.skill import novelty, pull, sharing

if TYPE_CHECKING:
    from sim.model.presence import Presence


class Impressions:
    """What one person takes in during a step.

    Attributes:
        felt: departures by channel.
        heard: what relationships radiate beyond the usual, weighted; weight: of the relationships there are.
        practising, contacts: weight of contacts who practise, and of all.
        team_safety: of team mates, beyond the usual; example: do-behaviour of leaders, as seen.
        novelty, joint: what joint work has to teach, and what it teaches beyond the usual.
        reports: share of joint work with those who practise, beyond the own usual.
        pulls: upward pull of better skilled peers who share, by topic.
    """

    __slots__ = (
        "contacts", "example", "felt", "heard", "joint", "novelty", "practising", "pulls", "reports", "team_safety",
        "weight",
    )  # fmt: skip

    def __init__(self, felt: list[float]) -> None:
        self.felt = felt
        self.heard = self.weight = self.practising = self.contacts = 0.0
        self.team_safety = self.example = self.novelty = self.joint = self.reports = 0.0
        self.pulls = [0.0] * TOPICS


class Hearing(Leading):
    """A seat whose person is heard and hears."""

    def express(self) -> None:
        """Schedule step 4: what can be heard and seen of this person in this step."""
        seen = self.presence
        seen.absent, seen.practised = self.vacant, self.practising
        if self.vacant:
            return
        seen.voice = self.usual_enthusiasm + self.expressiveness * self.enthusiasm
        seen.safety = self.usual_safety + self.safety
        seen.skills = [stock + gain for stock, gain in zip(self.stock, self.gain)]
        seen.shares = self.share() if self.practising else 0.0
        seen.usual_chance = self.usual_chance
        seen.usually_shares = self.usual_chance * self.model.rhythm.share_usual
        seen.offers = seen.shares - seen.usually_shares

    def share(self) -> float:
        """Propensity to share what one knows, in (0, 1)."""
        p = self.model.p
        return sharing(
            self.safety, self.mindset, self.recognition_felt, self.occasions_felt,
            p.share_base, p.share_safety, p.share_mindset, p.share_recognition, p.share_occasions,
        )  # fmt: skip

    def hear(self) -> Impressions:
        """Schedule step 6a: take in what the four relationships carry, and what the plan brings."""
        got = Impressions(self.surroundings.copy())
        self.hear_leaders(got)
        self.hear_peers(got)
        self.hear_in_joint_work(got)
        self.hear_ripples(got)
        if got.weight > 0.0:
            got.heard /= got.weight
        mixing = self.model.p.mixing
        got.practising += mixing * self.model.share_practising
        got.contacts += mixing
        return got

    def hear_leaders(self, got: Impressions) -> None:
        """The reporting line: levels of conduct are felt against what one is used to, so a new boss matters."""
        if not self.pool[AUTHORITY]:
            return
        total, voice, _, leaders = self.listen(AUTHORITY, got)
        if total > 0.0:
            got.example = sum([weight * leader.example for leader, weight in leaders]) / total
            got.felt = [brought - usual for brought, usual in zip(self.surroundings, self.used_to_felt)]
            self.feel_conduct(AUTHORITY, leaders, total, got)
            beyond = self.model.p.visibility_authority * (voice / total - self.used_to[AUTHORITY])
            self.take_in(AUTHORITY, beyond, got)

    def hear_peers(self, got: Impressions) -> None:
        """Peers: mood, the safety of the team, and the pull of those who know more and share it."""
        if not self.pool[PEERS]:
            return
        total = voice = lit = safety = 0.0
        leaders: list[tuple[Presence, float]] = []
        first, second, third, fourth = self.presence.skills
        one = two = three = four = 0.0
        circle = self.contacts[PEERS]
        for peer, weight in zip(circle.seen, circle.often):  # most contacts are peers: all in one go
            if peer.absent:
                continue
            total += weight
            voice += weight * peer.voice
            safety += weight * peer.safety
            if peer.leads:
                voice += weight * peer.radiated[PEERS]
                leaders.append((peer, weight))
            if peer.practised:
                lit += weight
            shared = weight * peer.offers
            a, b, c, d = peer.skills
            if a > first:  # nobody is pulled down, so ask only where the peer knows more
                one += shared * pull(first, a)
            if b > second:
                two += shared * pull(second, b)
            if c > third:
                three += shared * pull(third, c)
            if d > fourth:
                four += shared * pull(fourth, d)
        self.count(PEERS, total, lit, got)
        if total > 0.0:
            self.feel_conduct(PEERS, leaders, total, got)
            got.team_safety = safety / total - self.used_to_safety
            got.pulls = [one / total, two / total, three / total, four / total]
            self.take_in(PEERS, voice / total - self.used_to[PEERS], got)

    def hear_in_joint_work(self, got: Impressions) -> None:
        """Joint work teaches both ends most at a middle distance of what they know; reports reward their leader."""
        if not self.pool[MUTUAL]:
            return
        total, voice, lit, leaders = self.listen(MUTUAL, got)
        if total == 0.0:
            return
        self.feel_conduct(MUTUAL, leaders, total, got)
        best = self.model.p.novelty_best
        first, second, third, fourth = self.presence.skills
        practised, usual = self.presence.practised, self.usual_chance
        circle = self.contacts[MUTUAL]
        for other, weight in zip(circle.seen, circle.often):
            if other.absent:
                continue
            one, two, three, four = other.skills
            distance = abs(first - one) + abs(second - two) + abs(third - three) + abs(fourth - four)
            fresh = weight * novelty(distance / TOPICS, best)
            if fresh != 0.0:
                together = 1.0 if practised and other.practised else 0.0
                got.novelty += fresh
                got.joint += fresh * (together - usual * other.usual_chance)
        got.novelty /= total
        got.joint /= total
        got.reports = lit / total - usual
        self.take_in(MUTUAL, voice / total - self.used_to[MUTUAL], got)

    def hear_ripples(self, got: Impressions) -> None:
        """Weak and indirect ties, and what executives broadcast to everybody."""
        model = self.model
        broadcast = model.p.broadcast if model.executives_there else 0.0
        if not self.pool[RIPPLES] and broadcast == 0.0:
            return
        total = voice = 0.0
        leaders: list[tuple[Presence, float]] = []
        if self.contacts[RIPPLES]:
            total, voice, _, leaders = self.listen(RIPPLES, got)
        else:
            got.weight += model.layer_weights[RIPPLES]
        if leaders:
            self.feel_conduct(RIPPLES, leaders, total, got)
        total += broadcast
        if total > 0.0:
            voice += broadcast * model.broadcast_voice
            beyond = model.p.visibility_ripples * (voice / total - self.used_to[RIPPLES])
            self.take_in(RIPPLES, beyond, got)

    def listen(
        self, layer: int, got: Impressions
    ) -> tuple[float, float, float, list[tuple[Presence, float]]]:
        """Over the contacts who are there: their weight, weighted voices, weight of practisers, and leaders."""
        total = voice = lit = 0.0
        leaders: list[tuple[Presence, float]] = []
        circle = self.contacts[layer]
        for other, weight in zip(circle.seen, circle.often):
            if other.absent:
                continue
            total += weight
            voice += weight * other.voice
            if other.leads:
                voice += weight * other.radiated[layer]
                leaders.append((other, weight))
            if other.practised:
                lit += weight
        self.count(layer, total, lit, got)
        return total, voice, lit, leaders

    def count(self, layer: int, total: float, lit: float, got: Impressions) -> None:
        """Count contacts, and those of them who practise, with the weight of their relationship."""
        ripple = self.model.layer_weights[layer]
        got.weight += ripple
        got.practising += ripple * lit
        got.contacts += ripple * total

    def feel_conduct(
        self, layer: int, leaders: list[tuple[Presence, float]], total: float, got: Impressions
    ) -> None:
        """What leaders among the contacts of a layer make one feel, each by the share of contact."""
        felt = got.felt
        for leader, weight in leaders:
            share = weight / total
            channels, levels = leader.makes_felt[layer]
            for channel, level in zip(channels, levels):
                felt[channel] += share * level

    def take_in(self, layer: int, beyond: float, got: Impressions) -> None:
        """Add what a relationship radiates beyond the usual."""
        got.heard += self.model.layer_weights[layer] * negativity(beyond, self.model.p.negativity)
