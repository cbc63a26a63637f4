"""The protocol, executed: its update lines alone, evaluated on a world of the engine, give the engine's next world."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.behaviours.catalogue import matrices
from sim.engine import layout
from sim.engine.run import Simulation
from sim.scenario import load, resolve
from sim.theory import channels
from sim.theory.chance import PERSON, TEAM, draw, normal, uniform
from sim.theory.practice import expected_response
from sim.validation.equations import blocks, callables, equations

TEXT = (Path(__file__).parents[1] / "docs" / "odd.md").read_text("utf-8")
LAYERS, TOPICS, BEHAVIOURS = range(4), range(4), range(channels.N_CONDUCT)


def updates() -> dict[str, tuple[tuple[str, ...], Any]]:
    """By name: the indices on the left of its line, and its right side compiled."""
    found = {}
    for line in blocks(TEXT, "update"):
        statement = ast.parse(line).body[0]
        assert isinstance(statement, ast.Assign)
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            name, indices = target.id, ()
        else:
            name = target.value.id  # type: ignore[attr-defined]
            inside = target.slice  # type: ignore[attr-defined]
            indices = tuple(one.id for one in (inside.elts if isinstance(inside, ast.Tuple) else [inside]))
        found[name] = indices, compile(ast.Expression(statement.value), line[:60], "eval")
    return found


class Quantity:
    """A name of the text: `x[i, k]` evaluates its line for those indices, once."""

    def __init__(self, page: Page, indices: tuple[str, ...], code: Any) -> None:
        self.page, self.indices, self.code, self.known = page, indices, code, {}  # type: ignore[var-annotated]

    def __getitem__(self, key: Any) -> Any:
        places = key if isinstance(key, tuple) else (key,)
        if places not in self.known:
            self.known[places] = eval(self.code, {**self.page.names, **dict(zip(self.indices, places))})
        return self.known[places]


class Page:
    """The text with a world put in: what `given` names is data, all else is evaluated from the text."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.names: dict[str, Any] = {**callables(equations(TEXT)), "uniform": uniform, "normal": normal}
        self.names |= {
            "expected_response": expected_response,
            "exp": math.exp,
            "log": math.log,
            "sqrt": math.sqrt,
        }
        self.names |= {"layers": LAYERS, "topics": TOPICS, "behaviours": BEHAVIOURS}
        self.names |= {
            "AUTHORITY": 0,
            "PEERS": 1,
            "MUTUAL": 2,
            "RIPPLES": 3,
            "MUTUAL_WORK": channels.MUTUAL_WORK,
        }
        self.names |= {
            name.upper(): number for number, name in enumerate(channels.CHANNELS) if name != "mutual"
        }
        lines = updates()
        for name, (indices, code) in lines.items():
            if indices and name not in given:
                self.names[name] = Quantity(self, indices, code)
        self.names |= given
        for name, (indices, code) in lines.items():
            if not indices and name not in given:
                self.names[name] = eval(code, self.names)

    def __getitem__(self, name: str) -> Any:
        return self.names[name]


def simulation_of(**more: Any) -> Simulation:
    raw = {
        "name": "page",
        "extends": "all_levers",
        "organization": {"people": 50, "tiers": 4, "departments": 3, "community": 6},
        "run": {"years": 2, "burn_in": 0.1},
        "responses": {"turnover": "off"},
        "parameters": {"negativity": 1.3, "tie_turnover": 3.0, "contagion": 40.0, "habit_hardening": 0.2},
        "shocks": [{"barrier": "telling", "at": "month 1", "for": "1 year"}],
        **more,
    }
    return Simulation(resolve(load(raw)), seed=5, alpha_offset=0.1)


def by_seat(simulation: Simulation, table: Any, width: tuple[int, ...]) -> Any:
    """Rows of leaders as rows of seats, zero for those who do not lead."""
    world = simulation.world
    found = np.zeros((len(world.manager), *width))
    found[world.seat_of_row] = table
    return found


