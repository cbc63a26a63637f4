"""Can the truth be found again?  Surveys of simulated organisations whose parameters are known, calibrated like real ones.

The last points of the bank are surveyed and never learnt from; their parameters are draws from the prior.  A parameter
is called identifiable where its 90 % intervals cover as often as they say, the ranks of the truths are uniform
(Kolmogorov–Smirnov; Talts et al. 2018, arXiv:1804.06788), and the posterior is narrower than the prior.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.organization.luck import Luck
from sim.pulse.asking import observed, truth
from sim.pulse.bank import Bank
from sim.pulse.errors import PulseError
from sim.pulse.fitting import LEVEL, Learnt
from sim.pulse.forecasting import WHOLE, Forecaster, last_asked
from sim.pulse.survey import ITEMS, SHARE, Survey

Floats = npt.NDArray[np.float64]

REPETITIONS: Final = 200
FALSE_ALARM: Final = 0.001  # chance that a well calibrated parameter fails one of the two checks, each
NARROWER: Final = 0.2  # least shrinkage of the spread, averaged over repetitions


@dataclass(frozen=True, slots=True, eq=False)
class Recovery:
    """What came of it.

    Attributes:
        table: a row a parameter: covered (of `repetitions`), least and most that it may be, rank_p, shrinkage,
            correlation (of estimate and truth), verdict ("identifiable", "not identifiable", "MISCALIBRATED").
        ranks: posterior probability below the truth, shape (repetitions, parameters).
        truths, medians: quantiles of the prior, shape (repetitions, parameters).
        forecasts: share of the next wave's answers that lay in their 90 % band; teams and whole; NaN without a next.
        layout: what was asked.
    """

    table: pd.DataFrame
    ranks: Floats
    truths: Floats
    medians: Floats
    forecasts: tuple[float, float]
    layout: Survey

    @property
    def repetitions(self) -> int:
        """Number of surveys."""
        return len(self.ranks)

    @property
    def identified(self) -> tuple[str, ...]:
        """Names of the identifiable parameters."""
        return tuple(self.table.loc[self.table["verdict"] == "identifiable", "parameter"])

    @property
    def calibrated(self) -> bool:
        """Whether intervals and ranks of every parameter are as they should be, identifiable or not."""
        return bool((self.table["verdict"] != "MISCALIBRATED").all())


def layout_of(bank: Bank, *, waves: int, answering: float = 0.8, items: tuple[str, ...] = ITEMS) -> Survey:
    """A survey of every team at waves 0 … `waves`, of which a share answers (five at least)."""
    if not 1 <= waves <= bank.quarters:
        raise PulseError(f"{waves} waves after the first: '{bank.name}' runs for {bank.quarters} quarters")
    asked = np.clip(np.round(answering * bank.seats), np.minimum(5, bank.seats), bank.seats)
    size = (waves + 1, len(bank.teams), len(items))
    return Survey(
        tuple(range(waves + 1)), bank.teams, items, np.full(size, 0.5), np.tile(asked, (waves + 1, 1))
    )


def recovery(
    bank: Bank, layout: Survey, *, repetitions: int = REPETITIONS, seed: int = 1, shuffle: bool = False
) -> Recovery:
    """Survey known organisations and find their parameters again.

    Args:
        bank: the last `repetitions` points are the truths.
        layout: which waves, teams and items there are, and how many answer.
        seed: of who answers.
        shuffle: negative control: surveys are handed to the wrong organisations, so nothing can be learnt.

    Raises:
        PulseError: too few points.
    """
    n = bank.points - repetitions
    if n < 2 * repetitions:
        raise PulseError(f"{bank.points} points are too few for {repetitions} repetitions; give more points")
    points = np.arange(n)
    source = _shuffled(bank, seed) if shuffle else bank
    learnt = Learnt(layout, source, points=points, seed=seed)
    held = truth(layout, source)[n:]
    seen = observed(held, layout, learnt.seats, Luck(seed, "pulse answers of the held out"))
    hits: list[tuple[float, float]] = []
    ranks, medians = np.empty((repetitions, len(bank.factors))), np.empty((repetitions, len(bank.factors)))
    shrinkage = np.empty_like(ranks)
    for r in range(repetitions):
        posterior = learnt.posterior(seen[r])
        below = posterior.u <= source.u[n + r]
        ranks[r] = posterior.weights @ below
        medians[r] = posterior.weights @ posterior.u
        shrinkage[r] = posterior.shrinkage
    if layout.waves[-1] < bank.quarters:
        hits = _next_wave(learnt, seen, n, seed)
    rows = [
        _judged(name, ranks[:, j], medians[:, j], source.u[n:, j], shrinkage[:, j])
        for j, name in enumerate(bank.parameters)
    ]
    share = tuple(np.mean(hits, axis=0)) if hits else (float("nan"), float("nan"))
    return Recovery(
        pd.DataFrame(rows), ranks, source.u[n:], medians, (float(share[0]), float(share[1])), layout
    )


def allowed(repetitions: int) -> tuple[int, int]:
    """How many of the intervals may cover: 164 to 195 of 200, beyond which lies less than .001 of the binomial."""
    from scipy.stats import binom

    if repetitions == REPETITIONS:
        return 164, 195
    law = binom(repetitions, LEVEL)
    return int(law.ppf(FALSE_ALARM / 2)), int(law.ppf(1.0 - FALSE_ALARM / 2))


def _judged(
    name: str, ranks: Floats, medians: Floats, truths: Floats, shrinkage: Floats
) -> dict[str, object]:
    from scipy.stats import kstest

    tail = (1.0 - LEVEL) / 2.0
    covered = int(((ranks >= tail) & (ranks <= 1.0 - tail)).sum())
    least, most = allowed(len(ranks))
    p = float(kstest(ranks, "uniform").pvalue)
    narrower = float(shrinkage.mean())
    if not (least <= covered <= most and p >= FALSE_ALARM):
        verdict = "MISCALIBRATED"
    else:
        verdict = "identifiable" if narrower >= NARROWER else "not identifiable"
    return {
        "parameter": name, "covered": covered, "least": least, "most": most, "rank_p": p, "shrinkage": narrower,
        "correlation": float(np.corrcoef(medians, truths)[0, 1]), "verdict": verdict,
    }  # fmt: skip


def _shuffled(bank: Bank, seed: int) -> Bank:
    """The same simulations with each other's parameters."""
    return replace(bank, u=bank.u[Luck(seed, "pulse shuffle").permutation(bank.points)])


