"""The page of a sensitivity analysis: one file that needs no network, most important first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.report import sensitivity_bars as bars
from sim.report import sensitivity_curves as curves
from sim.report import sensitivity_maps as maps
from sim.report.canvas import Drawn, write_figures, write_whole
from sim.report.markup import (
    Cell,
    bullets,
    document,
    escape,
    figure,
    heading,
    paragraph,
    section,
    table,
    unfold,
)
from sim.report.sensitivity_telling import answer, method_words, settled_words
from sim.report.sensitivity_words import (
    INDEX_WORDS,
    LIMITS,
    Names,
    factor_names,
    index_text,
    outcome_words,
    said,
    value_text,
    with_titles,
)
from sim.report.wording import PURPOSE, capital
from sim.sensitivity.methods import METHODS
from sim.sensitivity.result import SensitivityResult

FILE: Final = "sensitivity.html"
_MOST_OUTPUTS: Final = 6  # outcomes that have pictures of their own; the tables have them all


@dataclass(frozen=True, slots=True)
class Studied:
    """A finished sensitivity analysis with what a page says of it.

    Attributes:
        result: indices and all other tables.
        title, question: for people.
        values: the design's columns by path, each of shape (points,).
        scenarios: what was run, name and title; rankings: whether the order of plans survives, in sentences.
        fingerprint, seed, version: provenance.
        settings: label and value, for the table of settings.
        reasons: why runs failed and how many, commonest first.
        left_out: parameters that a pattern met but did not take, with the reason.
        command: with which it is made again.
    """

    result: SensitivityResult
    title: str
    question: str
    values: Mapping[str, npt.NDArray[Any]]
    scenarios: Mapping[str, str]
    fingerprint: str
    seed: int
    version: str
    settings: Mapping[str, str] = field(default_factory=dict)
    reasons: Sequence[tuple[str, int]] = ()
    left_out: Sequence[tuple[str, str]] = ()
    rankings: Sequence[str] = ()
    command: str = ""

    @property
    def small_print(self) -> str:
        """Provenance at the foot of each figure."""
        return f"sensitivity {self.fingerprint} · seed {self.seed} · Ripple {self.version}"

    @property
    def names(self) -> Names:
        """What factors are called."""
        return factor_names(self.result.factors)

    def words(self, output: str, time: float = math.nan) -> str:
        """An outcome for people, plans by their titles."""
        return with_titles(outcome_words(output, time), self.scenarios)

    def noted(self, text: str) -> str:
        """A note of the analysis for people: outcomes in words, plans by their titles."""
        for output in sorted(self.outputs, key=len, reverse=True):
            if text.startswith(output):
                rest = text.removeprefix(output)
                words = self.words(output)
                return capital(words) + with_titles(rest.replace(output, "it"), self.scenarios)
        return with_titles(text, self.scenarios)

    @property
    def outputs(self) -> list[str]:
        """Outcomes in order, the first is the one that the page begins with."""
        return list(dict.fromkeys(self.result.outputs["output"].astype(str)))


def page(found: Studied, drawings: Mapping[str, Mapping[str, Drawn]] | None = None) -> str:
    """The whole page as HTML that is also well-formed XML; figures by outcome are drawn unless they are given."""
    shown = draw(found) if drawings is None else drawings
    sections = [section("answer", "In short", _answer(found))]
    for number, (output, pictures) in enumerate(shown.items()):
        if number and not pictures:
            continue
        title = found.words(output)
        body = _outcome(found, output, pictures)
        sections.append(section(f"outcome-{number}", capital(title), body))
    sections += [
        section("outcomes", "The outcomes", _outcomes(found)),
        section("sure", "How sure this is", _sure(found)),
        section("factors", "What was varied", _factors(found)),
        section("method", "How it was done", _method(found)),
        section("limits", "What it does not say", bullets(LIMITS)),
    ]
    return document(
        found.title, PURPOSE, [found.question] if found.question else [], sections, found.small_print
    )


def draw(found: Studied) -> dict[str, dict[str, Drawn]]:
    """The figures that there is something to draw from, by outcome and kind."""
    return {
        output: _pictures(found, output, number)
        for number, output in enumerate(found.outputs[:_MOST_OUTPUTS])
    }


def write_sensitivity(found: Studied, folder: Path, *, figures: bool = False) -> Path:
    """Write `sensitivity.html` and, under `sensitivity/`, the tables as CSV; with `figures`, each as SVG and PNG.

    Raises:
        OSError: the folder cannot be written to.
    """
    drawings = draw(found)
    path = write_whole(folder / FILE, page(found, drawings).encode())
    found.result.save(folder / "sensitivity")
    if figures:
        write_figures(
            [one for pictures in drawings.values() for one in pictures.values()], folder / "figures"
        )
    return path


def at_end(table: pd.DataFrame, output: str) -> pd.DataFrame:
    """The rows of an outcome: those without a time or, where it is read at several, those of its last one."""
    rows = table[table["output"] == output]
    if not len(rows) or rows["time"].isna().all():
        return rows
    last: pd.DataFrame = rows[rows["time"] == rows["time"].max()]
    return last


def leading_index(found: Studied) -> str:
    """The index that ranks in this method."""
    return METHODS[found.result.method].leads


def order_of(found: Studied, output: str) -> list[str]:
    """Factors of an outcome, most important first."""
    rows = at_end(found.result.indices, output)
    rows = rows[rows["index"] == leading_index(found)].sort_values("rank", kind="stable")
    return [str(factor) for factor in rows["factor"]]


def _pictures(found: Studied, output: str, number: int) -> dict[str, Drawn]:
    result, names, small = found.result, found.names, found.small_print
    rows = {
        name: at_end(rows, output)
        for name, rows in result.tables().items()
        if name not in ("factors", "notes")
    }
    time = float(rows["indices"]["time"].max()) if len(rows["indices"]) else math.nan
    words, lead, order = found.words(output, time), leading_index(found), order_of(found, output)
    if not order or rows["indices"]["value"].isna().all():
        return {}
    made: list[Drawn] = []
    timed = result.indices[(result.indices["output"] == output) & (result.indices["index"] == lead)]
    if timed["time"].nunique() > 1:
        plain = found.words(output)
        made.append(maps.over_time(timed, lead, names, plain, output, small_print=small))
        if number:  # what it depends on at its end is told by the first outcome
            return {one.key: one.renamed(f"{one.key}-{number + 1}") for one in made}
    if result.method in ("sobol", "fast"):
        made.append(bars.first_and_total(rows["indices"], names, words, small_print=small))
    else:
        made.append(bars.ranking(rows["indices"], lead, names, words, output, small_print=small))
    if (rows["variance"]["part"] == "alone").any():
        made.append(bars.variance_parts(rows["variance"], names, words, small_print=small))
    if result.method == "morris" and (rows["indices"]["index"] == "sigma").any():
        made.append(maps.morris_plane(rows["indices"], names, words, output, small_print=small))
    if len(rows["tornado"]):
        made.append(bars.tornado(rows["tornado"], names, words, output, small_print=small))
    if len(rows["curves"]):
        kinds = {"pawn": "pawn", "rsa": "regional"}
        made.append(
            curves.factor_curves(rows["curves"], "mean", order, names, words, output, small_print=small)
        )
        kind = kinds.get(result.method)
        if kind and rows["curves"]["curve"].str.startswith(kind).any():
            made.append(
                curves.factor_curves(rows["curves"], kind, order, names, words, output, small_print=small)
            )
    if (rows["indices"]["index"] == "S2").any() and len(order) > 2:
        made.append(maps.pairs_map(rows["indices"], names, words, small_print=small))
    factors = [factor for factor in order if factor in found.values]
    if len(rows["points"]) and factors and result.method != "tornado":
        runs = int(result.meta.get("replicates", 1))
        dots = curves.scatter(
            rows["points"],
            rows["curves"],
            found.values,
            factors,
            names,
            words,
            output,
            replicates=runs,
            small_print=small,
        )
        made.append(dots)
    steps = rows["convergence"]
    if len(steps) and steps[steps["index"] == lead]["runs"].nunique() > 1:
        made.append(maps.convergence(steps, lead, order, names, words, output, small_print=small))
    suffix = "" if number == 0 else f"-{number + 1}"
    return {one.key: one.renamed(f"{one.key}{suffix}") for one in made}


def _answer(found: Studied) -> str:
    first, *rest = answer(found)
    body = paragraph(first, "headline") + "".join(paragraph(line) for line in rest)
    notes = found.result.notes
    mine = notes[(notes["level"] == "warning") & (notes["output"] == found.outputs[0])]
    for text in dict.fromkeys(mine["text"].astype(str)):
        body += paragraph(found.noted(text), "warning")
    return body


def _outcome(found: Studied, output: str, pictures: Mapping[str, Drawn]) -> str:
    if not pictures:
        return paragraph(said("nothing", outcome=found.words(output)))
    first = ("indices", "variance", "tornado", "morris", "regional", "pawn", "time")
    body = "".join(figure(pictures[key]) for key in first if key in pictures)
    rest = [figure(pictures[key]) for key in pictures if key not in first]
    return body + _index_table(found, output) + (unfold("More pictures", "\n".join(rest)) if rest else "")


def _index_table(found: Studied, output: str) -> str:
    rows = at_end(found.result.indices, output)
    rows = rows[rows["factor2"].astype(str) == ""]
    present = [index for index in dict.fromkeys(rows["index"])]
    names, wide = found.names, rows.set_index(["factor", "index"])
    body: list[list[str | Cell]] = []
    for factor in order_of(found, output):
        line: list[str | Cell] = [Cell(names[factor], factor)]
        for index in present:
            if (factor, index) not in wide.index:
                line.append("–")
                continue
            row = wide.loc[(factor, index)]
            low, high = (index_text(index, float(row[key]), output) for key in ("low", "high"))
            value = index_text(index, float(row["value"]), output)
            line.append(Cell(value, "" if low == "–" else f"{low} to {high}", bracket=True))
        body.append(line)
    head = ["Factor", *(_index_head(index) for index in present)]
    return unfold("The numbers", table(head, body))


def _index_head(index: str) -> str:
    return {"S1": "alone (first order)", "ST": "total", "mu_star": "μ*", "mu": "μ", "mu_rms": "root mean square",
            "sigma": "σ"}.get(index, index.replace("_", " "))  # fmt: skip


def _outcomes(found: Studied) -> str:
    rows: list[list[str | Cell]] = []
    for row in found.result.outputs.to_dict("records"):
        output = str(row["output"])
        rows.append(
            [
                Cell(found.words(output, float(row["time"])), str(row["treatment"])),
                value_text(output, float(row["mean"])),
                value_text(output, float(row["sd"])).lstrip("+"),
                value_text(output, float(row["chance_sd"])).lstrip("+"),
                f"{row['runs']:,.0f}",
                f"{row['failed']:,.0f}",
                f"{row['undefined']:,.0f}",
            ]
        )
    head = ["Outcome", "mean", "spread by factors", "spread by chance", "runs", "failed", "without value"]
    return table(head, rows)


def _sure(found: Studied) -> str:
    body = bullets(settled_words(found))
    cautions = found.result.notes[found.result.notes["level"].isin(["warning", "caution"])]
    if len(cautions):
        body += heading("Cautions") + bullets(
            found.noted(text) for text in dict.fromkeys(cautions["text"].astype(str))
        )
    if found.reasons:
        body += heading("Why runs failed") + bullets(
            f"{reason}: {count:,} runs" for reason, count in found.reasons
        )
    else:
        body += paragraph(said("none_failed"))
    return body


def _factors(found: Studied) -> str:
    rows: list[list[str | Cell]] = []
    names = found.names
    for row in found.result.factors.to_dict("records"):
        low, high = _short(row["low"]), _short(row["high"])
        span = str(row["levels"]).replace(" | ", ", ") if row["kind"] == "categorical" else f"{low} to {high}"
        unit = str(row["unit"] or "")
        rows.append(
            [
                Cell(names[str(row["factor"])], str(row["factor"])),
                f"{span} {unit}".strip() if unit not in ("–", "0–1") else span,
                str(row["base"] if str(row["base"]) != "nan" else "–"),
                str(row["grade"] or "–"),
                str(row["source"] or "–"),
            ]
        )
    body = table(["Factor", "range", "usual", "grade", "source"], rows)
    if found.left_out:
        body += unfold("Not varied", bullets(f"{name}: {reason}" for name, reason in found.left_out))
    return body


def _method(found: Studied) -> str:
    body = paragraph(method_words(found))
    infos = found.result.notes[found.result.notes["level"] == "info"]
    if len(infos):
        body += bullets(found.noted(text) for text in dict.fromkeys(infos["text"].astype(str)))
    body += table(["Setting", "value"], list(found.settings.items()), "settings")
    if found.command:
        body += paragraph("Made again with:") + f"<pre>{escape(found.command)}</pre>"
    return body


def _short(value: object) -> str:
    number = float(str(value))
    if not np.isfinite(number):
        return "–"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}".replace("-", "−")


__all__ = ["INDEX_WORDS", "Studied", "draw", "page", "write_sensitivity"]
