"""Mesa's SolaraViz shows the model: the page is built and worked without a browser (extra `viz`)."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import pytest
from twin_cases import short

from sim.model import LearningCultureModel
from sim.model.show import page, people_chart


def test_the_constructor_takes_keywords_only_as_solaraviz_wants_it() -> None:
    parameters = inspect.signature(LearningCultureModel.__init__).parameters.values()
    assert not {each.kind for each in parameters} & {
        inspect.Parameter.VAR_KEYWORD,
        inspect.Parameter.VAR_POSITIONAL,
    }
    assert all(each.default is not inspect.Parameter.empty for each in parameters if each.name != "self")


def test_a_missing_extra_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "solara", None)
    with pytest.raises(ModuleNotFoundError, match=r"install -e '\.\[viz\]'"):
        page()


@pytest.fixture
def model() -> LearningCultureModel:
    plan = short("stars_align", organization={"people": 30}, run={"years": 0.25, "burn_in": 0.0})
    return LearningCultureModel(plan, rng=1, alpha_offset=0.0)


def test_everybody_is_on_the_chart(model: LearningCultureModel) -> None:
    pytest.importorskip("altair")
    data = people_chart(model).to_dict()
    rows = next(iter(data["datasets"].values()))
    assert len(rows) == len(model.people)
    assert {row["state"] for row in rows} <= {"practising", "not practising", "vacant"}
    assert all(0.0 < row["place"] < 1.0 for row in rows)


def widgets(root: Any) -> list[Any]:
    """Every widget of a rendered page."""
    found: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        widget = waiting.pop()
        if id(widget) in found or not hasattr(widget, "layout"):
            continue
        found[id(widget)] = widget
        for inside in ("children", "items"):
            waiting += getattr(widget, inside, None) or []
        for slot in getattr(widget, "v_slots", None) or []:
            waiting += slot["children"] if isinstance(slot["children"], list) else [slot["children"]]
    return list(found.values())


@pytest.mark.filterwarnings("ignore")
def test_the_page_steps_and_resets_the_model(model: LearningCultureModel) -> None:
    solara = pytest.importorskip("solara")
    viewed = page(model=model, params={"scenario": model.resolved, "rng": 1, "alpha_offset": 0.0})

    @solara.component  # type: ignore[untyped-decorator]
    def shell() -> None:
        """What a browser shows around a page: the controls are in its side bar."""
        with solara.AppLayout():
            solara.Column(children=[viewed])

    box, rendered = solara.render(shell(), handle_error=False)

    def press(label: str) -> None:
        next(each for each in widgets(box) if getattr(each, "children", None) == [label]).click()

    def week_on_chart() -> str:
        charts = [each for each in widgets(box) if type(each).__name__ == "VegaLite"]
        return str(charts[0].spec["title"])

    assert week_on_chart() == "Week 0"
    press("Step")
    press("Step")
    assert model.week == 2 and week_on_chart() == "Week 2"
    press("Reset")
    press("Step")
    assert model.week == 2 and week_on_chart() == "Week 1"  # a new model
    rendered.close()
