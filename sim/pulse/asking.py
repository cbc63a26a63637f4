"""What a survey would show of simulated teams, and what is read from a survey.

Not everybody answers, and answers carry error: a team's mean of n answers differs from the simulated mean by sampling
(of a team of N seats, finite population correction 1 − n/N) and by error of measurement, at the reliability .7 that
the patterns of the model assume as well.  The simulated surveys have gaps where the real one has gaps.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sim.organization.luck import Luck
from sim.pulse.bank import Bank
from sim.pulse.errors import PulseError
from sim.pulse.survey import ITEMS, SHARE, Survey

Floats = npt.NDArray[np.float64]

RELIABILITY: Final = 0.7  # of one person's answer
# Spread between the people of a team, on 0–1: of levels spread by .6 log-odds around .5 to .6, and of skill.
SPREAD: Final = {"enthusiasm": 0.14, "safety": 0.14, "skill": 0.20}
_LEAST: Final = 0.25  # answers; keeps the logit of a share of 0 or 1 finite


def truth(survey: Survey, bank: Bank, plan: int = 0) -> Floats:
    """Simulated values at the waves, teams and items of a survey, shape (points, waves, teams, items).

    Raises:
        PulseError: a wave or team that the bank does not hold.
    """
    strange = [name for name in survey.teams if name not in bank.teams]
    if strange:
        raise PulseError(
            f"survey: team '{strange[0]}' is no department of '{bank.name}'; there are {', '.join(bank.teams)}"
        )
    if survey.waves[-1] > bank.quarters:
        raise PulseError(
            f"survey: wave {survey.waves[-1]} is after the end of '{bank.name}' (quarter {bank.quarters}); give the "
            "scenario a longer run"
        )
    teams = [bank.teams.index(name) for name in survey.teams]
    items = [ITEMS.index(name) for name in survey.items]
    found: Floats = bank.values[plan][:, list(survey.waves)][:, :, teams][..., items]
    return found


def seats(survey: Survey, bank: Bank) -> Floats:
    """Seats of the survey's teams, at least as many as ever answered, shape (teams,)."""
    there = np.array([bank.seats[bank.teams.index(name)] for name in survey.teams])
    most: Floats = np.maximum(there, survey.asked.max(axis=0))
    return most


def noise_sd(values: Floats, asked: Floats, of: Floats, items: tuple[str, ...]) -> Floats:
    """Standard deviation of a team's observed mean around its true one, shape of values.

    Args:
        values: true means, shape (..., waves, teams, items).
        asked: answers, shape (waves, teams); of: seats, shape (teams,).
    """
    n = np.maximum(asked, 1.0)
    left_out = np.clip(1.0 - n / of, 0.0, 1.0)
    variance = np.empty_like(values)
    for k, item in enumerate(items):
        own = values[..., k] * (1.0 - values[..., k]) if item == SHARE else SPREAD[item] ** 2
        variance[..., k] = own / n * (left_out + (1.0 - RELIABILITY) / RELIABILITY)
    return np.sqrt(variance)


def observed(values: Floats, survey: Survey, of: Floats, luck: Luck) -> Floats:
    """Surveys of simulated teams, with the answers and the gaps of a survey, shape (points, waves, teams, items)."""
    sd = noise_sd(values, survey.asked, of, survey.items)
    seen = np.clip(values + sd * luck.normal(values.size).reshape(values.shape), 0.0, 1.0)
    seen[:, np.isnan(survey.values)] = np.nan
    return seen


def summaries(values: Floats, asked: Floats, items: tuple[str, ...]) -> Floats:
    """What is read from surveys, shape (points, summaries).

    Of every item and wave after the first: the change of the mean over those who answered, and how differently teams
    changed; of the share practising also where it began (log-odds); of each pair of items, whether teams that moved
    on one moved on the other.  Scores are read as changes alone: where a questionnaire's zero lies does not matter.

    Args:
        values: means, NaN where there is none, shape (points, waves, teams, items); asked: shape (waves, teams).
        items: names.
    """
    weight = np.where(np.isnan(values), 0.0, asked[None, :, :, None])
    total = weight.sum(axis=2)
    clean = np.nan_to_num(values)
    mean = _over(clean * weight, weight, axis=2)
    found = []
    if SHARE in items:
        k = items.index(SHARE)
        least = _LEAST / np.maximum(total[..., k], 1.0)
        share = np.clip(mean[..., k], least, 1.0 - least)
        mean[..., k] = np.log(share / (1.0 - share)) / 4.0  # as steep as the share itself at one half
        found.append(mean[:, :1, k])
    change = mean[:, 1:] - mean[:, :1]
    change[(total[:, 1:] == 0) | (total[:, :1] == 0)] = 0.0  # without a first answer there is no change
    found.append(change.reshape(len(values), -1))
    both = weight[:, 1:] * (weight[:, :1] > 0)
    moved = (clean[:, 1:] - clean[:, :1]) * (both > 0)
    apart = (moved - _over(moved * both, both, axis=2)[:, :, None]) * (both > 0)
    found.append(np.sqrt(_over(apart**2 * both, both, axis=2)).reshape(len(values), -1))
    for a in range(len(items)):
        for b in range(a):
            together = apart[..., a] * apart[..., b]
            found.append(together.mean(axis=(1, 2))[:, None])
    return np.concatenate(found, axis=1)


def _over(sums: Floats, weights: Floats, *, axis: int) -> Floats:
    total = weights.sum(axis=axis)
    mean: Floats = sums.sum(axis=axis) / np.where(total > 0, total, 1.0)
    return mean
