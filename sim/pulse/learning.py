"""Learning from a bank: ridge regression with squares, its penalty chosen by generalised cross-validation.

Plain linear algebra, so that a fit takes a second and needs no further library; the recovery study says whether it
learns enough.  GCV: Golub, Heath & Wahba (1979), doi:10.1080/00401706.1979.10489751.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_PENALTIES: Final = tuple(10.0**k for k in range(-2, 6))
_WIDEST: Final = 4.0  # standard deviations beyond which a summary says no more


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """Targets as a function of summaries: ridge regression on leading components, their squares and products.

    Attributes:
        centre, scale: of the summaries, shape (summaries,).
        turn: to components of unit variance, shape (summaries, components).
        products: leading components whose squares and products enter.
        weights: shape (terms, targets).
    """

    centre: Floats
    scale: Floats
    turn: Floats
    products: int
    weights: Floats

    def __call__(self, x: Floats) -> Floats:
        """Predictions, shape (points, targets), of summaries of shape (points, summaries)."""
        return self._terms(x) @ self.weights

    def _terms(self, x: Floats) -> Floats:
        return _terms(np.clip((x - self.centre) / self.scale, -_WIDEST, _WIDEST) @ self.turn, self.products)


def learn(x: Floats, y: Floats, *, components: int = 20, products: int = 4) -> Regression:
    """Fit targets on summaries.

    Args:
        x: summaries, shape (points, summaries).
        y: targets, shape (points, targets).
        components: principal components that enter; products: of how many the squares and products do too.
    """
    centre, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 1e-12, scale, 1.0)
    standard = np.clip((x - centre) / scale, -_WIDEST, _WIDEST)
    _, size, axes = np.linalg.svd(standard, full_matrices=False)
    keep = min(components, int((size > 1e-8 * max(size[0], 1e-300)).sum()))
    turn = axes[:keep].T / np.maximum(size[:keep], 1e-300) * np.sqrt(len(x))
    products = min(products, keep)
    terms = _terms(standard @ turn, products)
    return Regression(centre, scale, turn, products, _ridge(terms, y))


def _terms(z: Floats, products: int) -> Floats:
    lead = z[:, :products]
    pairs = [lead[:, a] * lead[:, b] for a in range(products) for b in range(a + 1)]
    return np.column_stack([np.ones(len(z)), z, *pairs])


def _ridge(terms: Floats, y: Floats) -> Floats:
    """Weights of all targets, a penalty for each; the constant is not penalised."""
    mean_t, mean_y = terms[:, 1:].mean(axis=0), y.mean(axis=0)
    left, size, right = np.linalg.svd(terms[:, 1:] - mean_t, full_matrices=False)
    along = left.T @ (y - mean_y)
    n, rest = len(y), ((y - mean_y) ** 2).sum(axis=0) - (along**2).sum(axis=0)
    best = np.full(y.shape[1], np.inf)
    weights = np.zeros((terms.shape[1] - 1, y.shape[1]))
    for penalty in _PENALTIES:
        kept = size**2 / (size**2 + penalty)
        wrong = rest + (((1.0 - kept)[:, None] * along) ** 2).sum(axis=0)
        score = wrong / (n - 1.0 - kept.sum()) ** 2
        tried = right.T @ ((kept / np.where(size > 0, size, 1.0))[:, None] * along)
        better = score < best
        best = np.where(better, score, best)
        weights[:, better] = tried[:, better]
    return np.vstack([mean_y - mean_t @ weights, weights])
