"""Everybody in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.theory.channels import LAYERS, TOPICS
from sim.theory.outcomes import stage

if TYPE_CHECKING:
    import pandas as pd

    from sim.model.agents import Person

STAGES: Final = ("unaware", "aware", "interested", "trying", "practising", "championing")

# What each column of the table of agents says.  Departures are from the person's own usual.
AGENT_COLUMNS: Final[dict[str, str]] = {
    "seat": "number of the seat, the index of the table",
    "kind": "class of the agent",
    "level": "executive, manager, employee, learning_leader or community",
    "department": "name of the department",
    "manager": "seat of the own leader, -1 for none",
    "reports": "people who report to this seat directly",
    "leads": "whether the seat carries leader conduct",
    "state": "practising, not practising or vacant",
    "stage": "stage of adoption as a reading of the state, unaware to championing",
    "committed": "whether the person never lapses nor leaves",
    "tenure": "years in the firm",
    "spell": "years of the present spell of practising",
    "enthusiasm": "departure, log-odds",
    "safety": "psychological safety: departure, log-odds",
    "mindset": "growth mindset: departure, log-odds",
    "usual_enthusiasm": "usual level, log-odds",
    "usual_safety": "usual level, log-odds",
    "usual_mindset": "usual level, log-odds",
    "usual_chance": "usual chance of practising, 0–1",
    "skill": "mean skill over topics, 0–1",
    "gain": "mean recent gain over topics, a part of skill",
    **{f"skill_{topic + 1}": f"skill in topic {topic + 1}, 0–1" for topic in range(TOPICS)},
    "habit": "hardness of habit, 0–1",
    "overload": "hours asked of a leader beyond the week there is, a share of it",
    "hours": "hours a week that programmes ask of a leader",
    "susceptibility": "σ, 0–1",
    "expressiveness": "factor on the own enthusiasm as others hear it",
    "openness": "uptake of what programmes push; negative for those who push back",
    "threshold": "θ of adoption, a share of contacts",
    **{f"{layer}_contacts": f"people heard on the layer {layer} now" for layer in LAYERS},
}  # fmt: skip


def agent_table(people: list[Person]) -> pd.DataFrame:
    """A row for each seat, columns `AGENT_COLUMNS`; levels of a vacant seat are its last holder's."""
    import pandas as pd

    return pd.DataFrame([_row(person) for person in people], columns=list(AGENT_COLUMNS)).set_index("seat")


def _row(person: Person) -> dict[str, Any]:
    skills = [stock + gain for stock, gain in zip(person.stock, person.gain)]
    return {
        "seat": person.number,
        "kind": type(person).__name__,
        "level": person.level_name,
        "department": person.department.name,
        "manager": -1 if person.manager is None else person.manager.number,
        "reports": len(person.reports),
        "leads": person.leads,
        "state": person.state,
        "stage": STAGES[stage(person.enthusiasm, float(person.practising), person.spell)],
        "skill": person.skill,
        "gain": sum(person.gain) / TOPICS,
        **{f"skill_{topic + 1}": level for topic, level in enumerate(skills)},
        **{f"{layer}_contacts": len(person.contacts[k]) for k, layer in enumerate(LAYERS)},
        **{name: getattr(person, name) for name in _AS_THEY_ARE},
    }


_AS_THEY_ARE: Final = (
    "committed", "tenure", "spell", "enthusiasm", "safety", "mindset", "usual_enthusiasm", "usual_safety",
    "usual_mindset", "usual_chance", "habit", "overload", "hours", "susceptibility", "expressiveness", "openness",
    "threshold",
)  # fmt: skip
