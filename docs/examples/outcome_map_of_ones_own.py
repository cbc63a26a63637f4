"""A different map from culture to results: only skill beyond a threshold pays, and moods do not."""

import sim
from sim.engine.run import run
from sim.experiments.worth import results
from sim.theory.outcomes import productivity


def only_mastery_pays(
    skill: float, usual: float, enthusiasm: float, by_skill: float, by_mood: float
) -> float:
    """Productivity relative to business as usual: 1 + b_S·(max(S, .55) − max(S^BAU, .55))."""
    return 1.0 + by_skill * (max(skill, 0.55) - max(usual, 0.55))


def main(people: int = 100, offset: float = 0.0) -> dict[str, dict[str, float | None]]:
    """What one run was worth under our map and under the other."""
    plan = {
        "extends": "stars_align",
        "organization": {"people": people},
        "money": {"outcome_map": True},  # results are left out unless a scenario asks for them
    }
    resolved = sim.resolve(sim.load(plan))
    record = run(resolved, seed=1, alpha_offset=offset)
    maps = {"ours": productivity, "mastery": only_mastery_pays}
    return {name: results(record, resolved, outcome_map=other) for name, other in maps.items()}


if __name__ == "__main__":
    for name, found in main().items():
        print(name, found)
