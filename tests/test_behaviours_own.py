"""Levers of one's own: defined in the scenario that uses them, they travel with it and say what is wrong."""

from __future__ import annotations

import tomllib
from typing import Any

import numpy as np
import pytest

from sim.scenario import ScenarioError, load, resolve

WALKING = {
    "name": "Walking meetings",
    "direct": {"safety": 0.4},
    "fit": {"authority": 1.0},
    "leader_hours": 0.5,
}


def plan(definition: dict[str, Any], **use: Any) -> dict[str, Any]:
    return {
        "organization": {"people": 40},
        "lever_definitions": {"walking": definition},
        "levers": [{"lever": "walking", **use}],
    }


def test_it_is_used_by_id_or_name_and_overridden_like_any_other() -> None:
    raw = plan(WALKING)
    raw["levers"] = [{"lever": "walking_meetings"}]
    item = resolve(load(raw, overrides=["levers.walking.dose=2"])).programmes[0]
    assert (item.lever, item.label, item.dose, item.leader_hours) == ("walking", "Walking meetings", 2.0, 0.5)
    assert item.direct == {"safety": 0.4} and item.people_borne and item.fit == (1.0, 0.0, 0.0, 0.0)


def test_the_stored_copy_holds_the_definition() -> None:
    source = resolve(load(plan(WALKING))).source
    again = resolve(load(tomllib.loads(source)))
    assert again.source == source and again.programmes[0].direct == {"safety": 0.4}
    assert "lever_definitions" not in resolve(load("business_as_usual")).source


def test_two_scenarios_may_define_one_id_differently() -> None:
    one, other = load(plan(WALKING)), load(plan({**WALKING, "direct": {"time": 1.0}}))
    assert [resolve(each).programmes[0].direct for each in (one, other)] == [{"safety": 0.4}, {"time": 1.0}]


def test_what_needs_a_tie_reaches_only_those_who_have_one() -> None:
    reached = {}
    for name, fit in (("context", {}), ("peers", {"peers": 1.0}), ("authority", {"authority": 1.0})):
        resolved = resolve(load(plan({"direct": {"safety": 0.4}, "fit": fit})))
        item = resolved.programmes[0]
        reached[name] = int(item.reached(resolved.organization).sum())
        assert item.people_borne == (name != "context")
    staff = int(np.count_nonzero(resolve(load(plan(WALKING))).organization.staff))
    assert reached["context"] == staff and reached["authority"] == staff - 1  # the root has no leader


@pytest.mark.parametrize(
    ("id_", "definition", "says"),
    [
        ("L01", {"direct": {"safety": 1.0}}, "is a lever of the catalogue"),
        ("mine", {"name": "Lead by example", "direct": {"safety": 1.0}}, "is a lever of the catalogue"),
        ("telling", {"direct": {"safety": 1.0}}, "is a lever of the catalogue"),
        ("a b", {"direct": {"safety": 1.0}}, "letters, digits and underscores"),
        ("w", {}, "say what it does"),
        ("w", 3, "a table is needed"),
        ("w", {"direct": {"safty": 1.0}}, "did you mean 'safety'"),
        ("w", {"direct": {"safety": "much"}}, "a finite number is needed"),
        ("w", {"push": {"L99": 1.0}}, "unknown behaviour 'L99'"),
        ("w", {"direct": {"safety": 1.0}, "fit": {"peers": 3}}, r"must lie in \[-1, 1\]"),
        ("w", {"direct": {"safety": 1.0}, "colour": "blue"}, "unknown key 'colour'"),
        ("w", {"direct": {"safety": 1.0}, "cash_fixed": -1.0}, "must not be negative"),
    ],
)
def test_what_cannot_be_a_lever_is_said(id_: str, definition: Any, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        load({"lever_definitions": {id_: definition}})


def test_a_lever_nobody_defined_is_still_unknown() -> None:
    with pytest.raises(ScenarioError, match="there is no lever 'wlaking_on_air'"):
        load({"levers": [{"lever": "wlaking_on_air"}]})
