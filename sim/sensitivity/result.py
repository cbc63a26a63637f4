"""What a sensitivity analysis returns: tidy tables, a row a fact, ready to be drawn, printed or stored.

Every table carries `output` (an outcome's name without its time; for a decision "share_end: B − A" or
"share_end: B overtakes A") and `time` (years; NaN for an outcome that is not read at a time).  `factor` is the dotted
path of a factor, or the name of a group where factors were analysed in groups; `label` is the same for people.
Intervals are `low` and `high` (95 % unless `meta["confidence"]` says otherwise), NaN where none can be given.

indices
    output, time, factor, factor2, label, label2, group, index, value, low, high, floor, corrected, rank

    `index` is one of

    - S1, ST, S2: first, total and second order, as shares of the variance of the *mean* outcome (chance taken out);
      S2 has its second factor in `factor2` and `label2`, which are "" elsewhere;
    - mu, mu_star, mu_rms, sigma (Morris): elementary effects in units of the outcome, for a move over the factor's
      whole range; mu_rms is the root mean square effect with chance taken out;
    - delta (Borgonovo), pawn (median Kolmogorov–Smirnov distance), pawn_max, regional (Kolmogorov–Smirnov distance
      between where the outcome is high and where it is not): all from 0 to 1;
    - nu (mean squared slope), dgsm (upper bound of ST);
    - effect (one at a time): outcome at the factor's high value minus at its low value.

    `floor` is what a factor without any influence would show by chance (95th percentile), NaN where that is 0 by
    construction; `corrected` whether chance was taken out; `rank` 1 is the most important factor of that index.

variance
    output, time, part, factor, label, variance, share, low, high

    Where the variance of a single run comes from: part "alone" (a row a factor: its first-order effect), "together"
    (interactions: what is left of the factors' part; one row, factor ""), "chance" (one row, factor "").  `share` is
    of the variance of one run with unknown factors and unknown luck; shares add to 1 up to estimation error, which may
    make "together" slightly negative.  Only methods that estimate S1 fill it (Sobol, FAST, RBD-FAST); others give
    "factors" (all of them) and "chance".

convergence
    output, time, factor, label, index, n, runs, value, low, high

    The same index from the first n base rows, n in powers of two, as far as the method is made of base rows.

verdicts
    output, time, index, settled, leading, half_width, sentence

    One row an output: whether the order of the leading factors (`leading`, separated by "; ") is settled, the widest
    half interval among them, and the plain sentence that says both.

outputs
    output, time, kind, treatment, points, runs, failed, undefined, mean, sd, chance_sd, remark

    Each analysed outcome: `kind` is "number", "share of runs" (0/1), "censored time" or "two-humped"; `treatment` is
    what was done ("as it is", "restricted to the horizon …", "share of runs that reached it", …); `failed` counts
    runs that did not finish, `undefined` runs that did but had no value; `mean` and `sd` are over the points' means
    (chance taken out of sd), `chance_sd` is the standard deviation of a run at fixed factors.

curves
    output, time, factor, label, curve, bin, x, x_text, y, low, high, n

    "pawn": y is the KS distance of the outcome's distribution inside each slice of the factor (x its middle);
    "mean": the mean outcome in each slice; "regional_in" and "regional_out": cumulative distribution of the factor
    where the outcome is high (in) and elsewhere (out), x the factor's value.  `x_text` is the level of a categorical
    factor, "" otherwise.

tornado
    output, time, factor, label, x_low, x_base, x_high, y_low, y_base, y_high, low_lo, low_hi, high_lo, high_hi, kind

    Outcome at the low, base and high value of each factor, widest first; x_* are text as a bar prints them; low_lo to
    high_hi are intervals of y_low and y_high.  `kind` is "one at a time" (the others at their base) or "tenths" (mean
    over the points in the lowest and highest tenth of the factor, the others free).

points
    point, output, time, mean, sd, n

    Each point's mean, standard deviation over replicates and number of valid runs (for scatter plots: join with the
    design's columns by `point`).

factors
    factor, label, group, kind, low, high, base, levels, distribution, unit, grade, tags, source, meaning

notes
    output, time, level, kind, text

    What a reader must know, most serious first: level "warning", "caution" or "info"; kind "failures", "noise",
    "censored", "two-humped", "convergence", "method", "constant".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sim.sensitivity.errors import SensitivityError

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "indices": (
        "output", "time", "factor", "factor2", "label", "label2", "group", "index", "value", "low", "high", "floor",
        "corrected", "rank",
    ),
    "variance": ("output", "time", "part", "factor", "label", "variance", "share", "low", "high"),
    "convergence": ("output", "time", "factor", "label", "index", "n", "runs", "value", "low", "high"),
    "verdicts": ("output", "time", "index", "settled", "leading", "half_width", "sentence"),
    "outputs": (
        "output", "time", "kind", "treatment", "points", "runs", "failed", "undefined", "mean", "sd", "chance_sd",
        "remark",
    ),
    "curves": (
        "output", "time", "factor", "label", "curve", "bin", "x", "x_text", "y", "low", "high", "n",
    ),
    "tornado": (
        "output", "time", "factor", "label", "x_low", "x_base", "x_high", "y_low", "y_base", "y_high", "low_lo",
        "low_hi", "high_lo", "high_hi", "kind",
    ),
    "points": ("point", "output", "time", "mean", "sd", "n"),
    "factors": (
        "factor", "label", "group", "kind", "low", "high", "base", "levels", "distribution", "unit", "grade", "tags",
        "source", "meaning",
    ),
    "notes": ("output", "time", "level", "kind", "text"),
}  # fmt: skip


def empty(name: str) -> pd.DataFrame:
    """An empty table of that name, with its columns."""
    return pd.DataFrame({column: pd.Series(dtype=object) for column in COLUMNS[name]})


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as the named table: its columns, in their order; a column that no row fills is NaN.

    Raises:
        KeyError: a row holds a column that the table does not have.
    """
    if not rows:
        return empty(name)
    strange = {key for row in rows for key in row} - set(COLUMNS[name])
    if strange:
        raise KeyError(f"table {name} has no column {', '.join(sorted(strange))}")
    return pd.DataFrame(rows, columns=list(COLUMNS[name]))


