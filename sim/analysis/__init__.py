"""What runs mean: tables in, labelled tables out.  Knows no simulator."""

from sim.analysis.curves import bands
from sim.analysis.drivers import assumptions_that_matter
from sim.analysis.pairs import Contrast, paired_difference
from sim.analysis.sources import lit_by_layer, who_lit_whom
from sim.analysis.tables import summary

__all__ = [
    "Contrast",
    "assumptions_that_matter",
    "bands",
    "lit_by_layer",
    "paired_difference",
    "summary",
    "who_lit_whom",
]