def _next_wave(learnt: Learnt, seen: Floats, first: int, seed: int) -> list[tuple[float, float]]:
    """For each held-out survey: share of the teams' next shares practising inside their band, and the whole's.

    The coming wave has no gaps: as many answers as when each team last answered; teams that never did do not count.
    """
    bank, layout = learnt.bank, learnt.layout
    item = SHARE if SHARE in layout.items else layout.items[0]
    wave = layout.waves[-1] + 1
    asked = last_asked(layout)
    there = asked > 0
    whole = np.zeros((2, *layout.values.shape[1:]))
    later = Survey((0, wave), layout.teams, layout.items, whole, np.stack([asked, asked]))
    come = observed(truth(later, bank)[first:], later, learnt.seats, Luck(seed, "pulse answers to come"))[
        :, 1
    ]
    hits = []
    bands = Forecaster(learnt, waves=[wave], seed=seed)
    for r, values in enumerate(seen):
        frame = bands(learnt.posterior(values), values)
        mine = frame[frame["item"] == item]
        teams = mine[mine["team"] != WHOLE]
        got = come[r, :, layout.items.index(item)]
        inside = (teams["low"] - 1e-12 <= got) & (got <= teams["high"] + 1e-12)
        band = mine[mine["team"] == WHOLE].iloc[0]
        overall = got @ asked / asked.sum()
        hits.append((float(inside[there].mean()), float(band["low"] <= overall <= band["high"])))
    return hits
