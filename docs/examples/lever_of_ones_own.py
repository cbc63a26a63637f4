"""A lever of one's own, defined in the scenario that uses it; a TOML file may say the same."""

import sim
from sim.engine.run import run

WALKING = {
    "name": "Walking meetings",
    "summary": "Leader and report talk while they walk.",
    "practised_by": ["manager"],  # who gives the hours
    "fit": {"authority": 0.8},  # it needs somebody's leader: nobody walks with nobody
    "direct": {"safety": 0.5, "time": 0.2},  # what those reached feel at dose 1, log-odds
    "leader_hours": 1.0,
}
PLAN = {
    "name": "walking",
    "extends": "business_as_usual",
    "lever_definitions": {"walking": WALKING},
    "levers": [{"lever": "walking", "start": "3 months"}],
}


def main(people: int = 100, replicates: int = 4, offset: float = 0.0) -> dict[str, float]:
    """Mean share practising at the horizon without and with the lever, over the same luck."""
    found = {}
    for name, plan in (("usual", {**PLAN, "levers": []}), ("walking", PLAN)):
        resolved = sim.resolve(sim.load({**plan, "organization": {"people": people}}))
        runs = [run(resolved, seed=1, replicate=r, alpha_offset=offset) for r in range(replicates)]
        found[name] = sum(one.share[-1] for one in runs) / replicates
    return found


if __name__ == "__main__":
    print(main())
