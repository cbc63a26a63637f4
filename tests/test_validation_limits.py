"""Limits in closed form: formulas, nets, scenario files, and rows that turn red when the model is spoiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model import Employee
from sim.scenario import ScenarioError, load, resolve
from sim.scenario.library import LIMITS, find, folder, limits, names
from sim.validation import lab, limits_anchored, limits_spread, nets, peers
from sim.validation.closed_forms import bass, cascade, friedkin_johnsen, left_perron, sisa_rest, watts_window
from sim.validation.rows import FAIL, PASS

# --- formulas -----------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(a=st.floats(0.0, 1.0), b=st.floats(0.05, 3.0), g=st.floats(0.05, 2.0))
def test_the_rest_point_of_sisa_is_one(a: float, b: float, g: float) -> None:
    share = sisa_rest(a, b, g)
    assert 0.0 <= share <= 1.0
    assert (a + b * share) * (1.0 - share) - g * share == pytest.approx(0.0, abs=1e-9)


def test_bass_is_its_own_differential_equation_from_any_start() -> None:
    times = np.linspace(0.0, 15.0, 3001)
    for start in (0.0, 0.1):
        curve = bass(times, 0.03, 0.38, start)
        assert curve[0] == pytest.approx(start, abs=1e-12)
        slope = np.gradient(curve, times)
        assert slope[1:-1] == pytest.approx(((0.03 + 0.38 * curve) * (1.0 - curve))[1:-1], abs=1e-5)
    assert bass(np.array([6.1926]), 0.03, 0.38)[0] == pytest.approx(0.46053, abs=1e-5)


def test_consensus_weights_and_anchored_rest_point() -> None:
    assert left_perron(np.array([[0.5, 0.5], [0.25, 0.75]])) == pytest.approx([1 / 3, 2 / 3], abs=1e-12)
    weights, sigma, own = np.array([[0.0, 1.0], [0.5, 0.5]]), np.array([0.5, 0.2]), np.array([1.0, -1.0])
    rest = friedkin_johnsen(weights, sigma, own)
    assert rest == pytest.approx(sigma * (weights @ rest) + own, abs=1e-12)


@pytest.mark.parametrize(
    ("z", "phi", "rho", "listed"),
    [(2.0, 0.18, 0.01, 0.8), (10.0, 0.18, 0.01, 0.0197), (6.0, 0.30, 0.05, 0.1072)],
)
def test_cascades_have_the_listed_sizes(z: float, phi: float, rho: float, listed: float) -> None:
    assert cascade(z, phi, rho) == pytest.approx(listed, abs=5e-4)


def test_the_cascade_window_closes_above_a_quarter() -> None:
    assert watts_window(5) == pytest.approx((1.0207, 5.765), abs=1e-3)
    with pytest.raises(ValueError, match="no cascade window"):
        watts_window(3)


# --- nets ---------------------------------------------------------------------------------------------------


def degrees(net: nets.Net) -> Counter[int]:
    return Counter(np.bincount(net.arcs[:, 1], minlength=net.n).tolist())


def test_nets_have_the_degrees_they_say() -> None:
    assert degrees(nets.ring(20, 6)) == {6: 20}
    assert degrees(nets.torus(6)) == {8: 36}
    assert degrees(nets.star(9)) == {1: 9, 9: 1}
    net = nets.random_net(500, 4.0, 1)
    assert len(net.arcs) == 2 * 1000
    assert (
        len(np.unique(net.arcs[:, 0] * 500 + net.arcs[:, 1])) == 2000
        and (net.arcs[:, 0] != net.arcs[:, 1]).all()
    )


def test_rewiring_keeps_degrees_and_moves_ties() -> None:
    plain, rewired = nets.torus(20), nets.rewired_torus(20, 0.3, 1)
    assert degrees(rewired) == degrees(plain)
    arcs = {tuple(arc) for arc in plain.arcs.tolist()}
    moved = np.mean([tuple(arc) not in arcs for arc in rewired.arcs.tolist()])
    assert 0.3 < moved < 0.6
    assert len({tuple(arc) for arc in rewired.arcs.tolist()}) == len(rewired.arcs)
    assert len(rewired.practising) == 9


def test_a_crowd_needs_what_it_is_told() -> None:
    net = nets.crowd([0, 1, 2])
    assert [int((net.arcs[:, 1] == seat).sum()) for seat in range(3)] == [3, 2, 1]
    assert set(net.arcs[:, 0].tolist()) <= set(net.practising.tolist()) == {3, 4, 5}


SHIPPED: dict[str, Callable[[], nets.Net]] = {
    "star": lambda: nets.star(100),
    "ring": lambda: nets.ring(200, 4),
    "torus": lambda: nets.torus(15),
    "random": lambda: nets.random_net(400, 4.0, 1, practising=4),
    "crowd": lambda: nets.crowd(list(range(100))),
}


def write_files(folder: Path) -> None:
    """Write the people and ties of the nets that the limits ship (`scenarios/limits`), as they are shipped."""
    for name, make in SHIPPED.items():
        net = make()
        seeds = set(net.practising.tolist())
        people = [f"{seat:03d},{int(seat in seeds)}" for seat in range(net.n)]
        head = "id,practising"
        if not seeds:
            head, people = "id", [f"{seat:03d}" for seat in range(net.n)]
        arcs = net.arcs if net.directed else net.arcs[: len(net.arcs) // 2]
        ties = [f"{source:03d},{hearer:03d}" for source, hearer in arcs.tolist()]
        (folder / f"{name}_people.csv").write_text("\n".join([head, *people]) + "\n", "utf-8")
        (folder / f"{name}_ties.csv").write_text("\n".join(["source,target", *ties]) + "\n", "utf-8")


def test_the_shipped_files_are_those_of_the_nets(tmp_path: Path) -> None:
    write_files(tmp_path)
    for path in tmp_path.iterdir():
        assert (folder() / LIMITS / path.name).read_text("utf-8") == path.read_text("utf-8"), path.name


# --- scenario files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", limits())
def test_every_limit_loads_and_says_what_it_asks(name: str) -> None:
    scenario = load(name)
    assert scenario.question.endswith((")", "?"))
    assert find(name) == folder() / f"{name}.toml"
    assert resolve(scenario).fixed_offset is not None


def test_limits_are_not_listed_among_plans() -> None:
    assert not any(name.startswith(LIMITS) for name in names())
    with pytest.raises(ScenarioError, match="limits/nonsense"):
        find("limits/nonsense")
    with pytest.raises(ScenarioError):
        find("limits/../business_as_usual")


def test_a_usual_scenario_has_an_offset_to_find() -> None:
    assert resolve(load("business_as_usual")).fixed_offset is None


def test_a_net_from_files_and_in_memory_spread_alike() -> None:
    from_files = lab.limit("random_net")
    in_memory = nets.on_net(from_files, SHIPPED["random"]())
    one, other = (lab.to_rest(lab.begin(plan)) for plan in (from_files, in_memory))
    assert (one == other).all() and 4 < one.sum() < len(one)


def test_without_spontaneous_adoption_nobody_starts() -> None:
    plan = nets.on_net(lab.limit("ring"), nets.Net(50, nets.ring(50, 4).arcs, np.array([7])))
    assert lab.to_rest(lab.begin(plan)).sum() == 1


# --- rows ---------------------------------------------------------------------------------------------------


def verdicts(rows) -> dict[str, str]:  # type: ignore[no-untyped-def]
    return {row.what: row.verdict for row in rows}


def test_social_influence_passes_and_a_spoiled_layer_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(verdicts(limits_anchored.anchored(True)).values()) == {PASS}

    def spoiled(name: str, *overrides: str):  # type: ignore[no-untyped-def]
        return lab.limit(name, *overrides, "parameters.visibility_authority=0.99")

    monkeypatch.setattr(limits_anchored, "limit", spoiled)
    found = verdicts(limits_anchored.anchored(True))
    assert [name for name, verdict in found.items() if verdict == FAIL and "distance" in name]


def test_skill_and_turnover_pass_and_a_wrong_half_life_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*limits_anchored.skills(True), *limits_anchored.staying(True)]
    assert set(verdicts(rows).values()) == {PASS}

    def spoiled(name: str, *overrides: str):  # type: ignore[no-untyped-def]
        return lab.limit(name, *overrides, "parameters.gain_practice=0.01")

    monkeypatch.setattr(limits_anchored, "limit", spoiled)
    assert FAIL in verdicts(limits_anchored.skills(True)).values()


def test_riots_and_rings_are_exact() -> None:
    assert set(verdicts([*limits_spread.granovetter(True), *limits_spread.rings(True)]).values()) == {PASS}


def test_the_linearised_hazards_have_the_abscissa_of_the_spectrum() -> None:
    plan = nets.on_net(lab.limit("sis_star"), limits_spread.complete(12))
    largest = np.linalg.eigvals(limits_spread.hazard_map(plan)).real.max()
    assert largest == pytest.approx(0.05 * 11 - 1.0, abs=1e-8)


@pytest.mark.slow
def test_a_wrong_contagion_is_not_taken_for_sis(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoiled(name: str, *overrides: str):  # type: ignore[no-untyped-def]
        more = ("organization.people=1000",) if name == "sis" else ()
        return lab.limit(name, *overrides, *more, "parameters.contagion=0.23")

    monkeypatch.setattr(limits_spread, "limit", spoiled)
    found = verdicts(limits_spread.sis(True))
    assert [verdict for name, verdict in found.items() if "endemic" in name] == [FAIL, FAIL]


def test_agents_equal_the_engine_and_a_spoiled_agent_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = lab.limit("sis", "organization.people=80")
    assert lab.twin_difference(plan, 6) == ""
    owner = next(
        kind for kind in Employee.__mro__ if "exposed_to" in vars(kind) or "leaving_hazard" in vars(kind)
    )
    hazard = owner.leaving_hazard
    plan = lab.limit("turnover", "organization.people=150")
    monkeypatch.setattr(owner, "leaving_hazard", lambda self: 30.0 * hazard(self))
    assert lab.twin_difference(plan, 12).startswith("step ")


@pytest.mark.slow
def test_other_libraries_agree() -> None:
    pytest.importorskip("EoN")
    pytest.importorskip("ndlib")
    assert [row for row in peers.libraries(True) if row.verdict != PASS] == []
    # Both sides are seeded: what passes once passes at every call.
    assert list(peers._gillespie("share", 3)) == list(peers._gillespie("share", 3))


def test_a_missing_library_is_said_not_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers.importlib.util, "find_spec", lambda name: None)
    assert set(verdicts(peers.libraries(True)).values()) == {"not run"}


@pytest.mark.slow
@pytest.mark.parametrize("check", [limits_spread.bass_growth, limits_spread.windows, peers.twins])
def test_quick_rows_pass(check) -> None:  # type: ignore[no-untyped-def]
    assert set(verdicts(check(True)).values()) == {PASS}
