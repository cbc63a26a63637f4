"""Evaluators with known answers for the tools of `sim.decisions`, and a quick real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import pytest

from sim.decisions.futures import Future
from sim.decisions.simulator import Simulator
from sim.engine.stationary import Offset
from sim.organization.luck import Luck
from sim.scenario import Scenario, load

Worth = Callable[[Scenario, Future, int], float]

TINY: dict[str, Any] = {
    "organization": {"people": 60, "departments": 3},
    "run": {"years": 1.0, "burn_in": 0.1, "seed": 3},
}


def plan(name: str, *levers: str | Mapping[str, Any], **tables: Any) -> Scenario:
    """A plan on a tiny organisation with the levers named."""
    rows = [{"lever": lever} if isinstance(lever, str) else dict(lever) for lever in levers]
    return load({**TINY, "name": name, "levers": rows, **tables})


def doses(scenario: Scenario) -> dict[str, float]:
    """Dose by lever."""
    return {use.lever: use.dose for use in scenario.levers}


class Formula:
    """An evaluator that is a formula, with noise.

    Args:
        worth: mean outcome of a plan in a future and replicate.
        noise: spread of what each plan, future and replicate has of its own: independent luck.
        common: spread of what all plans share in a replicate: common luck.
        seed: whose luck.
        money, hours: cost and leader hours by lever at dose 1.
        more: further outcomes, by name.
    """

    def __init__(
        self,
        worth: Worth,
        *,
        noise: float = 0.0,
        common: float = 0.0,
        seed: int = 0,
        money: Mapping[str, float] | None = None,
        hours: Mapping[str, float] | None = None,
        more: Mapping[str, Worth] | None = None,
    ) -> None:
        self.worth, self.noise, self.common, self.seed = worth, noise, common, seed
        self.money, self.hours, self.more = money or {}, hours or {}, more or {}
        self._luck: dict[str, Any] = {}
        self.calls: list[tuple[list[str], list[str], list[int]]] = []

    def __call__(
        self, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
    ) -> pd.DataFrame:
        self.calls.append(([p.name for p in plans], [f.name for f in futures], list(replicates)))
        return pd.DataFrame([self._row(p, f, r) for p in plans for f in futures for r in replicates])

    def _row(self, scenario: Scenario, future: Future, replicate: int) -> dict[str, Any]:
        value = self.worth(scenario, future, replicate)
        if self.noise:
            value += self.noise * self._draw(f"{scenario.name} {future.name}", replicate)
        if self.common:
            value += self.common * self._draw(f"everybody {future.name}", replicate)
        use = doses(scenario)
        money = sum(self.money.get(lever, 0.0) * dose for lever, dose in use.items())
        hours = sum(self.hours.get(lever, 0.0) * dose for lever, dose in use.items())
        return {
            "plan": scenario.name, "future": future.name, "replicate": replicate,
            "share_end": value, "share_mean": value, "cost": money, "cash": money / 2.0,
            "leader_hours": hours, "learner_hours": 0.0,
            **{name: rule(scenario, future, replicate) for name, rule in self.more.items()},
        }  # fmt: skip

    def _draw(self, purpose: str, replicate: int) -> float:
        if purpose not in self._luck:
            self._luck[purpose] = Luck(self.seed, f"{crc32(purpose.encode()):x}").normal(256)
        return float(self._luck[purpose][replicate])


class Film(Formula):
    """A formula that also tells how runs went: `frames` gives a measure by plan, time, kind and group."""

    def __init__(
        self,
        frames: Callable[[Scenario, float, str, str], Mapping[str, float]],
        *,
        groups: Sequence[tuple[str, str]] = (("all", "all"),),
        every: float = 1.0 / 13.0,
        jitter: float = 0.0,
        **options: Any,
    ) -> None:
        def at_the_end(scenario: Scenario, future: Future, replicate: int) -> float:
            return float(frames(scenario, scenario.run.years, "all", "all")["share_practising"])

        super().__init__(at_the_end, **options)
        self.frames, self.groups, self.every, self.jitter = frames, groups, every, jitter

    def trace(
        self, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
    ) -> pd.DataFrame:
        rows = []
        for scenario in plans:
            for future in futures:
                for replicate in replicates:
                    shift = self.jitter * self._draw(scenario.name, replicate) if self.jitter else 0.0
                    for time in np.arange(0.0, scenario.run.years + 1e-9, self.every):
                        for kind, group in self.groups:
                            values = self.frames(scenario, float(time), kind, group)
                            rows.append(
                                {
                                    "plan": scenario.name, "future": future.name, "replicate": replicate,
                                    "time": float(time), "kind": kind, "group": group, "headcount": 10.0,
                                    **{name: value + shift for name, value in values.items()},
                                }
                            )  # fmt: skip
        return pd.DataFrame(rows)


STRONG = ("L01", "L02", "L03", "L04", "L07", "L08", "L09", "L10", "L12", "L16", "L18", "L25", "L28")


def strong_plan(name: str = "strong", **tables: Any) -> Scenario:
    """A plan that works within two years on the tiny organisation."""
    return plan(
        name,
        *({"lever": lever, "dose": 1.5} for lever in STRONG),
        run={**TINY["run"], "years": 2.0},
        **tables,
    )


def without_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the offsets of business as usual as 0 instead of searching for them (seconds)."""

    def nothing(*_: object, **__: object) -> Offset:
        return Offset(0.0, 0.1, 0.1, 0.0, 0)

    monkeypatch.setattr("sim.decisions.simulator.offset_for", nothing)
    monkeypatch.setattr("sim.decisions.simulator.offset_near_for", nothing)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The real simulator without the search for stationarity."""
    without_search(monkeypatch)
    return Simulator(seed=3, workers=2)
