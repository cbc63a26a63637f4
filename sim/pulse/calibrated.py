"""A survey, calibrated: posterior, forecast, plans, and what the recovery study says of surveys like it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from sim.pulse.bank import Bank
from sim.pulse.fitting import Learnt, Posterior
from sim.pulse.forecasting import Forecaster, Told, same_past, tell_apart
from sim.pulse.recovery import REPETITIONS, Recovery, recovery
from sim.pulse.survey import Survey


@dataclass(frozen=True, eq=False)
class Calibrated:
    """What a survey says.

    Attributes:
        survey, bank: what was learnt from.
        learnt: the regressions for surveys of this layout.
        posterior: what the survey says of the parameters.
        recovered: the recovery study of this layout: which parameters such a survey can find at all.
    """

    survey: Survey
    bank: Bank
    learnt: Learnt
    posterior: Posterior
    recovered: Recovery

    def table(self) -> pd.DataFrame:
        """A row a parameter: prior and posterior, the prior again for those that are not identifiable."""
        return self.posterior.table(self.recovered.identified)

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """Bands for the coming waves, see `forecasting.Forecaster`."""
        return Forecaster(self.learnt)(self.posterior, self.survey.values)

    def compare(self, plan: str, other: str | None = None, *, quarter: int | None = None) -> Told:
        """Whether the data can tell a plan of the bank from another (the surveyed one where not given)."""
        base = self.bank.name if other is None else other
        return tell_apart(self.learnt, self.posterior, plan, base, quarter=quarter)

    def comparisons(self) -> list[Told]:
        """Every pair of plans of the bank."""
        plans = self.bank.plans
        return [self.compare(a, b) for k, b in enumerate(plans) for a in plans[k + 1 :]]

    def counterfactual(self, plan: str) -> bool:
        """Whether a plan differs from the surveyed one before the last wave: what would have been, not what may be."""
        return not same_past(self.bank, plan, self.bank.name, self.survey.waves[-1])

    @property
    def strange(self) -> bool:
        """Whether fewer than one in a hundred simulated surveys is as far out as this one: the model misses something."""
        return self.posterior.strange < 0.01


def calibrate(survey: Survey, bank: Bank, *, repetitions: int | None = None, seed: int = 1) -> Calibrated:
    """Calibrate a bank to a survey; call again with the same bank when the next wave has come.

    Args:
        survey: see `survey.read_survey`; bank: see `bank.make_bank`.
        repetitions: of the recovery study, for which as many points are kept aside; 200, or a tenth of a small bank.
        seed: of who answers.

    Raises:
        PulseError: the survey does not fit the bank, or the bank is too small.
    """
    count = min(REPETITIONS, bank.points // 10) if repetitions is None else repetitions
    recovered = recovery(bank, survey, repetitions=count, seed=seed)
    learnt = Learnt(survey, bank, seed=seed)
    return Calibrated(survey, bank, learnt, learnt.posterior(survey.values), recovered)
