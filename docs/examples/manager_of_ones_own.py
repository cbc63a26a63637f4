"""A manager with conduct of one's own: after bad weeks in the team, more coaching (L10)."""

import numpy as np

from sim.model import LearningCultureModel, Manager
from sim.theory.channels import CONDUCT

COACHING = CONDUCT.index("L10")


class Mender(Manager):
    """Coaches more, the lower the mood of the own reports."""

    def conduct(self) -> np.ndarray:
        """The usual conduct, and one more log-odd of coaching for each that the team's mood is down."""
        z = super().conduct().copy()
        moods = [report.enthusiasm for report in self.reports if not report.vacant]
        if moods:
            z[COACHING] += max(0.0, -sum(moods) / len(moods))
        return z


def main(people: int = 100, weeks: int = 52, offset: float | None = None) -> dict[str, float]:
    """Mean safety of the staff after some weeks, with usual managers and with menders."""
    plan = {"extends": "link_to_performance", "organization": {"people": people}}
    found = {}
    for name, classes in (("usual", {}), ("menders", {"manager": Mender})):
        model = LearningCultureModel(plan, rng=1, agent_classes=classes, alpha_offset=offset)
        while model.week < weeks:
            model.step()
        found[name] = model.agents.agg("safety", lambda levels: sum(levels) / len(levels))
    return found


if __name__ == "__main__":
    print(main())
