"""An outcome of one's own: the gap in skill between leaders and their reports, agent by agent and of many runs."""

import pandas as pd

import sim
from sim.engine.layout import M_HEAD, M_S
from sim.engine.run import RunRecord, run
from sim.model import LearningCultureModel


def gap(model: LearningCultureModel) -> float:
    """Mean skill of those who lead less that of those who do not, 0–1, at this step."""
    mean = model.agent_table().groupby("leads")["skill"].mean()
    return float(mean[True] - mean[False])


def gap_of_run(record: RunRecord) -> float:
    """Much the same from the record of a run of the engine: managers less employees, at the horizon."""
    skill = {}
    for number, (kind, name) in enumerate(record.groups):
        if kind == "level" and record.series[-1, number, M_HEAD] > 0:
            skill[name] = record.series[-1, number, M_S] / record.series[-1, number, M_HEAD]
    return float(skill["manager"] - skill["employee"])


def main(people: int = 100, weeks: int = 26, offset: float | None = None) -> tuple[pd.Series, list[float]]:
    """The gap week by week of one model, and at the horizon of ten runs of the engine."""
    plan = sim.resolve(sim.load({"extends": "stars_align", "organization": {"people": people}}))
    model = LearningCultureModel(plan, rng=1, model_reporters={"gap": gap}, alpha_offset=offset)
    while model.week < weeks:
        model.step()
    runs = [run(plan, seed=1, replicate=r, alpha_offset=model.p.alpha_offset) for r in range(10)]
    return model.datacollector.get_model_vars_dataframe()["gap"], [gap_of_run(one) for one in runs]


if __name__ == "__main__":
    print(*main(), sep="\n")