@dataclass(frozen=True, slots=True)
class SensitivityResult:
    """What the outcomes depend on, and how well that is known.

    Attributes:
        method: name in `sim.sensitivity.methods.METHODS`.
        indices, variance, convergence, verdicts, outputs, curves, tornado, points, factors, notes: tables, columns
            as this module's docstring says; empty where the method has nothing to say.
        meta: plain data: method, samples (base rows), second_order, replicates, luck ("common" or "independent"),
            seed, points, runs, confidence, resamples, policy, salib, digest (of the design).
    """

    method: str
    indices: pd.DataFrame
    variance: pd.DataFrame = field(default_factory=lambda: empty("variance"))
    convergence: pd.DataFrame = field(default_factory=lambda: empty("convergence"))
    verdicts: pd.DataFrame = field(default_factory=lambda: empty("verdicts"))
    outputs: pd.DataFrame = field(default_factory=lambda: empty("outputs"))
    curves: pd.DataFrame = field(default_factory=lambda: empty("curves"))
    tornado: pd.DataFrame = field(default_factory=lambda: empty("tornado"))
    points: pd.DataFrame = field(default_factory=lambda: empty("points"))
    factors: pd.DataFrame = field(default_factory=lambda: empty("factors"))
    notes: pd.DataFrame = field(default_factory=lambda: empty("notes"))
    meta: dict[str, Any] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {name: getattr(self, name) for name in COLUMNS}

    def index(self, name: str, output: str | None = None, time: float | None = None) -> pd.DataFrame:
        """The rows of one index, most important first.

        Args:
            name: S1, ST, mu_star, …
            output: which outcome; the first one if left out.
            time: which time, where the outcome is read at several; all if left out.

        Raises:
            SensitivityError: no such index or outcome; the message says what there is.
        """
        rows = self.indices
        if output is None and len(rows):
            output = str(rows["output"].iloc[0])
        rows = rows[rows["output"] == output]
        if not len(rows):
            there = ", ".join(dict.fromkeys(self.indices["output"].astype(str)))
            raise SensitivityError(f"no outcome '{output}' was analysed; there is {there or 'none'}")
        mine = rows[rows["index"] == name]
        if not len(mine):
            there = ", ".join(dict.fromkeys(rows["index"].astype(str)))
            raise SensitivityError(f"method {self.method} gives no index '{name}'; it gives {there}")
        if time is not None:
            mine = mine[mine["time"] == time]
        return mine.sort_values("rank", kind="stable").reset_index(drop=True)

    def save(self, folder: str | Path) -> list[Path]:
        """Write each table that holds anything as CSV, and `sensitivity.json` (method and meta).

        Raises:
            OSError: the folder cannot be written.
        """
        home = Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        head = home / "sensitivity.json"
        head.write_text(
            json.dumps({"method": self.method, "meta": self.meta}, indent=2, ensure_ascii=False) + "\n",
            "utf-8",
        )
        written = [head]
        for name, rows in self.tables().items():
            path = home / f"{name}.csv"
            path.unlink(missing_ok=True)
            if len(rows):
                rows.to_csv(path, index=False, lineterminator="\n")
                written.append(path)
        return written

    @classmethod
    def load(cls, folder: str | Path) -> SensitivityResult:
        """What `save` wrote.

        Raises:
            SensitivityError: the folder holds no such result.
        """
        home = Path(folder)
        try:
            head = json.loads((home / "sensitivity.json").read_text("utf-8"))
        except (OSError, ValueError) as problem:
            raise SensitivityError(f"{home} holds no sensitivity result: {problem}") from None
        found = {}
        for name in (item.name for item in fields(cls) if item.name in COLUMNS):
            path = home / f"{name}.csv"
            found[name] = (
                pd.read_csv(path, keep_default_na=False, na_values=[""]) if path.exists() else empty(name)
            )
            for column in _TEXT & set(found[name].columns):
                found[name][column] = (
                    found[name][column].astype(object).where(found[name][column].notna(), "")
                )
        return cls(method=head["method"], meta=head["meta"], **found)


_TEXT: Final = frozenset(
    [
        "output",
        "factor",
        "factor2",
        "label",
        "label2",
        "group",
        "index",
        "part",
        "leading",
        "sentence",
        "kind",
        "treatment",
        "remark",
        "curve",
        "x_text",
        "x_low",
        "x_base",
        "x_high",
        "levels",
        "distribution",
        "unit",
        "grade",
        "tags",
        "source",
        "meaning",
        "level",
        "text",
        "base",
    ]
)
