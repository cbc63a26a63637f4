"""What the coming waves will show, and whether the data can tell plans apart.

A regression taught by half of the bank says what comes after a survey like this one; its errors at the posterior's
points, which lie in the other half, say how wrong that may be: not knowing the parameters, luck, and the noise of
asking again.  No new run is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.organization.luck import Luck
from sim.pulse.asking import noise_sd
from sim.pulse.bank import Bank
from sim.pulse.errors import PulseError
from sim.pulse.fitting import LEVEL, Learnt, Posterior, weighted_quantiles
from sim.pulse.learning import learn
from sim.pulse.survey import ITEMS, QUARTER, SHARE, Survey

Floats = npt.NDArray[np.float64]

WHOLE: Final = "all teams"
WORTH: Final = 0.02  # of the share practising: less than two points is no difference that matters
_ENDS: Final = ((1.0 - LEVEL) / 2.0, 0.5, (1.0 + LEVEL) / 2.0)


@dataclass(frozen=True, slots=True)
class Told:
    """Whether the data can tell two plans apart.

    Attributes:
        plan, other: names.
        quarter: when the share practising is compared.
        low, median, high: plan less other, 90 % interval over the posterior and luck.
        better: chance that `plan` has the larger share; ties count half.
        verdict: "plan", "other", "alike" (certainly less than two points) or "open".
    """

    plan: str
    other: str
    quarter: int
    low: float
    median: float
    high: float
    better: float
    verdict: str

    @property
    def sentence(self) -> str:
        """For people."""
        gap = f"{100 * self.low:+.0f} to {100 * self.high:+.0f} points".replace("-", "−")
        when = f"after {self.quarter * QUARTER:g} years"
        if self.verdict == "open":
            return (
                f"The data cannot tell “{self.plan}” and “{self.other}” apart: the difference of the share practising "
                f"{when} may be {gap}."
            )
        if self.verdict == "alike":
            return (
                f"“{self.plan}” and “{self.other}” cannot be told apart: the difference of the share practising {when} "
                f"is less than {100 * WORTH:g} points ({gap})."
            )
        first, second = (self.plan, self.other) if self.verdict == "plan" else (self.other, self.plan)
        return f"“{first}” does better than “{second}”: {gap} for “{self.plan}” {when}."


class Forecaster:
    """Bands for coming waves of the surveyed plan, for any survey of one layout.

    Args:
        learnt: see `fitting`.
        waves: which; all that come after the layout's last where not given.
        seed: of who answers.
    """

    def __init__(self, learnt: Learnt, *, waves: Sequence[int] | None = None, seed: int = 1) -> None:
        layout = learnt.layout
        after = range(layout.waves[-1] + 1, learnt.bank.quarters + 1)
        self.waves, self.learnt = list(after) if waves is None else list(waves), learnt
        names = product(self.waves, (*layout.teams, WHOLE), layout.items)
        self.names = pd.DataFrame(names, columns=["wave", "team", "item"])
        self.names.insert(1, "years", self.names["wave"] * QUARTER)
        if self.waves:
            shown = _coming_answers(learnt, self.waves, seed)
            flat = shown.reshape(len(shown), -1)
            self._after = _After(learnt, flat - self._begin(learnt.seen))

    def __call__(self, posterior: Posterior, values: Floats) -> pd.DataFrame:
        """A row a coming wave, team (and `WHOLE`) and item: wave, years, team, item, low, median, high.

        Bands are 90 % for what the survey will show, with as many answers as last time.

        Args:
            posterior: of the survey; values: its means, shape (waves, teams, items).
        """
        if not self.waves:
            return self.names.assign(low=[], median=[], high=[])
        drawn = self._after.draws(posterior, values) + self._begin(values[None])
        bands = np.stack([weighted_quantiles(one, posterior.weights, _ENDS) for one in drawn.T], axis=1)
        low, median, high = np.clip(bands, 0.0, 1.0)
        return self.names.assign(low=low, median=median, high=high)

    def _begin(self, seen: Floats) -> Floats:
        """Where scores stand, so that their changes alone are learnt; a share has a zero of its own; shape (surveys, targets)."""
        layout = self.learnt.layout
        last = _last(seen)
        if SHARE in layout.items:
            last[..., layout.items.index(SHARE)] = 0.0
        asked = last_asked(layout)
        whole = np.einsum("pti,t->pi", last, asked / asked.sum())
        one = np.concatenate([last, whole[:, None]], axis=1).reshape(len(seen), -1)
        return np.tile(one, (1, len(self.waves)))


class _After:
    """Targets that come after a survey, as learnt from half of the bank.

    Args:
        targets: by point used, shape (points, targets).
    """

    def __init__(self, learnt: Learnt, targets: Floats) -> None:
        self.learnt, half = learnt, learnt.half
        x = self._seen(learnt.x, learnt.seen)
        self._teach = learn(x[:half], targets[:half])
        self._wrong = targets[half:] - self._teach(x[half:])

    def draws(self, posterior: Posterior, values: Floats) -> Floats:
        """The posterior's sample, shape (sample, targets): what is expected, plus the errors made nearby."""
        expected = self._teach(self._seen(self.learnt.read(values[None]), values[None]))
        found: Floats = expected + self._wrong[np.searchsorted(self.learnt.reference, posterior.near)]
        return found

    def _seen(self, x: Floats, seen: Floats) -> Floats:
        """Summaries, and the share practising that each team last told (0 where it never did)."""
        items = self.learnt.layout.items
        return np.concatenate([x, _last(seen)[..., items.index(SHARE)]], axis=1) if SHARE in items else x


