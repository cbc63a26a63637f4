"""What runs mean: tables in, labelled tables out.  Knows no simulator."""

from sim.analysis.curves import bands, single_runs
from sim.analysis.drivers import assumptions_that_matter
from sim.analysis.pairs import Contrast, VarianceReduction, paired_difference, variance_reduction
from sim.analysis.sources import lit_by_layer, who_lit_whom
from sim.analysis.tables import summary

__all__ = [
    "Contrast",
    "VarianceReduction",
    "assumptions_that_matter",
    "bands",
    "lit_by_layer",
    "paired_difference",
    "single_runs",
    "summary",
    "variance_reduction",
    "who_lit_whom",
]
