"""What people hear, see and feel over their ties; everything reads what others expressed before anybody moved."""

from __future__ import annotations

from sim.model.leading import Leading
from sim.theory.channels import AUTHORITY, MUTUAL, PEERS, RIPPLES, TOPICS
from sim.theory.enthusiasm import negativity
from sim.theory.skill import sharing


class Impressions:
    """What one person takes in during a step.

    Attributes:
        practised: 1.0 if one practised when the step began, else 0.0.
        felt: departures by channel.
        heard: what relationships radiate beyond the usual, weighted; weight: of the relationships there are.
        practising, contacts: weight of contacts who practise, and of all.
        team_safety: of team mates, beyond the usual; example: do-behaviour of leaders, as seen.
        novelty, joint: what joint work has to teach, and what it teaches beyond the usual.
        reports: share of joint work with those who practise, beyond the own usual.
        pulls: upward pull of better skilled peers who share, by topic.
    """

    __slots__ = (
        "contacts", "example", "felt", "heard", "joint", "novelty", "practised", "practising", "pulls", "reports",
        "team_safety", "weight",
    )  # fmt: skip

    def __init__(self, felt: list[float], practised: float) -> None:
        self.felt, self.practised = felt, practised
        self.heard = self.weight = self.practising = self.contacts = 0.0
        self.team_safety = self.example = self.novelty = self.joint = self.reports = 0.0
        self.pulls = [0.0] * TOPICS


class Hearing(Leading):
    """A seat whose person is heard and hears."""

    def express(self) -> None:
        """Schedule step 4: what can be heard and seen of this person in this step."""
        if self.vacant:
            return
        practised, shares = 0.0, 0.0
        if self.practising:
            practised, shares = 1.0, self.share()
        one, two, three, four = self.stock
        a, b, c, d = self.gain
        self.shown = (
            1.0, practised, self.usual_enthusiasm + self.expressiveness * self.enthusiasm,
            self.usual_safety + self.safety, shares - self.usual_chance * self.model.rhythm.share_usual, shares,
            self.usual_chance, one + a, two + b, three + c, four + d,
        )  # fmt: skip

    def share(self) -> float:
        """Propensity to share what one knows, in (0, 1)."""
        p = self.model.p
        return sharing(
            self.safety, self.mindset, self.recognition_felt, self.occasions_felt,
            p.share_base, p.share_safety, p.share_mindset, p.share_recognition, p.share_occasions,
        )  # fmt: skip

    def hear(self) -> Impressions:
        """Schedule step 6a: take in what the four relationships carry, and what the plan brings."""
        model, number = self.model, self.number
        grapevine = model.grapevine
        felt = self.surroundings + grapevine.conduct[number]
        if grapevine.ties[AUTHORITY].present[number] > 0.0:
            felt -= self.used_to_felt  # levels are felt against what one is used to, so a new boss matters
        got = Impressions(felt.tolist(), 1.0 if self.practising else 0.0)
        self.hear_leaders(got)
        self.hear_peers(got)
        self.hear_in_joint_work(got)
        self.hear_ripples(got)
        if got.weight > 0.0:
            got.heard /= got.weight
        mixing = model.p.mixing
        got.practising += mixing * model.share_practising
        got.contacts += mixing
        return got

    def hear_leaders(self, got: Impressions) -> None:
        """The reporting line, and the example that is lived there."""
        if not self.pool[AUTHORITY]:
            return
        grapevine, number = self.model.grapevine, self.number
        ties, beyond = grapevine.ties[AUTHORITY], 0.0
        total = ties.present[number]
        if total > 0.0:
            got.example = grapevine.example[number] / total
            beyond = self.model.p.visibility_authority * (
                ties.voices[number] / total - self.used_to[AUTHORITY]
            )
        self.take_in(AUTHORITY, beyond, got)

    def hear_peers(self, got: Impressions) -> None:
        """Peers: mood, the safety of the team, and the pull of those who know more and share it."""
        if not self.pool[PEERS]:
            return
        grapevine, number = self.model.grapevine, self.number
        ties, beyond = grapevine.ties[PEERS], 0.0
        total = ties.present[number]
        if total > 0.0:
            got.team_safety = ties.safety[number] / total - self.used_to_safety
            got.pulls = [pull[number] / total for pull in grapevine.pulls]
            beyond = ties.voices[number] / total - self.used_to[PEERS]
        self.take_in(PEERS, beyond, got)

    def hear_in_joint_work(self, got: Impressions) -> None:
        """Joint work teaches both ends most at a middle distance of what they know; reports reward their leader."""
        if not self.pool[MUTUAL]:
            return
        grapevine, number = self.model.grapevine, self.number
        ties, beyond = grapevine.ties[MUTUAL], 0.0
        total = ties.present[number]
        if total > 0.0:
            got.novelty, got.joint = grapevine.novelty[number] / total, grapevine.joint[number] / total
            got.reports = ties.practising[number] / total - self.usual_chance
            beyond = ties.voices[number] / total - self.used_to[MUTUAL]
        self.take_in(MUTUAL, beyond, got)

    def hear_ripples(self, got: Impressions) -> None:
        """Weak and indirect ties, and what executives broadcast to everybody."""
        model, number = self.model, self.number
        broadcast = model.p.broadcast if model.executives_there else 0.0
        if not self.pool[RIPPLES] and broadcast == 0.0:
            return
        ties, beyond = model.grapevine.ties[RIPPLES], 0.0
        total = ties.present[number] + broadcast
        if total > 0.0:
            voice = (ties.voices[number] + broadcast * model.broadcast_voice) / total
            beyond = model.p.visibility_ripples * (voice - self.used_to[RIPPLES])
        self.take_in(RIPPLES, beyond, got)

    def take_in(self, layer: int, beyond: float, got: Impressions) -> None:
        """Add a relationship by its weight: contacts, those who practise, and what they radiate beyond the usual."""
        ripple, ties = self.model.layer_weights[layer], self.model.grapevine.ties[layer]
        got.weight += ripple
        got.contacts += ripple * ties.present[self.number]
        got.practising += ripple * ties.practising[self.number]
        got.heard += ripple * negativity(beyond, self.model.p.negativity)
