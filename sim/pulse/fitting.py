"""From a survey to a posterior: regression for the summaries, nearest neighbours for the shape.

Half of the bank teaches a regression to estimate the parameters from a survey (semi-automatic summaries: Fearnhead &
Prangle 2012, doi:10.1111/j.1467-9868.2011.01010.x).  Of the other half, the points whose estimates lie nearest to
those of the real survey are kept, weighted by nearness and moved along a local line (Beaumont, Zhang & Balding 2002,
doi:10.1093/genetics/162.4.2025).  Nothing is simulated for a survey: the next wave is another minute of arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from sim.organization.luck import Luck
from sim.pulse.asking import observed, seats, summaries, truth
from sim.pulse.bank import Bank
from sim.pulse.errors import PulseError
from sim.pulse.learning import Regression, learn
from sim.pulse.survey import Survey

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVEL: Final = 0.9  # of every interval
KEPT: Final = 0.5  # share of the neighbours' half that is kept: fewer neighbours cover less well, see the recovery study
_FEWEST: Final = 200  # at least so many


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What a survey says of the parameters.

    Attributes:
        bank, survey: what was learnt from.
        u: quantiles of the parameters, shape (sample, parameters).
        weights: of the sample, sum 1, shape (sample,).
        near: points of the bank that the sample stems from, shape (sample,).
        learning: points that taught the regressions, shape (learning points,).
        shrinkage: 1 − spread of the posterior over spread of the prior, by parameter; 0: nothing learnt.
        strange: share of the neighbours' half whose summaries lie farther out than the real survey's; below .01 the model
            does not produce surveys like it.
    """

    bank: Bank
    survey: Survey
    u: Floats
    weights: Floats
    near: Ints
    learning: Ints
    shrinkage: Floats
    strange: float

    @property
    def sample(self) -> pd.DataFrame:
        """Parameters in their own units, a row a draw, with the column `weight`."""
        frame = pd.DataFrame(self.bank.natural(self.u), columns=list(self.bank.parameters))
        return frame.assign(weight=self.weights)

    def draws(self, n: int, seed: int = 1) -> pd.DataFrame:
        """n draws of equal weight: for `parameters.NAME` columns of a design."""
        at = np.searchsorted(np.cumsum(self.weights), Luck(seed, "pulse draws").uniform(n))
        chosen = np.minimum(at, len(self.u) - 1)
        return pd.DataFrame(self.bank.natural(self.u[chosen]), columns=list(self.bank.parameters))

    def table(self, identified: tuple[str, ...] | None = None) -> pd.DataFrame:
        """A row a parameter: prior and posterior median and 90 % interval in the parameter's unit, shrinkage.

        Args:
            identified: names that the recovery study found identifiable; the others get their prior back.
        """
        rows = []
        low, high = (1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0
        for j, factor in enumerate(self.bank.factors):
            told = identified is None or factor.label in identified
            prior = factor.values([low, 0.5, high])
            quantiles = weighted_quantiles(self.u[:, j], self.weights, (low, 0.5, high))
            mine = factor.values(quantiles) if told else prior
            rows.append(
                {
                    "parameter": factor.label, "unit": factor.unit, "identified": told,
                    "prior_low": prior[0], "prior_median": prior[1], "prior_high": prior[2],
                    "low": mine[0], "median": mine[1], "high": mine[2],
                    "shrinkage": float(self.shrinkage[j]) if told else 0.0,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)


class Learnt:
    """What a bank teaches about surveys of one layout (waves, teams, items, answers).

    Args:
        layout: a survey; its values do not matter, only where it has some.
        bank: the simulations.
        points: numbers of the points to use; all where not given.
        seed: of who answers.

    Raises:
        PulseError: the bank does not hold a wave or team, or is too small.
    """

    def __init__(self, layout: Survey, bank: Bank, *, points: Ints | None = None, seed: int = 1) -> None:
        chosen = np.arange(bank.points) if points is None else points
        if len(chosen) < _FEWEST:
            raise PulseError(
                f"the bank holds {len(chosen)} finished points; {_FEWEST} are needed: give more points"
            )
        self.layout, self.bank = layout, bank
        true = truth(layout, bank)[chosen]
        self.seats = seats(layout, bank)
        seen = observed(true, layout, self.seats, Luck(seed, "pulse answers"))
        x = summaries(seen, layout.asked, layout.items)
        half = len(chosen) // 2
        self.learning, self.reference = chosen[:half], chosen[half:]
        self.seen, self.x, self.half = seen, x, half
        z = ndtri(bank.u[chosen])
        self.estimate: Regression = learn(x[:half], z[:half])
        self._z, self._s = z[half:], self.estimate(x[half:])
        wrong = self._z - self._s
        self._metric = np.linalg.inv(np.cov(wrong.T).reshape(len(z.T), -1) + 1e-9 * np.eye(z.shape[1]))
        # As far out as the other half, which the directions were not fitted to; nor were they to the real survey.
        self._centre, self._turn = x[:half].mean(axis=0), _whitening(x[:half])
        self._out = np.sort(self._outlying(x[half:]))

    def read(self, values: Floats) -> Floats:
        """Summaries of surveys of this layout, shape (surveys, summaries); values as in `observed`."""
        return summaries(values, self.layout.asked, self.layout.items)

    def posterior(self, values: Floats) -> Posterior:
        """What a survey of this layout says; values of shape (waves, teams, items)."""
        x = self.read(values[None])
        s = self.estimate(x)[0]
        apart = self._s - s
        distance = np.sqrt(np.einsum("ij,jk,ik->i", apart, self._metric, apart))
        count = min(len(distance), max(_FEWEST, round(KEPT * len(distance))))
        near = np.argsort(distance, kind="stable")[:count]
        reach = distance[near[-1]] * (1.0 + 1e-9) + 1e-12
        weights = 1.0 - (distance[near] / reach) ** 2 + 1e-9
        weights /= weights.sum()
        z = moved(self._z[near], apart[near], weights)
        u = np.clip(ndtr(z), 1e-9, 1.0 - 1e-9)
        mean = weights @ u
        spread = np.sqrt(weights @ (u - mean) ** 2)
        out = float((self._out > self._outlying(x)[0]).mean())
        return Posterior(
            self.bank, self.layout, u, weights, self.reference[near], self.learning,
            np.clip(1.0 - spread * np.sqrt(12.0), 0.0, 1.0), out,
        )  # fmt: skip

    def _outlying(self, x: Floats) -> Floats:
        """Mean squared distance from the middle of all simulated surveys, in standard deviations."""
        far: Floats = (((x - self._centre) @ self._turn) ** 2).mean(axis=1)
        return far


def fit(survey: Survey, bank: Bank, *, seed: int = 1) -> Posterior:
    """Calibrate to a survey.

    Raises:
        PulseError: the survey does not fit the bank.
    """
    return Learnt(survey, bank, seed=seed).posterior(survey.values)


def moved(z: Floats, apart: Floats, weights: Floats) -> Floats:
    """A sample moved along a local weighted line to where it would be without the distance.

    Args:
        z: shape (sample, targets); apart: summaries less the observed ones, shape (sample, summaries); weights:
            shape (sample,).
    """
    root = np.sqrt(weights)[:, None]
    terms = np.column_stack([np.ones(len(z)), apart])
    slopes, *_ = np.linalg.lstsq(terms * root, z * root, rcond=1e-8)
    found: Floats = z - apart @ slopes[1:]
    return found


def weighted_quantiles(values: Floats, weights: Floats, at: tuple[float, ...]) -> Floats:
    """Quantiles of a weighted sample, linear between the middles of its steps, shape (at,)."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weights[order]) - 0.5 * weights[order]
    found: Floats = np.interp(at, middle / weights.sum(), values[order])
    return found


def _whitening(x: Floats) -> Floats:
    centred = x - x.mean(axis=0)
    _, size, axes = np.linalg.svd(centred, full_matrices=False)
    keep = size > 1e-6 * max(float(size[0]), 1e-300)
    turn: Floats = axes[keep].T / size[keep] * np.sqrt(len(x))
    return turn
