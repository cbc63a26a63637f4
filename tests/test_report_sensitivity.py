"""The sensitivity page and its pictures, from known functions analysed for real."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from sensitivity_sample import analysed, studied

from sim.report import sensitivity_bars as bars
from sim.report import sensitivity_maps as maps
from sim.report.sensitivity_page import Studied, page, write_sensitivity
from sim.report.sensitivity_telling import answer
from sim.report.sensitivity_words import (
    LIMITS,
    SENTENCES,
    Names,
    factor_names,
    index_text,
    outcome_words,
    per_cent,
    value_text,
)
from sim.sensitivity.result import empty, table

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"sobol": 64, "morris": 8, "pawn": 128, "rsa": 128, "tornado": None, "fast": 257, "dgsm": 8}


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))


def words_of(svg: str) -> str:
    return " ".join(" ".join(part.itertext()) for part in ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.slow
@pytest.mark.parametrize("method", list(SIZES))
def test_every_method_has_a_page_with_pictures_that_say_what_they_show(method: str) -> None:
    found = studied(method, SIZES[method])
    root = parsed(page(found))
    sections = [part.get("id") for part in root.iter("section")]
    assert sections[0] == "answer" and sections[-1] == "limits" and "method" in sections
    drawings = list(root.iter("figure"))
    assert drawings
    for part in drawings:
        svg = part.find(f"{SVG}svg")
        assert svg is not None and len(svg.get("aria-label", "")) > 40
        assert (part.findtext("h3") or "").strip() and (part.findtext("figcaption") or "").strip()
        assert "sensitivity 0a1b2c3d · seed 7 · Ripple 9.8.7" in "".join(svg.itertext())
    ids = [part.get("id") for part in root.iter() if part.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.slow
def test_the_tables_are_written_beside_the_page_and_figures_when_asked_for(tmp_path: Path) -> None:
    found = studied("tornado")
    write_sensitivity(found, tmp_path, figures=True)
    assert (tmp_path / "sensitivity.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    stored = pd.read_csv(tmp_path / "sensitivity" / "indices.csv")
    assert len(stored) == len(found.result.indices)
    assert {path.name for path in (tmp_path / "figures").iterdir()} >= {
        "tornado.svg",
        "tornado.png",
        "indices.png",
    }


def test_the_answer_names_the_leading_factor_with_its_interval_and_chance() -> None:
    found = studied("sobol", 64)
    rows = found.result.index("ST", "share_end")
    first, *rest = answer(found)
    top = rows.iloc[0]
    assert top["factor"] == "parameters.contagion"
    assert "adoption hazard" in first and "(contagion)" in first
    assert (
        per_cent(top["value"]) in first and per_cent(top["low"]) in first and per_cent(top["high"]) in first
    )
    chance = found.result.variance.query("output == 'share_end' and part == 'chance'")["share"].iloc[0]
    assert any(per_cent(chance) in line and "Chance" in line for line in rest)
    assert any(line.startswith("How sure:") for line in rest)


def test_a_verdict_that_is_not_settled_is_said_to_be_not_settled() -> None:
    found = studied("sobol", 64)
    verdicts = found.result.verdicts.assign(settled=True)
    settled = Studied(**{**_fields(found), "result": _with(found, verdicts=verdicts)})
    assert not any(
        "not settled." in line for line in answer(settled)[1:] if line.startswith("How sure: not settled")
    )
    open_ = Studied(**{**_fields(found), "result": _with(found, verdicts=verdicts.assign(settled=False))})
    assert any(line.startswith("How sure: not settled.") for line in answer(open_))


def test_failed_runs_are_in_the_answer_with_reason_and_policy() -> None:
    found = studied("sobol", 64)
    outputs = found.result.outputs.assign(failed=17)
    result = _with(found, outputs=outputs, meta={**found.result.meta, "policy": "impute-median"})
    told = answer(Studied(**{**_fields(found), "result": result, "reasons": (("ValueError: made up", 17),)}))
    assert any("17 of" in line and "made up" in line and "median" in line for line in told)


def test_an_interval_beyond_the_whole_is_said_to_be_too_wide() -> None:
    found = studied("sobol", 64)
    indices = found.result.indices
    ours = (indices["index"] == "ST") & (indices["output"] == "share_end")
    two = pd.concat([rows.head(2) for rows in (indices[ours].sort_values("rank"), indices[~ours])])
    wide = two.assign(value=[0.6, 0.0, *two["value"][2:]], low=[0.1, -0.1, *two["low"][2:]])
    wide = wide.assign(high=[1.6, 0.1, *two["high"][2:]])
    told = answer(Studied(**{**_fields(found), "result": _with(found, indices=wide)}))
    assert "10 % to 160 %, goes beyond the whole" in told[0] and "too few points" in told[0]
    assert any(
        line.startswith("Of 2 factors, one cannot be told from nothing, or hardly matters: ") for line in told
    )


def test_the_table_of_an_outcome_that_does_not_vary_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.cli.sensitivity import _table

    found = studied("sobol", 64)
    _table(found, "share_end")
    assert "parameters.contagion" in capsys.readouterr().out
    indices = found.result.indices.assign(value=math.nan, low=math.nan, high=math.nan)
    _table(Studied(**{**_fields(found), "result": _with(found, indices=indices)}), "share_end")
    told = capsys.readouterr().out
    assert "does not vary with the factors" in told and "–" not in told


def test_where_nothing_varies_nothing_is_claimed() -> None:
    found = studied("tornado")
    indices = found.result.indices.assign(value=0.0, low=0.0, high=0.0)
    told = answer(Studied(**{**_fields(found), "result": _with(found, indices=indices)}))
    assert "no factor shows an effect" in told[0]


def test_the_tornado_prints_low_base_and_high() -> None:
    rows = table(
        "tornado",
        [
            {"output": "share_end", "time": math.nan, "factor": "a", "label": "a", "x_low": "1 people", "x_base": "2 people",
             "x_high": "3 people", "y_low": 0.11, "y_base": 0.22, "y_high": 0.33, "kind": "one at a time"},
            {"output": "share_end", "time": math.nan, "factor": "b", "label": "b", "x_low": "none", "x_base": "none",
             "x_high": "hr_officer", "y_low": 0.22, "y_base": 0.22, "y_high": 0.27, "kind": "one at a time"},
        ],
    )  # fmt: skip
    text = words_of(bars.tornado(rows, Names(a="Staff", b="Owner"), "share", "share_end").svg)
    for part in ("11 %", "33 %", "27 %", "base: 22 %", "1 · 2 · 3 people", "none · none · hr officer"):
        assert part in text, (part, text)


def test_chance_is_a_bar_of_its_own() -> None:
    rows = table(
        "variance",
        [
            {"part": "alone", "factor": "a", "label": "a", "share": 0.5, "low": 0.4, "high": 0.6},
            {"part": "together", "factor": "", "label": "", "share": 0.2, "low": 0.1, "high": 0.3},
            {"part": "chance", "factor": "", "label": "", "share": 0.3, "low": 0.2, "high": 0.4},
        ],
    )
    drawing = bars.variance_parts(rows, Names(a="Staff"), "share")
    text = words_of(drawing.svg)
    assert "chance" in text and "30 %" in text and "factors together" in text
    assert "Staff 50 %; factors together 20 %; chance 30 %" in drawing.alt


def test_pairs_whose_interval_leaves_out_zero_are_bold_and_in_order() -> None:
    result, _ = analysed("sobol", 64)
    rows = result.indices[result.indices["output"] == "share_end"].copy()
    pairs = rows["index"] == "S2"
    rows.loc[pairs, ["value", "low", "high"]] = (0.0, -0.1, 0.1)
    first = rows.index[pairs][0]
    rows.loc[first, ["value", "low", "high"]] = (0.25, 0.2, 0.3)
    drawing = maps.pairs_map(rows, factor_names(result.factors), "share")
    assert "25" in words_of(drawing.svg).split()
    weights = {text.get_text(): text.get_fontweight() for text in drawing.figure.axes[0].texts}
    assert weights["25"] == "bold" and weights["0"] == "normal" and drawing.alt.count("25 %") == 1


def test_morris_draws_the_line_below_which_nothing_can_be_told() -> None:
    result, _ = analysed("morris", 8)
    rows = result.indices[(result.indices["output"] == "share_end")]
    drawing = maps.morris_plane(rows, factor_names(result.factors), "share", "share_end")
    assert "μ*" in words_of(drawing.svg) and "mean size" in drawing.alt
    assert drawing.alt.count("spread") == 5


def test_names_for_people() -> None:
    assert outcome_words("share_end") == "share of people practising at the end"
    assert outcome_words("share_practising[level=learning_leader]", 2.0).endswith(
        "learning leader after 2 years"
    )
    assert outcome_words("share_end: b − a") == "share of people practising at the end: b − a"
    assert outcome_words("my_own_number") == "my own number"
    assert "upper hump" in outcome_words("share_end: upper hump")
    factors = table(
        "factors",
        [
            {"factor": "parameters.a", "label": "a", "group": "", "meaning": "what it means; and more"},
            {"factor": "x.b", "label": "Own label", "group": "pair", "meaning": "what it means"},
            {"factor": "x.c", "label": "c", "group": "", "meaning": ""},
        ],
    )
    names = factor_names(factors)
    assert (names["parameters.a"], names["x.b"], names["x.c"], names["pair"]) == (
        "what it means",
        "Own label",
        "c",
        "pair",
    )
    assert names["unheard_of"] == "unheard_of" and factor_names(empty("factors")) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (per_cent(-0.001), "0 %"),
        (per_cent(-0.02), "−2 %"),
        (per_cent(math.nan), "–"),
        (index_text("ST", 0.794), "79 %"),
        (index_text("pawn", 0.4312), "0.43"),
        (index_text("effect", -0.05, "share_end"), "−5 points"),
        (value_text("share_end: b − a", 0.05), "+5 points"),
        (index_text("mu_star", 1234.5, "cost"), "1,234"),
        (value_text("share_end", 0.123456), "12.3 %"),
        (value_text("cost", 1_500_000.0), "1.50 million"),
        (value_text("skill_end", np.nan), "–"),
    ],
)
def test_numbers_for_people(text: str, expected: str) -> None:
    assert text == expected


def test_no_sentence_has_a_number_of_its_own() -> None:
    for key, sentence in SENTENCES.items():
        assert not any(char.isdigit() for char in sentence), key
    assert not any(char.isdigit() for line in LIMITS for char in line)


def _fields(found: Studied) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__slots__}


def _with(found: Studied, **changed: object):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(found.result, **changed)  # type: ignore[arg-type]
