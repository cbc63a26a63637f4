"""What others can hear and see of a person: written once a step, before anybody moves, and all that others read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.theory.channels import N_CONDUCT, N_LAYERS, TOPICS

if TYPE_CHECKING:
    from sim.model.agents import Person


class Presence:
    """How a person comes across in this step.

    Attributes:
        person: whose it is; absent: whether nobody is there.
        practised: whether the person practised when the step began; usual_chance: of practising.
        voice, safety: levels in log-odds, as expressed; skills: by topic.
        shares, usually_shares: propensity to share what one knows, now and usually, 0 for one who does not practise;
            offers: the one less the other.
        leads: whether conduct reaches others: `conduct` by behaviour, what it radiates by layer (`radiated`), what is
            lived of it on the reporting line (`example`), and what it makes others feel, by layer (`makes_felt`,
            channels and their levels).
    """

    __slots__ = (
        "absent", "conduct", "example", "leads", "makes_felt", "offers", "person", "practised", "radiated", "safety", "shares",
        "skills", "usual_chance", "usually_shares", "voice",
    )  # fmt: skip

    def __init__(self, person: Person) -> None:
        self.person = person
        self.absent = self.practised = self.leads = False
        self.voice = self.safety = self.shares = self.usually_shares = self.offers = self.usual_chance = 0.0
        self.skills = [0.0] * TOPICS
        self.conduct = [0.0] * N_CONDUCT
        self.radiated = [0.0] * N_LAYERS
        self.example = 0.0
        self.makes_felt: list[tuple[list[int], list[float]]] = [([], []) for _ in range(N_LAYERS)]
