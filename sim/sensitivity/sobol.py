"""Sobol' indices of first, total and second order from one matrix of products.

A base row k is the outcomes at A, AB_1 … AB_m, BA_1 … BA_m, B: two independent points, and each with one group of
coordinates taken from the other (Saltelli 2002, doi:10.1016/S0010-4655(02)00280-1).  Every estimator below is made of
entries of the matrix G of their mean products, with chance taken out of each (`data.across_luck`).

With the full design (`second_order`): Azzini, Mara & Rosati (2021, doi:10.1016/j.envsoft.2021.105167),

    V_i  = mean (BA_i − B)(A − AB_i) / 2
    VT_i = mean [(A − AB_i)² + (B − BA_i)²] / 4
    V    = mean [(A − B)² + (AB_i − BA_i)²] / 4        (its own for each i: errors cancel in the ratio)
    V_ij = mean [BA_i AB_j + BA_j AB_i] / 2 − mean A B − V_i − V_j.

Without: Saltelli et al. (2010) for V_i and Jansen (1999) for VT_i, as in SALib.
"""

from __future__ import annotations

import numpy as np

from sim.sensitivity.data import Data, Floats


def points_of_row(groups: int, second_order: bool) -> int:
    """Points of a base row."""
    return (2 * groups if second_order else groups) + 2


def products(data: Data) -> Floats:
    """Mean products of the points of a base row, centred, chance taken out, shape (points, points)."""
    y = data.y - data.y.mean(axis=(0, 1), keepdims=True)  # each replicate about its own mean
    rows, points, replicates = y.shape
    if replicates == 1:
        flat = y[:, :, 0]
        return np.asarray(flat.T @ flat / rows, dtype=np.float64)
    total = y.sum(axis=2)
    each = np.moveaxis(y, 2, 1).reshape(rows * replicates, points)
    taken = (total.T @ total - each.T @ each) / (rows * (replicates**2 - replicates))
    return np.asarray(taken, dtype=np.float64)


def sobol(data: Data) -> dict[str, Floats]:
    """S1, ST and S2 (matrix, upper triangle) of each group, and V; NaN where nothing varies.

    The first key each of shape (groups,), S2 of shape (groups, groups), V of shape ().
    """
    m = len(data.groups)
    full = data.y.shape[1] == points_of_row(m, True)
    g = products(data)
    a, b = 0, g.shape[0] - 1
    ab = np.arange(1, m + 1)
    square = np.diag(g)
    variance = float(square.mean())
    if variance <= 0.0:
        nothing = np.full(m, np.nan)
        pairs = {"S2": np.full((m, m), np.nan)} if full else {}
        return {"S1": nothing, "ST": nothing, **pairs, "V": np.asarray(variance)}
    total_a = square[a] + square[ab] - 2.0 * g[a, ab]
    if not full:
        own = 0.5 * (square[a] + square[ab])
        first = (g[b, ab] - g[a, b]) / variance
        return {"S1": first, "ST": total_a / 2.0 / _positive(own), "V": np.asarray(variance)}
    ba = np.arange(m + 1, 2 * m + 1)
    total = (total_a + square[b] + square[ba] - 2.0 * g[b, ba]) / 4.0
    own = (square[a] + square[b] - 2.0 * g[a, b] + square[ab] + square[ba] - 2.0 * g[ab, ba]) / 4.0
    first_part = (g[a, ba] - g[ab, ba] - g[a, b] + g[b, ab]) / 2.0
    pair = 0.5 * (g[np.ix_(ba, ab)] + g[np.ix_(ba, ab)].T) - g[a, b]
    second = (pair - first_part[:, None] - first_part[None, :]) / variance
    second[np.tril_indices(m)] = np.nan
    own = _positive(own)
    return {"S1": first_part / own, "ST": total / own, "S2": second, "V": np.asarray(variance)}


def _positive(values: Floats) -> Floats:
    return np.where(values > 0.0, values, np.nan)