def before_step(simulation: Simulation) -> dict[str, Any]:
    """What the text needs of the world as it stands before a step in which nobody comes or goes."""
    world = simulation.world
    state, conduct = world.state.copy(), (channels.N_CONDUCT,)
    return {
        "A": (world.flags & 1).astype(float),
        "y_E": state[:, layout.Y_E], "y_Psi": state[:, layout.Y_PSI], "y_G": state[:, layout.Y_G],
        "R": state[:, layout.R0 : layout.R0 + 4], "Q": state[:, layout.Q0 : layout.Q0 + 4],
        "habit": state[:, layout.HABIT], "experience": state[:, layout.EXPERIENCE],
        "recognition_felt": state[:, layout.RECOGNITION_FELT], "occasions_felt": state[:, layout.OCCASIONS_FELT],
        "z": by_seat(simulation, world.z.copy(), conduct), "memory": world.memory.copy(),
    }  # fmt: skip


def parameters_of(simulation: Simulation) -> dict[str, Any]:
    p = {name: float(simulation.p[name]) for name in simulation.p.dtype.names}
    p["weight"] = [p[f"weight_{name}"] for name in channels.LAYERS]
    p["visibility"] = [p["visibility_authority"], 1.0, 1.0, p["visibility_ripples"]]
    p["negativity_weight"] = p["negativity"]
    del p["negativity"], p["staleness"]  # the first is an equation's name; the second is given back below
    return {**p, "staleness": float(simulation.p["staleness"]), "dt": simulation.resolved.dt}


def after_step(simulation: Simulation) -> dict[str, Any]:
    """What steps 1 to 3 have done, what is fixed, and luck: read from the world after the step."""
    world, p, catalogue = simulation.world, simulation.p, matrices()
    field = (
        world.field[world.coverage] * world.targeting[world.department][:, None]
        + world.struck[world.coverage]
    )
    n = len(world.manager)
    here = (world.flags & layout.VACANT) == 0
    weights: dict[tuple[int, int, int], float] = {}
    heard: dict[tuple[int, int], list[int]] = {}
    for i in range(n):
        for layer in LAYERS:
            first = world.start[i, layer]
            slots = range(first, first + world.active[i, layer])
            heard[i, layer] = sorted({int(world.source[s]) for s in slots if here[world.source[s]]})
            for slot in slots:  # two ties from one source count as one of their summed weight
                place = (i, int(world.source[slot]), layer)
                weights[place] = weights.get(place, 0.0) + float(world.weight[slot])
    conduct, felt = (channels.N_CONDUCT,), (channels.N_FELT,)
    pad = channels.N_CHANNELS - channels.N_FELT
    leads = np.zeros(n)
    leads[world.seat_of_row] = 1.0
    executives = np.flatnonzero(here & (world.level == channels.EXECUTIVE))
    staff = here & (world.level != channels.COMMUNITY)
    trait = world.trait
    cast = [0.0, 0.0, 0.0, float(p["broadcast"]) if len(executives) else 0.0]
    return {
        "sigma": trait[:, layout.SIGMA], "epsilon": trait[:, layout.EXPRESSIVENESS], "openness": trait[:, layout.OPENNESS],
        "theta": trait[:, layout.THETA], "l_E": trait[:, layout.L_E], "l_Psi": trait[:, layout.L_PSI],
        "p_usual": trait[:, layout.P_BAU], "alpha": trait[:, layout.ALPHA], "C_usual": trait[:, layout.C_BAR],
        "x_usual": trait[:, layout.X_BAR], "b": trait[:, layout.B0 : layout.B0 + 4],
        "s_usual": trait[:, layout.S_USUAL0 : layout.S_USUAL0 + 4],
        "ref_E": world.reference[:, :4], "ref_Psi": world.reference[:, layout.REF_PSI],
        "ref_felt": np.pad(world.reference[:, layout.REF_FELT0 :], ((0, 0), (0, pad))),
        "usual_conduct": by_seat(simulation, world.usual_conduct, conduct),
        "usual_boss": by_seat(simulation, world.usual_boss, conduct),
        "push_on": by_seat(simulation, world.push, conduct), "hours": by_seat(simulation, world.hours, ()),
        "emits": np.pad(world.emits, ((0, 0), (0, pad))), "fit": simulation.plan.fit, "fit_usual": world.fit_usual,
        "say": catalogue.say, "do": catalogue.do, "eta": world.eta, "boss": world.manager, "leads": leads,
        "w": weights, "ties": lambda i, layer: heard[i, layer], "b_cast": cast,
        "has_layer": lambda i, layer: float(world.start[i, layer + 1] > world.start[i, layer] or cast[layer] > 0.0),
        "executives": executives, "staff": staff,
        "field": field, "targeting": world.targeting, "department": world.department,
        "word_noise": world.words[:, 0], "word_practice": world.words[:, 1],
        "share_usual": float(world.population[layout.POP_SHARE]), "response_form": int(world.switches[layout.SW_RESPONSE]),
        "memory_usual": world.memory_usual,
        "members": lambda d: np.flatnonzero(staff & (world.department == d)).tolist(),
        "heads": [float((staff & (world.department == d)).sum()) for d in range(len(world.memory))],
        "felt_platform": field[:, channels.PLATFORM],
        **parameters_of(simulation), "felt_width": felt,
    }  # fmt: skip