def tell_apart(
    learnt: Learnt,
    posterior: Posterior,
    plan: str,
    other: str,
    *,
    quarter: int | None = None,
    values: Floats | None = None,
) -> Told:
    """Compare two plans of the bank for the organisation that answered.

    Args:
        quarter: when; the last that is simulated where not given.

    Raises:
        PulseError: the bank does not hold a plan or quarter.
    """
    bank = learnt.bank
    when = bank.quarters if quarter is None else quarter
    if not 0 <= when <= bank.quarters:
        raise PulseError(f"quarter {when} is not simulated; give 0 to {bank.quarters}")
    gap = bank.whole(bank.plan(plan))[:, when] - bank.whole(bank.plan(other))[:, when]
    chosen = np.concatenate([learnt.learning, learnt.reference])
    after = _After(learnt, gap[chosen][:, None])
    drawn = after.draws(posterior, learnt.layout.values if values is None else values)[:, 0]
    low, median, high = weighted_quantiles(drawn, posterior.weights, _ENDS)
    better = float(posterior.weights @ ((drawn > 1e-9) + 0.5 * (np.abs(drawn) <= 1e-9)))
    verdict = "open"
    if low > -WORTH and high < WORTH:
        verdict = "alike"
    elif low > 0.0:
        verdict = "plan"
    elif high < 0.0:
        verdict = "other"
    return Told(plan, other, when, float(low), float(median), float(high), better, verdict)


def same_past(bank: Bank, plan: str, other: str, wave: int) -> bool:
    """Whether two plans have done the same up to a wave: else one of them is not what the organisation did."""
    a, b = bank.values[bank.plan(plan)], bank.values[bank.plan(other)]
    return bool(np.allclose(a[:, : wave + 1], b[:, : wave + 1], atol=1e-12))


def last_asked(layout: Survey) -> Floats:
    """Answers of each team when it last answered, 0 where it never did, shape (teams,)."""
    return np.array([column[column > 0][-1] if (column > 0).any() else 0.0 for column in layout.asked.T])


def _coming_answers(learnt: Learnt, coming: list[int], seed: int) -> Floats:
    """What surveys would show at coming waves, teams and then the whole, shape (points, waves, teams + 1, items)."""
    bank, layout = learnt.bank, learnt.layout
    chosen = np.concatenate([learnt.learning, learnt.reference])
    teams = [bank.teams.index(name) for name in layout.teams]
    items = [ITEMS.index(name) for name in layout.items]
    true = bank.values[0][chosen][:, coming][:, :, teams][..., items]
    last = last_asked(layout)
    sd = noise_sd(true, np.tile(last, (len(coming), 1)), learnt.seats, layout.items)
    noise = Luck(seed, "pulse coming answers").normal(true.size).reshape(true.shape)
    shown = np.clip(true + sd * noise, 0.0, 1.0)
    whole = np.einsum("pwti,t->pwi", shown, last / last.sum())
    return np.concatenate([shown, whole[:, :, None]], axis=2)


def _last(seen: Floats) -> Floats:
    """What each team last answered, 0 where it never did, shape (surveys, teams, items)."""
    last = np.nan_to_num(seen[:, 0])
    for k in range(1, seen.shape[1]):
        last = np.where(np.isnan(seen[:, k]), last, seen[:, k])
    return last
