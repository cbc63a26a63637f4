"""What each leader behaviour says, does and makes others feel, as matrices over `CONDUCT`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.behaviours.catalogue import matrices
from sim.scenario.resolved import Resolved
from sim.theory.channels import AUTHORITY, CONDUCT, N_CHANNELS, N_CONDUCT, N_FELT, N_LAYERS

Vector = npt.NDArray[np.float64]

SAY: Final = N_CHANNELS  # columns of `flow` after the channels
DO: Final = N_CHANNELS + 1
RADIATED: Final = SAY  # said and done radiate enthusiasm, which takes the place of what is said
N_FLOW: Final = N_CHANNELS + 2


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What conduct z brings about: a leader's `z @ flow` is all of it at once.

    Attributes:
        flow: by behaviour, then layer by layer what the channels feel, what is said and what is done, as this plan
            practises it, shape (N_CONDUCT, N_LAYERS * N_FLOW).
        usual: what direct hearers feel of usual conduct, shape (N_CONDUCT, N_CHANNELS).
        rewarded: sign with which practising reports encourage a behaviour, shape (N_CONDUCT,).
    """

    flow: Vector
    usual: Vector
    rewarded: Vector


def repertoire(resolved: Resolved) -> Repertoire:
    """The catalogue's behaviours with the fits at which this plan practises them."""
    catalogue = matrices()
    fit = np.maximum(catalogue.fit, 0.0)
    fit_usual = fit[:, AUTHORITY, None].copy()
    for item in resolved.programmes:
        if item.lever in CONDUCT:
            fit[CONDUCT.index(item.lever)] = item.fit
    emits = np.zeros((N_CONDUCT, N_CHANNELS))
    emits[:, :N_FELT] = catalogue.emits
    brings = np.column_stack([emits, catalogue.say, catalogue.do])
    flow = (fit[:, :, None] * brings[:, None, :]).reshape(N_CONDUCT, N_LAYERS * N_FLOW)
    return Repertoire(flow=flow, usual=fit_usual * emits, rewarded=np.array(catalogue.eta))