def page_of(simulation: Simulation) -> Page:
    """Take one step; the page holds what the text needs of it."""
    given = before_step(simulation)
    simulation.advance(1)
    page = Page({**given, **after_step(simulation)})
    staff = page["staff"]
    voices = [
        page["voice"][i] + page["leads"][i] * page["radiates"][i, 3] for i in page["executives"].tolist()
    ]
    page.names["crowd_voice"] = float(np.mean(voices)) if voices else 0.0
    page.names["crowd_share"] = float(page["A"][staff].mean())
    return page


def of(page: Page, name: str, *key: int) -> Any:
    """A quantity by the text; where a layer has no weight its quantities are 0, which the text says in words."""
    try:
        return page[name][key if len(key) > 1 else key[0]]
    except ZeroDivisionError:
        return None


@pytest.mark.parametrize("steps_before", [5, 12, 40])
def test_the_text_moves_everybody_as_the_engine_does(steps_before: int) -> None:
    simulation = simulation_of()
    simulation.advance(steps_before)
    page = page_of(simulation)
    world = simulation.world
    compared = dict.fromkeys(("y_E", "y_Psi", "y_G", "R", "Q", "flags"), 0)
    for i in range(len(world.manager)):
        expected = [
            ("y_E", of(page, "y_E_next", i), world.state[i, layout.Y_E]),
        ]
        decides = of(page, "lapses" if page["A"][i] else "adopts", i)
        if decides is not None:
            assert bool(world.flags[i] & 1) == (bool(page["A"][i]) != decides), f"practice of seat {i}"
            compared["flags"] += 1
        if world.level[i] != channels.COMMUNITY:
            expected.append(("y_Psi", of(page, "y_Psi_next", i), world.state[i, layout.Y_PSI]))
            expected.append(("y_G", of(page, "y_G_next", i), world.state[i, layout.Y_G]))
            for k in TOPICS:
                expected.append(("R", of(page, "R_next", i, k), world.state[i, layout.R0 + k]))
                expected.append(("Q", of(page, "Q_next", i, k), world.state[i, layout.Q0 + k]))
        for name, text, engine in expected:
            if text is not None:
                assert text == pytest.approx(engine, abs=1e-11), f"{name} of seat {i}"
                compared[name] += 1
    assert min(compared.values()) > 25, compared


def test_the_text_moves_leaders_and_memories_as_the_engine_does() -> None:
    simulation = simulation_of()
    simulation.advance(20)
    page = page_of(simulation)
    world = simulation.world
    done = 0
    for row, seat in enumerate(world.seat_of_row.tolist()):
        if world.manager[seat] < 0 or not page["leads"][world.manager[seat]]:
            continue
        for m in BEHAVIOURS:
            assert page["z_next"][seat, m] == pytest.approx(world.z[row, m], abs=1e-12)
            done += 1
    assert done > 100 and np.abs(world.z).max() > 0.01
    for d in range(len(world.memory)):
        for k in TOPICS:
            assert page["memory_next"][d, k] == pytest.approx(world.memory[d, k], abs=1e-12)


