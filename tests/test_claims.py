"""Claims on trial: files, the rule of the verdict, planted truths, and what is told."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import claims_lab as lab
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import REGISTER
from sim.scenario import library, load, resolve
from sim.validation.claims import ClaimError, Trial, load_claims, trial
from sim.validation.claims.check import FILE, read, rows, try_and_keep
from sim.validation.claims.claim import Term, names, read_claim, read_sum
from sim.validation.claims.measures import reach, reached
from sim.validation.claims.telling import BEGIN, END, document, verdicts
from sim.validation.claims.trial import as_data, from_data
from sim.validation.claims.verdict import Found, Unreachable, hinge_of, judge, wilson
from sim.validation.claims.worlds import FULL, MAIN, QUICK, design_of, draws, groups, variants
from sim.validation.rows import FAIL, good

MARGIN = 0.1


def found(kind: str, holding: int, of: int, name: str = "main") -> Found:
    """A world in which a claim holds in so many draws."""
    values = (1.0,) * holding + (-1.0,) * (of - holding)
    return Found(kind, name, f"the world {name}", values, MARGIN)


NULL = found("null", 0, 8, "null-00")
NO_DRAWS: list[dict[str, float]] = [{} for _ in range(20)]


@pytest.mark.parametrize(
    ("holding", "variant", "words"),
    [
        (20, 16, "supported"),
        (18, 12, "supported"),
        (20, 11, "depends"),
        (20, 12, "supported"),  # three in four
        (17, 16, "depends"),
        (3, 0, "depends"),
        (2, 4, "not supported"),
        (0, 14, "depends"),
        (0, 4, "not supported"),
    ],
)
def test_the_rule_of_the_verdict(holding: int, variant: int, words: str) -> None:
    worlds = [found("main", holding, 20), found("variant", variant, 16, "flat"), NULL]
    made = judge(worlds, NO_DRAWS)
    assert made.verdict == words
    assert (made.turning == ("flat",)) is (words == "depends" and holding in (0, 20))
    assert judge(worlds, NO_DRAWS, assumed=True).verdict == "assumed"


def drawn_world(kind: str, share: float, of: int, luck: np.random.Generator, name: str) -> Found:
    values = np.where(luck.random(of) < share, 1.0, -1.0)
    return Found(kind, name, name, tuple(values), MARGIN)


@pytest.mark.parametrize("share", [0.95, 0.92, 0.08])
def test_structures_that_change_nothing_seldom_turn_a_verdict(share: float) -> None:
    """Eight structures under which every draw holds as often as in the model as it is, by luck of their own."""
    luck = np.random.default_rng(7)
    turning = 0
    for _ in range(300):
        main = drawn_world("main", share, 48, luck, "main")
        others = [drawn_world("variant", share, 16, luck, f"v{k}") for k in range(8)]
        turning += bool(judge([main, *others, NULL], [{} for _ in range(48)]).turning)
    assert turning <= 15  # 5 % of 300


@pytest.mark.parametrize(("share", "changed"), [(1.0, 0.25), (0.0, 0.75)])
def test_a_structure_that_changes_everything_is_found(share: float, changed: float) -> None:
    luck = np.random.default_rng(8)
    found_ = 0
    for _ in range(100):
        worlds = [
            drawn_world("main", share, 48, luck, "main"),
            drawn_world("variant", changed, 16, luck, "flat"),
        ]
        others = [drawn_world("variant", share, 16, luck, f"v{k}") for k in range(7)]
        found_ += judge([*worlds, *others, NULL], [{} for _ in range(48)]).turning == ("flat",)
    assert found_ >= 90


def test_a_null_twin_that_is_not_reached_is_an_error() -> None:
    worlds = [found("main", 20, 20), found("null", 5, 8, "null-00")]
    with pytest.raises(Unreachable, match=r"null twin .* not reached.*62%"):
        judge(worlds, NO_DRAWS)
    with pytest.raises(Unreachable, match="no null twin"):
        judge(worlds[:1], NO_DRAWS)
    with pytest.raises(Unreachable):
        judge(worlds, NO_DRAWS, assumed=True)


def test_draws_that_did_not_run_decide_nothing() -> None:
    nan = float("nan")
    some = Found("main", "main", "", (1.0, nan, 1.0, nan), MARGIN)
    assert some.share == 1.0
    with pytest.raises(ValueError, match="every run failed"):
        judge([Found("main", "main", "", (nan, nan), MARGIN), NULL], NO_DRAWS)
    # A null twin without a single run was not reached either.
    with pytest.raises(Unreachable):
        judge([some, Found("null", "n", "", (nan,), MARGIN)], NO_DRAWS)


def test_the_parameter_that_tells_the_draws_apart_is_found() -> None:
    rng = np.random.default_rng(5)
    drawn = [{f"p{k}": float(v) for k, v in enumerate(rng.uniform(size=30))} for _ in range(48)]
    values = tuple(row["p7"] - 0.5 + 0.1 * float(rng.normal()) for row in drawn)
    hinge = hinge_of(Found("main", "main", "", values, 0.0), drawn)
    assert hinge is not None and hinge.parameter == "p7" and hinge.correlation > 0.8
    assert 0.35 < hinge.cut < 0.65 and hinge.below < 0.2 and hinge.above > 0.8


def test_many_parameters_raise_few_false_alarms() -> None:
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(40):
        drawn = [{f"p{k}": float(v) for k, v in enumerate(rng.uniform(size=20))} for _ in range(30)]
        values = tuple(float(v) for v in rng.normal(size=30))
        alarms += hinge_of(Found("main", "main", "", values, 0.0), drawn) is not None
    assert alarms <= 6  # binomial(40, .05): more than 6 in one of 300


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_interval_of_a_share_holds_it(hits: int, more: int) -> None:
    count = hits + more
    low, high = wilson(hits, count)
    assert 0.0 <= low <= hits / count + 1e-12 and hits / count - 1e-12 <= high <= 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_sums_are_read_as_written() -> None:
    text = (
        "a:share_practising[level=executive]@1.5 - 0.5 * b:swept + c:safety[department=Department 2]@2 - 0.25"
    )
    assert read_sum(text) == (
        Term(1.0, "a", "share_practising[level=executive]@1.5"),
        Term(-0.5, "b", "swept"),
        Term(1.0, "c", "safety[department=Department 2]@2"),
        Term(-0.25),
    )
    for wrong in ("", "a:x b:y", "a:x - ", "2 a:x", "a:x ** 2", "half - a:x", "a:x - 0.5 *"):
        with pytest.raises(ClaimError, match="sum"):
            read_sum(wrong)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"criterium": "x"}, "unknown key 'criterium'; did you mean 'criterion'"),
        ({"margin": -0.1}, "margin: found -0.1"),
        ({"margin": "much"}, "margin: found 'much'"),
        ({"null": {"says": "nothing"}}, "null: changes nothing"),
        ({"null": {"says": "x", "parameters": {"contagio": 1.0}}}, "no parameter is called 'contagio'"),
        ({"null": {"says": "x", "parameters": {"do_weight": 0.0}}}, "outside 0.1 to 0.9"),
        ({"contrasts": []}, "contrasts: none"),
        ({"contrasts": [{"says": "x", "sum": "b:share_end"}]}, "no arm is called b"),
        ({"measure": "", "arms": {"b": {"levers": [{"lever": "L99"}]}}}, "arms.b: "),
        ({"measure": "", "arms": {"run": {}, "idle": {}}}, "no contrast reads idle"),
        ({"arms": {"run": {}}}, "remove arms or measure"),
    ],
)
def test_a_claim_that_cannot_be_tried_says_why(changes: dict[str, object], what: str) -> None:
    with pytest.raises(ClaimError) as caught:
        read_claim(lab.content(**changes), "t01_planted")
    assert what in str(caught.value) and str(caught.value).startswith("t01_planted")


def test_missing_parts_and_strange_names_are_refused() -> None:
    raw = lab.content()
    del raw["null"]
    with pytest.raises(ClaimError, match="null missing"):
        read_claim(raw, "t01_planted")
    with pytest.raises(ClaimError, match="is called t01_words"):
        read_claim(lab.content(), "planted")
    with pytest.raises(ClaimError, match="no claim is called 't99'"):
        load_claims(["t99"])


def test_the_shipped_claims_are_all_there_and_quote_the_sources() -> None:
    claims = load_claims()
    assert [claim.id for claim in claims] == [*(f"T{k}" for k in range(1, 17)), "C10", "C25"]
    assert len(names()) == len(claims)
    text = files("sim.behaviours").joinpath("data/seed_rows.csv").read_text("utf-8").splitlines()
    quotations = {row["id"]: row["quotation"] for row in csv.DictReader(text)}
    for claim in claims:
        if claim.id.startswith("T"):
            assert claim.quote == quotations[claim.rows[0]], claim.id
            assert set(claim.rows) <= set(quotations)
    assert sum(bool(claim.assumed) for claim in claims) == 2


def test_what_a_claim_changes_lies_inside_the_evidence_and_variants_name_real_parameters() -> None:
    for claim in load_claims():
        for world in (claim.null, *([claim.region] if claim.region else [])):
            for name, value in world.parameters.items():
                assert REGISTER[name].low <= value <= REGISTER[name].high
    assert len(variants()) >= 6
    assert all(world.says and (world.parameters or world.set) for world in variants().values())


def test_claims_are_no_scenarios_of_the_library() -> None:
    assert not [name for name in library.names() if name[:1] in "tc" and name[1:3].isdigit()]


def test_a_full_trial_has_every_world_and_a_quick_one_the_null_twins() -> None:
    claims = load_claims()
    full, quick = groups(claims, FULL), groups(claims, QUICK)
    assert [group.kind for group in full].count("variant") == len(variants())
    assert {claim.id for group in quick if group.kind == "null" for claim in group.claims} == {
        c.id for c in claims
    }
    assert not [group for group in quick if group.kind in ("variant", "region")]
    # Claims with one null twin in common share its runs.
    assert sum(group.kind == "null" for group in full) < len(claims)


def test_a_world_holds_its_values_in_every_draw() -> None:
    drawn, _ = draws(5, 1)
    assert len(drawn) == 5
    many, _ = draws(200, 1)
    assert many[:5] == drawn and len({str(row) for row in many}) == len(many)
    null = lab.claim().null
    design = design_of(drawn, null)
    point = design.point(3)
    assert point["parameters.contagion"] == 0.0
    assert point["parameters.push"] == drawn[3]["push"]
    assert design_of(drawn, MAIN).point(3)["parameters.contagion"] == drawn[3]["contagion"]
    flat = variants()["flat"]
    assert design_of(drawn, flat, changes=True).point(0)["organization.tiers"] == "3"


def uniform(count: int, seed: int) -> tuple[list[dict[str, float]], str]:
    """Draws of three parameters, for planted claims."""
    rng = np.random.default_rng(seed)
    table = rng.uniform([0.6, 10.0, 0.1], [1.8, 40.0, 0.9], size=(count, 3))
    return [dict(zip(("push", "contagion", "do_weight"), map(float, row))) for row in table], "a test"


@pytest.fixture(scope="module")
def planted() -> Trial:
    """A true claim, a false one and one that depends on push, tried."""
    claims = [
        lab.claim("always", name="t01_true"),
        lab.claim("never", name="t02_false", region={"says": "strong push", "parameters": {"push": 1.8}}),
        lab.claim("mixed", name="t03_mixed", region={"says": "strong push", "parameters": {"push": 1.8}}),
        lab.claim("always", name="t04_assumed", assumed="theory: so declared"),
        lab.claim("always", name="t05_stuck", null={"says": "little push", "parameters": {"push": 0.6}}),
    ]
    with ThreadPoolExecutor(2) as crew:
        return trial(claims, workers=crew, effort=lab.TINY, drawn_by=uniform)


def test_planted_worlds_get_their_verdicts(planted: Trial) -> None:
    told = {one.claim: one.judgement.verdict if one.judgement else None for one in planted.outcomes}
    assert told == {"T1": "supported", "T2": "not supported", "T3": "depends", "T4": "assumed", "T5": None}
    mixed = planted.of("T3").judgement
    assert mixed is not None and mixed.hinge is not None
    assert mixed.hinge.parameter == "push" and 1.1 < mixed.hinge.cut < 1.4
    assert mixed.words == "depends on push" and "of draws below" in mixed.why
    assert next(one for one in planted.of("T3").found if one.kind == "region").share == 1.0
    assert "not reached" in planted.of("T5").problem
    # Two replicates of 40 draws in one world, one of 8 in the null twins and the region, a sweep for each measure.
    assert planted.runs == 40 * 2 + 3 * 8


def test_a_trial_is_kept_whole(planted: Trial, tmp_path: Path) -> None:
    again = from_data(as_data(planted))
    assert again == planted
    path = tmp_path / FILE
    path.write_text("{}", "utf-8")
    with pytest.raises(ValueError, match="cannot be read as a trial"):
        read(path)


def test_the_page_tells_every_verdict(planted: Trial) -> None:
    claims = [lab.claim("always", name=f"t0{k}_x") for k in (1, 2, 5)]
    told = rows(claims, planted)
    assert [row.verdict for row in told] == ["supported", "not supported", FAIL]
    assert not good(told) and good(told[:2])
    assert told[0].ours.startswith("holds in 40 of 40 draws")
    text = verdicts(claims, planted, figures="figures")
    assert "**supported**" in text and "**no verdict**" in text and "(figures/T2.svg)" in text
    page = document(f"before\n{BEGIN}\nsomething stale\n{END}\nafter\n", claims, planted)
    assert page.startswith("before\n") and page.endswith("after\n") and "stale" not in page
    assert document(page, claims, planted) == page
    with pytest.raises(ValueError, match="no place"):
        document("nothing", claims, planted)


def test_a_figure_shows_every_draw_and_the_parameter(planted: Trial) -> None:
    from sim.report.claims import claim_figures, overview

    claims = [lab.claim("mixed", name="t03_mixed"), lab.claim("always", name="t01_true")]
    drawings = claim_figures(claims, planted)
    hinge = planted.of("T3").judgement
    assert hinge is not None and hinge.hinge is not None
    left, right = drawings["T3"].figure.axes
    assert sum(len(dots.get_offsets()) for dots in left.collections) == 40 + 8 + 8
    assert sum(len(dots.get_offsets()) for dots in right.collections) == 40
    assert len(drawings["T1"].figure.axes) == 1
    assert "40 of 40" in drawings["T1"].alt
    assert overview(claims, planted).svg.startswith("<svg")


def test_reach_counts_whom_the_keen_lit() -> None:
    keen = np.array([0.0, 3.0, 1.0, 2.0, 9.0, -1.0, 0.5, 1.5, 99.0])
    staff = np.array([True] * 8 + [False])
    # step, seat, kind, source, layer: two lit by seat 4, one by seat 1, one by seat 5, one by nobody, one in the burn-in
    events = np.array([
        [3, 0, 0, 4, 1], [4, 2, 0, 4, 1], [5, 3, 0, 1, 1], [6, 6, 0, 5, 0], [7, 7, 0, -1, 4], [-2, 7, 0, 4, 1], [8, 1, 1, 4, 0]
    ], dtype=np.int32)  # fmt: skip
    assert reached(keen, events, staff) == (1.5, 0.5)


def test_reach_is_the_same_wherever_it_is_run() -> None:
    point = {"parameters.push": 1.5, "organization.people": "60", "organization.tiers": "3"}
    first = reach(point, seed=3, replicate=1)
    assert first == reach(dict(reversed(point.items())), seed=3, replicate=1)
    assert first != reach(point, seed=3, replicate=2)
    assert 0.0 < first["bottom"] + first["top"] < 10.0


def test_the_document_says_what_was_found_for_the_claims_as_they_are() -> None:
    """Renew it with `ripple claims --docs docs` where this fails."""
    docs = Path(__file__).parents[1] / "docs"
    kept = read(docs / "figures" / "claims" / FILE)
    claims = load_claims()
    assert kept.effort == "full"
    assert {one.claim: one.fingerprint for one in kept.outcomes} == {
        one.id: one.fingerprint for one in claims
    }
    text = (docs / "claims.md").read_text("utf-8")
    assert document(text, claims, kept) == text
    assert all(
        (docs / "figures" / "claims" / f"{name}.svg").is_file()
        for name in ("claims", *(c.id for c in claims))
    )


@pytest.mark.slow
def test_every_scenario_of_every_claim_can_be_made_under_every_structure() -> None:
    structures = [
        world.set for world in (*variants().values(), *(c.null for c in load_claims())) if world.set
    ]
    for changes in [(), *structures]:
        for claim in load_claims():
            for one in claim.arms.values():
                raw = one.model_dump(exclude_none=True, by_alias=True)
                resolve(load(raw, overrides=changes))


@pytest.mark.slow
def test_two_shipped_claims_end_to_end(tmp_path: Path) -> None:
    made = try_and_keep(load_claims(["T8", "T10"]), tmp_path, quick=True)
    assert made.of("T8").judgement is not None and made.of("T8").judgement.verdict == "supported"
    assert made.of("T10").judgement is not None
    assert read(tmp_path / FILE) == made
    # The same call takes what is there: nothing is run again.
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("runs.parquet")}
    assert try_and_keep(load_claims(["T8", "T10"]), tmp_path, quick=True) == made
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("runs.parquet")}


@pytest.mark.slow
def test_the_command_tells_and_draws(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from sim.cli import main

    found = CliRunner().invoke(main, ["claims", "T8", "--quick", "--out", str(tmp_path)])
    assert found.exit_code == 0, found.output
    assert "Authority casts a big shadow" in found.output and "quick run" in found.output
    assert (tmp_path / "figures" / "T8.svg").is_file() and "supported" in (tmp_path / "claims.md").read_text(
        "utf-8"
    )
    again = CliRunner().invoke(
        main, ["claims", "--from", str(tmp_path / FILE), "--out", str(tmp_path / "two")]
    )
    assert again.exit_code == 0 and (tmp_path / "two" / "figures" / "claims.svg").is_file()
    wrong = CliRunner().invoke(main, ["claims", "T77"])
    assert wrong.exit_code == 2 and "no claim is called 'T77'" in wrong.output
