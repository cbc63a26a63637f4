"""The one table of methods: how points are drawn, and what is made of the outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from sim.scenario.errors import nearest
from sim.sensitivity import distributional, samplers, screening, sobol, spectral
from sim.sensitivity.data import Data, Floats
from sim.sensitivity.errors import SensitivityError

Sampler = Callable[[Sequence[int], int, int, bool], Floats]
Estimator = Callable[[Data], dict[str, Floats]]
Resampling = Literal["rows", "halves", "curves", "luck"]


@dataclass(frozen=True, slots=True)
class Method:
    """A pair of sampler and analyser, or a sampler alone.

    Attributes:
        name, title: for the command, for people.
        answers: the question it answers, in a sentence.
        sample: `(group of each factor, base rows, seed, second order) -> coordinates`; None for the full factorial,
            whose size follows from its levels.
        estimate: from outcomes to indices by name; None for a design without an analyser.
        leads: the index that ranks.
        corrected: indices that chance is taken out of; `uncorrected` says what chance does to the others.
        recentred: indices that resampling biases, so that their intervals are shifted back.
        resampling: what intervals are made from: base rows; halves of the points; search curves; luck alone.
        groups: whether factors can be moved in groups.
        given_data: whether any points will do.
        droppable: whether base rows with failed points may be left out.
        power_of_two: whether base rows should be a power of two.
        least: fewest base rows.
        usual: base rows where nobody says.
        resamples: how many for intervals.
    """

    name: str
    title: str
    answers: str
    sample: Sampler | None
    estimate: Estimator | None = None
    leads: str = ""
    corrected: tuple[str, ...] = ()
    uncorrected: str = ""
    recentred: tuple[str, ...] = ()
    resampling: Resampling = "rows"
    groups: bool = False
    given_data: bool = False
    droppable: bool = True
    power_of_two: bool = False
    least: int = 2
    usual: int = 512
    resamples: int = 200

    def usual_for(self, factors: int) -> int:
        """Base rows where nobody says."""
        if self.name == "fast":
            return max(self.usual, samplers.CURVES * samplers.shortest_curve(factors))
        return self.usual

    def points(self, factors: int, groups: int, samples: int, second_order: bool = True) -> int:
        """Points of a design (before duplicates are taken out).

        Args:
            factors, groups: numbers of factors, and of groups that move together.
            samples: base rows, as `--samples`.
            second_order: for Sobol'.
        """
        per_row = {
            "sobol": sobol.points_of_row(groups, second_order),
            "morris": groups + 1,
            "dgsm": factors + 1,
            "fast": factors,
        }.get(self.name, 1)
        if self.name == "tornado":
            return 2 * factors + 1
        if self.name == "factorial":
            return int(samples**factors)
        if self.name == "fast":
            curves = samplers.curves_for(factors, samples)
            samples = samples // curves * curves
        return samples * per_row


_TABLE: Final = (
    Method(
        "morris", "Morris screening", "which of many factors matter at all, at few runs",
        samplers.morris_rows, screening.morris, "mu_star", ("mu", "mu_rms", "sigma"),
        "mu_star is a mean of sizes, which chance enlarges: compare it with its floor, or read mu_rms",
        ("mu_star",), groups=True, usual=32,
    ),
    Method(
        "sobol", "Sobol' indices", "what share of the variance each factor explains, alone and with others",
        samplers.sobol_rows, sobol.sobol, "ST", ("S1", "ST", "S2"), groups=True, power_of_two=True, least=8,
    ),
    Method(
        "fast", "Extended FAST", "first and total shares of the variance, for smooth outcomes",
        samplers.fast_rows, spectral.fast, "ST", ("S1", "ST"), resampling="curves", droppable=False,
        least=65, usual=520,
    ),
    Method(
        "rbd_fast", "RBD-FAST", "first-order shares of the variance from any points, cheaply",
        samplers.latin_rows, spectral.rbd_fast, "S1", ("S1",), recentred=("S1",), resampling="halves",
        given_data=True, least=64,
    ),
    Method(
        "delta", "Borgonovo's delta", "how far the whole distribution of the mean outcome moves with a factor",
        samplers.latin_rows, distributional.delta, "delta", (),
        "chance spreads the mean outcome and so makes delta smaller; the order of factors stands",
        ("delta",), resampling="halves", given_data=True, least=64, resamples=50,
    ),
    Method(
        "pawn", "PAWN", "how far the distribution of single runs moves with a factor; for skewed or censored outcomes",
        samplers.latin_rows, distributional.pawn, "pawn", (),
        "it is about single runs, chance included: nothing is to be taken out",
        ("pawn", "pawn_max"), resampling="halves", given_data=True, least=64, resamples=100,
    ),
    Method(
        "dgsm", "Derivative-based measures", "an upper bound of total effects from slopes, for smooth outcomes",
        samplers.slope_rows, screening.slopes, "dgsm", ("dgsm", "nu"), power_of_two=True, least=8, usual=128,
    ),
    Method(
        "rsa", "Regional analysis", "where in their ranges the factors must be for the outcome to be high",
        samplers.latin_rows, distributional.regional, "regional", (),
        "points are sorted by their mean outcome; chance puts some on the wrong side, which makes distances smaller",
        ("regional", "cvm"), resampling="halves", given_data=True, least=64, resamples=50,
    ),
    Method(
        "tornado", "One factor at a time", "how far each factor alone moves the outcome from the base case",
        samplers.one_at_a_time_rows, screening.one_at_a_time, "effect", ("effect",), resampling="luck", droppable=False,
        least=1, usual=1,
    ),
    Method("factorial", "Full factorial", "every combination of so many levels", None, given_data=True, usual=3),
    Method(
        "latin", "Latin hypercube", "points spread evenly over every factor's range", samplers.latin_rows,
        given_data=True,
    ),
    Method(
        "sobol_sequence", "Sobol' sequence", "points that fill the space evenly and can be extended",
        samplers.sobol_sequence_rows, given_data=True, power_of_two=True,
    ),
)  # fmt: skip

METHODS: Final[Mapping[str, Method]] = MappingProxyType({method.name: method for method in _TABLE})
ANALYSERS: Final = tuple(method.name for method in _TABLE if method.estimate is not None)


def method_named(name: str) -> Method:
    """A method by name ("-" and "_" are the same, "regional" is rsa).

    Raises:
        SensitivityError: no such method, with the nearest.
    """
    wanted = name.strip().lower().replace("-", "_")
    wanted = {
        "regional": "rsa",
        "one_at_a_time": "tornado",
        "full_factorial": "factorial",
        "lhs": "latin",
    }.get(wanted, wanted)
    if wanted not in METHODS:
        raise SensitivityError(f"no method is called '{name}'{nearest(name, METHODS)}")
    return METHODS[wanted]