def test_the_text_settles_people_as_the_engine_does() -> None:
    simulation = simulation_of()
    world, p = simulation.world, simulation.p
    given = after_step(simulation)
    for name in ("ref_E", "ref_Psi", "ref_felt", "usual_boss", "x_usual", "C_usual", "alpha", "p_usual", "b"):
        del given[name]
    pool: dict[tuple[int, int], list[int]] = {}
    often: dict[tuple[int, int, int], float] = {}
    weights: dict[tuple[int, int, int], float] = {}
    for i in range(len(world.manager)):
        for layer in LAYERS:
            pool[i, layer] = []
            for slot in range(world.start[i, layer], world.start[i, layer + 1]):
                pair, j = world.pair[slot], int(world.source[slot])
                if (pair >= 0 and world.pair_programme[pair] >= 0) or world.opens[j] > 0:
                    continue
                pool[i, layer].append(j)
                weights[i, j, layer] = float(world.weight[slot])
                often[i, j, layer] = 1.0 if pair < 0 else float(world.population[layout.POP_TIE])
    population = world.population
    turnover = np.where(world.level == channels.EMPLOYEE, p["turnover_employees"], p["turnover_leaders"])
    given |= {
        "pool": lambda i, layer: pool[i, layer], "f": often, "w": weights, "centring": True,
        "leaders_over": lambda i: [j for j in pool[i, 0] if given["leads"][j]],
        "l_G": world.trait[:, layout.L_G], "base": population[layout.POP_B0], "mean_l_E": population[layout.POP_E],
        "mean_l_Psi": population[layout.POP_PSI], "mean_l_G": population[layout.POP_G],
        "mean_executives": population[layout.POP_EXECUTIVES], "b_usual": [0.0, 0.0, 0.0, float(p["broadcast"])],
        "s_usual": world.trait[:, layout.S_USUAL0 :], "turnover_base": turnover,
    }  # fmt: skip
    page = Page(given)
    trait = world.trait
    settled = (
        ("p_usual", layout.P_BAU), ("x_usual", layout.X_BAR), ("v_usual", layout.X_VAR), ("C_usual", layout.C_BAR),
        ("alpha", layout.ALPHA),
    )  # fmt: skip
    for i in np.flatnonzero((world.opens == 0) & (world.level != channels.COMMUNITY)).tolist():
        for name, column in settled:
            assert page[name][i] == pytest.approx(trait[i, column], abs=1e-12), f"{name} of seat {i}"
        for layer in LAYERS:
            if pool[i, layer]:
                assert page["ref_E"][i, layer] == pytest.approx(world.reference[i, layer], abs=1e-12)
        if pool[i, 1]:
            assert page["ref_Psi"][i] == pytest.approx(world.reference[i, layout.REF_PSI], abs=1e-12)
        if page["leaders_over"](i):
            for c in range(channels.N_FELT):
                assert page["ref_felt"][i, c] == pytest.approx(
                    world.reference[i, layout.REF_FELT0 + c], abs=1e-12
                )
        for k in TOPICS:
            assert page["b"][i, k] == pytest.approx(trait[i, layout.B0 + k], abs=1e-12)


def test_the_text_draws_people_as_the_engine_does() -> None:
    simulation = simulation_of()
    world = simulation.world
    key = tuple(int(word) for word in world.key)
    for i in range(0, 50, 7):
        words = {
            name: draw(0, i, PERSON, block, *key) for block, name in enumerate(("a", "b_word", "d_word"))
        }
        words |= {
            "e": draw(0, int(world.team[i]), TEAM, 0, *key),
            "h_word": draw(0, int(world.department[i]), TEAM, 1, *key),
        }
        share = float(simulation.p["team_agreement"])
        given = {**parameters_of(simulation), **words, "between": share**0.5, "within": (1.0 - share) ** 0.5}
        page = Page({**given, "level": world.level, "pushback": world.pushback})
        for name, column in (
            ("sigma", layout.SIGMA), ("epsilon", layout.EXPRESSIVENESS), ("openness", layout.OPENNESS), ("theta", layout.THETA),
            ("l_E", layout.L_E), ("l_Psi", layout.L_PSI), ("l_G", layout.L_G),
        ):  # fmt: skip
            assert page[name][i] == pytest.approx(world.trait[i, column], abs=1e-12), f"{name} of seat {i}"
        for k in TOPICS:
            assert page["s_usual"][i, k] == pytest.approx(world.trait[i, layout.S_USUAL0 + k], abs=1e-12)


def test_a_spoiled_line_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    here = sys.modules[__name__]
    spoiled = TEXT.replace("a_care * felt[i, CARE]", "a_care * felt[i, CAREER]")
    assert spoiled != TEXT
    monkeypatch.setattr(here, "TEXT", spoiled)
    with pytest.raises(AssertionError, match="of seat"):
        test_the_text_moves_everybody_as_the_engine_does(40)
