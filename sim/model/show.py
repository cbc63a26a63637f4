"""The model in Mesa's own browser page (SolaraViz); needs the extra `viz`.

    from sim.model.show import page
    page("stars_align")            # in a notebook cell, or in a file for `solara run file.py`

The page steps, plays and resets the model, lets one choose scenario and luck, and shows the curves that the data
collector keeps beside a chart of everybody, tier by tier, who lights up when they begin to practise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.model.model import LearningCultureModel
from sim.scenario import names

if TYPE_CHECKING:
    import pandas as pd

COLOURS: Final = {"practising": "#d95f02", "not practising": "#a6bddb", "vacant": "#eeeeee"}


def people_chart(model: LearningCultureModel) -> Any:
    """Everybody as dots, a row for each tier, side by side by department; an Altair chart."""
    import altair as alt

    states = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    return (
        alt.Chart(_places(model), title=f"Week {model.week}")
        .mark_circle(size=60)
        .encode(
            x=alt.X("place", axis=None),
            y=alt.Y("tier:O", title="tier"),
            color=alt.Color("state", scale=states, title=None),
            tooltip=["level", "department", "state", "enthusiasm", "skill"],
        )
        .properties(width=500, height=240)
    )


def _places(model: LearningCultureModel) -> pd.DataFrame:
    table = model.agent_table()[["level", "department", "state", "enthusiasm", "skill"]].round(2)
    table["tier"] = model.resolved.organization.tier
    table = table.sort_values(["tier", "department"])
    row = table.groupby("tier")
    table["place"] = (row.cumcount() + 0.5) / row["state"].transform("size")  # evenly over the width
    return table


def page(
    scenario: str = "stars_align",
    *,
    model: LearningCultureModel | None = None,
    curves: Sequence[str] = ("practising", "enthusiasm", "skill"),
    params: Mapping[str, Any] | None = None,
) -> Any:
    """A SolaraViz page of a model.

    Args:
        scenario: bundled scenario that it starts with; others can be chosen on the page.
        model: show this model instead; its class must take what `params` names.
        curves: columns of the data collector to draw, one picture each.
        params: what can be set on the page and on a reset, in SolaraViz's form; scenario and luck where not given.

    Raises:
        ModuleNotFoundError: the extra is not installed; the message says how.
    """
    try:
        import solara
        from mesa.visualization import Slider, SolaraViz, make_plot_component
    except ModuleNotFoundError as problem:
        raise ModuleNotFoundError(
            f"{problem.name} is missing: pip install -e '.[viz]' in the folder of Ripple", name=problem.name
        ) from None

    if params is None:
        params = {
            "scenario": {"type": "Select", "value": scenario, "values": sorted(names()), "label": "Scenario"},
            "rng": Slider("Luck", 1, 1, 100, 1),
        }

    def everybody(shown: LearningCultureModel) -> Any:
        return solara.FigureAltair(people_chart(shown))  # type: ignore[attr-defined]

    return SolaraViz(
        LearningCultureModel(scenario, rng=1) if model is None else model,
        components=[everybody, *(make_plot_component(name) for name in curves)],
        model_params=dict(params),
        name="Ripple",
    )
