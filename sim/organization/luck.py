"""Draws for whole arrays, for building organisations: NumPy around the generator of `sim.theory.chance`.

NumPy does not promise the streams of its own distributions across versions; these depend on integer arithmetic
alone, so a generated organisation is the same on every machine and version.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.theory.chance import keys

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_MASK, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)


class Luck:
    """A named source of draws: `Luck(seed, "departments")` never disturbs `Luck(seed, "ties")`."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._k0, self._k1 = keys(seed, sum(ord(c) * 257**i for i, c in enumerate(purpose)) % (1 << 61))
        self._block = 0

    def words(self, size: int) -> npt.NDArray[np.uint64]:
        """`size` random 32-bit words, shape (size,)."""
        blocks = -(-size // 4)
        index = np.arange(self._block, self._block + blocks, dtype=np.uint64)
        self._block += blocks
        c0, c1 = index & _MASK, index >> _SHIFT
        c2, c3 = np.zeros_like(index), np.zeros_like(index)
        k0, k1 = self._k0, self._k1
        for _ in range(10):
            p0, p1 = _M0 * c0, _M1 * c2
            c0, c1 = (p1 >> _SHIFT) ^ c1 ^ np.uint64(k0), p1 & _MASK
            c2, c3 = (p0 >> _SHIFT) ^ c3 ^ np.uint64(k1), p0 & _MASK
            k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
        return np.stack([c0, c1, c2, c3], axis=1).ravel()[:size]

    def uniform(self, size: int) -> npt.NDArray[np.float64]:
        """Numbers in (0, 1), shape (size,)."""
        return (self.words(size).astype(np.float64) + 0.5) * 2.0**-32

    def normal(self, size: int) -> npt.NDArray[np.float64]:
        """Standard normals, shape (size,)."""
        from scipy.special import ndtri

        values: npt.NDArray[np.float64] = ndtri(self.uniform(size))
        return values

    def integers(self, high: int, size: int) -> npt.NDArray[np.int64]:
        """Integers in [0, high), shape (size,)."""
        return np.minimum((self.uniform(size) * high).astype(np.int64), high - 1)

    def permutation(self, n: int) -> npt.NDArray[np.int64]:
        """A random order of 0..n-1."""
        return np.argsort(self.uniform(n), kind="stable")

    def choice(self, n: int, size: int, weights: npt.ArrayLike | None = None) -> npt.NDArray[np.int64]:
        """`size` different numbers of 0..n-1, with chances by `weights` where given (Efraimidis & Spirakis 2006)."""
        u = self.uniform(n)
        if weights is not None:
            w = np.asarray(weights, dtype=np.float64)
            with np.errstate(divide="ignore"):
                u = np.where(w > 0, np.log(u) / np.where(w > 0, w, 1.0), -np.inf)
        return np.sort(np.argsort(-u, kind="stable")[:size])
