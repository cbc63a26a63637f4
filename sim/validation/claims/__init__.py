"""Claims on trial: what the sources say of learning cultures, each as an experiment with a criterion fixed beforehand.

A claim is a file of `scenarios/claims`; one runner (`trial`) takes any of them: it runs the scenarios that the claim
compares under many draws of the parameters that are not ruled out (`worlds`), under other structures, and in the region
where the claim is false, and says what follows (`verdict`).
"""

from sim.validation.claims.claim import Claim, ClaimError, load_claim, load_claims
from sim.validation.claims.trial import Trial, trial
from sim.validation.claims.verdict import Judgement

__all__ = ["Claim", "ClaimError", "Judgement", "Trial", "load_claim", "load_claims", "trial"]
