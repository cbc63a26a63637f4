"""Pulse surveys: what quarterly answers of teams say about an organisation, and about what comes next."""

from sim.pulse.bank import PARAMETERS, Bank, make_bank, open_bank
from sim.pulse.calibrated import Calibrated, calibrate
from sim.pulse.errors import PulseError
from sim.pulse.fitting import Posterior, fit
from sim.pulse.forecasting import Told
from sim.pulse.recovery import Recovery, layout_of, recovery
from sim.pulse.survey import ITEMS, Survey, read_survey

__all__ = [
    "ITEMS",
    "PARAMETERS",
    "Bank",
    "Calibrated",
    "Posterior",
    "PulseError",
    "Recovery",
    "Survey",
    "Told",
    "calibrate",
    "fit",
    "layout_of",
    "make_bank",
    "open_bank",
    "read_survey",
    "recovery",
]
