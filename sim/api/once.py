"""One run with every event: who began when, lit by whom."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim._version import __version__
from sim.api.building import resolve
from sim.api.results import table_html
from sim.arguments import whole
from sim.experiments.errors import ExperimentError
from sim.scenario import Resolved, Scenario

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from sim.engine.run import RunRecord
    from sim.report.canvas import Picture


class Once:
    """One run.

    Attributes:
        resolved: what was run; record: all that it left behind (`sim.engine.run.RunRecord`).
    """

    def __init__(self, resolved: Resolved, record: RunRecord) -> None:
        self.resolved, self.record = resolved, record

    def __repr__(self) -> str:
        end = f"{100 * self.record.share[-1]:.0f} % practise at the end"
        return (
            f"Once({self.resolved.name}, seed {self.record.seed}, replicate {self.record.replicate}: {end})"
        )

    @property
    def fingerprint(self) -> str:
        """Eight digits that tell scenarios apart, organisation and all."""
        from sim.engine.stationary import fingerprint
        from sim.experiments.plan import fingerprint_of

        return fingerprint_of({"source": self.resolved.source, "organisation": fingerprint(self.resolved)})

    @property
    def share(self) -> pd.Series[float]:
        """Share of the staff practising after each step of the scenario."""
        import pandas as pd

        return pd.Series(self.record.share, name="share_practising").rename_axis("week")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Every event: week, seat, kind, source, layer; negative weeks are those in which business as usual runs in."""
        from sim.analysis.lighting import event_table

        return event_table(self.record.events)

    @property
    def table(self) -> pd.DataFrame:
        """The same as `events`."""
        return self.events

    @property
    def who_lit_whom(self) -> nx.MultiDiGraph:
        """Who lit whom, for networkx: see `sim.analysis.lighting.lighting_graph`; `networkx.write_graphml` writes it."""
        from sim.analysis.lighting import lighting_graph

        return lighting_graph(self.record.events, self.resolved.organization)

    @property
    def cascades(self) -> pd.DataFrame:
        """Whom each one who lit somebody lit in the end: see `sim.analysis.lighting.cascades`."""
        from sim.analysis.lighting import cascades

        return cascades(self.who_lit_whom)

    def plot_who_lit_whom(self) -> Picture:
        """The organisation in rings around its top, with an arc for everybody who was lit."""
        from sim.report.lighting import lighting_map

        small = f"scenario {self.fingerprint} · seed {self.record.seed} · Ripple {__version__}"
        return lighting_map(self.who_lit_whom, small_print=small).figure

    def _repr_html_(self) -> str:
        return f"<p><b>{self!r}</b></p>" + table_html(self.cascades.head())


def run_once(
    scenario: Resolved | Scenario | Mapping[str, Any] | str | Path,
    *,
    seed: int = 1,
    replicate: int = 0,
    alpha_offset: float | None = None,
) -> Once:
    """Run a scenario once, every event kept.

    With the same seed and replicate it lives through what that replicate of `run` or `compare` lives through.

    Args:
        scenario: name, file, mapping, builder, or one that is loaded or resolved.
        seed, replicate: which luck, integers ≥ 0.
        alpha_offset: log factor on spontaneous adoption that keeps business as usual stationary; found where not given
            (some seconds the first time, then remembered).

    Raises:
        ScenarioError: the scenario cannot be used.
        ExperimentError: a seed or replicate that is no whole number from 0 up.
    """
    from sim.engine.run import run
    from sim.engine.stationary import offset_for

    seed = whole("seed", seed, error=ExperimentError)
    replicate = whole("replicate", replicate, error=ExperimentError)
    resolved = scenario if isinstance(scenario, Resolved) else resolve(scenario)
    offset = resolved.fixed_offset if alpha_offset is None else alpha_offset
    if offset is None:
        offset = offset_for(resolved).value
    return Once(resolved, run(resolved, seed=seed, replicate=replicate, alpha_offset=offset, events=True))
