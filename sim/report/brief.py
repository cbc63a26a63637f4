"""`ripple report DIR`: the brief of a stored comparison or decision, with what it needs and the folder lacks.

What is run here: my baseline (with the plan beside it, under the same luck and the same draws) where the folder has
none; the default baseline where assumptions or circumstances are not the default ones; the plan in the futures of
`sim.decisions.futures`.  All of it is kept in `DIR/brief`, so that the same command again writes the same page at
once.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sim.decisions.memory import Memory
from sim.decisions.plans import ASSUMED, MINE, default_baseline, my_baseline
from sim.decisions.promises import COLUMNS
from sim.decisions.simulator import Simulator
from sim.experiments import Experiment, Progress, StoreError, compare
from sim.report.answer_tables import titles_of
from sim.report.answers import COMMANDS, Answer
from sim.report.brief_fields import Brief
from sim.report.brief_figure import three_lines
from sim.report.brief_full import document
from sim.report.brief_gather import Material, brief_of
from sim.report.brief_setbacks import Setbacks, draws_of, tried
from sim.report.build import findings, fingerprint
from sim.report.canvas import write_figures, write_whole
from sim.report.errors import ReportError
from sim.report.facts import Facts, facts_from, facts_of
from sim.report.page import draw
from sim.report.telling import contents
from sim.report.workbook import workbook
from sim.scenario import Resolved, Scenario, load, resolve
from sim.scenario.errors import nearest

FUTURES: Final = 40  # pairs of runs in each future, at most
FOLDER: Final = "brief"  # inside the results folder
_IMPORTED: Final = (
    "{what}: the files of the organisation are not stored with the results; name the scenario again to have it run "
    "(ripple report DIR SCENARIO)"
)
Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        brief: its fields.
        html, data, workbook: `brief.html`, `brief.json`, `brief.xlsx`; figures: SVG and PNG files.
        promises: the leading indicators as a log (`promises.csv`), to be compared with what is observed later.
    """

    brief: Brief
    html: Path
    data: Path
    workbook: Path
    promises: Path
    figures: tuple[Path, ...]


def write_brief(
    folder: str | Path,
    *,
    plan: str | None = None,
    scenarios: Sequence[str | Path | Scenario] = (),
    begins: datetime.date | None = None,
    futures: int = FUTURES,
    workers: int | None = None,
    progress: Report | None = None,
    answers: Sequence[Answer] = (),
) -> Written:
    """Write the brief of a results folder into it.

    Args:
        folder: of a finished comparison, or the `--out` of a question of `ripple decide` about one plan.
        plan: which plan; the only one with levers, or the one that ends highest, where not given.
        scenarios: the scenarios, where the folder does not hold them (organisations from files).
        begins: the day the plan starts, for dates in the calendar.
        futures: at most so many of the comparison's pairs of runs are made again in each future; 0 to try none.
        workers: how many runs at once; all processors where not given.
        progress: called with a `Progress` as runs finish.
        answers: to questions about the plan, for the full part; that of a decision's folder is there anyway.

    Raises:
        ReportError: the folder holds nothing a brief can be made of, or no such plan.
        StoreError: it cannot be read or written, or is not finished.
        ScenarioError: a scenario cannot be used.
        ExperimentInterrupted, KeyboardInterrupt: Ctrl-C; what was finished is kept.
    """
    maker = _Maker(Path(folder), scenarios, workers, progress)
    source = maker.decision(plan) if (maker.folder / "decision.json").is_file() else maker.comparison(plan)
    material = maker.material(source, begins, futures)
    found = brief_of(material)
    whole = findings(source.shown, maker.resolved(source.shown), imported=maker.imported)
    small = f"experiment {found.experiment} · seed {found.seed} · Ripple {found.version}"
    lines = three_lines(found.curves, contents=contents(whole), small_print=small)
    drawings = draw(whole)
    html = write_whole(
        maker.folder / "brief.html",
        document(found, whole, lines, drawings, (*source.answers, *answers)).encode(),
    )
    text = json.dumps(found.as_data(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return Written(
        brief=found,
        html=html,
        data=write_whole(maker.folder / "brief.json", text.encode()),
        workbook=write_whole(maker.folder / "brief.xlsx", workbook(found)),
        promises=write_whole(maker.folder / "promises.csv", promise_file(found).encode()),
        figures=tuple(write_figures([lines, *drawings.values()], maker.folder / "figures")),
    )


def promise_file(found: Brief) -> str:
    """The indicators as `sim.decisions.promises` writes and reads them."""
    rows = [{**asdict(one), "indicator": one.name} for one in found.indicators]
    return pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(index=False, lineterminator="\n")


@dataclass(frozen=True)
class _Source:
    """Where the numbers of a brief come from.

    Attributes:
        plan, mine: names in `experiment`, which holds both.
        experiment: of the plan and my baseline; shown: of the full part.
        scenario: the plan, None where the folder does not hold it.
        words: of a decision; answers: the same with its tables.
    """

    plan: str
    mine: str
    experiment: Experiment
    shown: Experiment
    scenario: Scenario | None
    words: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()


class _Maker:
    """Reads a folder and runs what it lacks."""

    def __init__(
        self,
        folder: Path,
        scenarios: Sequence[str | Path | Scenario],
        workers: int | None,
        progress: Report | None,
    ) -> None:
        if not folder.is_dir():
            raise ReportError(f"{folder} is not a folder; name a results folder, see: ripple results list")
        self.folder, self.workers, self.progress = folder, workers, progress
        loaded = [load(one) for one in scenarios]
        self.given = {one.name: one for one in loaded}
        self.imported = False
        self.remarks: list[str] = []

    # --- where the numbers come from ---------------------------------------------------------------------------

    def comparison(self, wanted: str | None) -> _Source:
        """A comparison that holds the plan; my baseline is run where it does not hold that too."""
        experiment = _finished(self.folder)
        name = _chosen(experiment, wanted)
        scenario = self._scenario(name)
        mine = _baseline_of(experiment, name)
        if mine is not None:
            return _Source(name, mine, experiment, experiment, scenario)
        if scenario is None:
            raise ReportError(
                _IMPORTED.format(what=f"{self.folder} holds no business as usual to compare '{name}' with")
            )
        plan = experiment.plan
        runs = experiment.runs
        luck = runs.loc[runs["uncertainty"] == "luck", "replicate"].nunique()
        both = self._run(
            [my_baseline(scenario), scenario], f"comparison-{name}", seed=plan["seed"], uncertainty=plan["uncertainty"],
            replicates=max(1, int(luck)) if luck else None, draws=plan["draws"] or None,
        )  # fmt: skip
        return _Source(name, MINE, both, experiment, scenario)

    def decision(self, wanted: str | None) -> _Source:
        """A question of `ripple decide`: its plan is run beside my baseline."""
        path = self.folder / "decision.json"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            words, subject, seed = tuple(content["words"]), content.get("subject"), int(content["seed"])
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise ReportError(
                f"{path} cannot be read ({problem}); ask the question again with --out"
            ) from None
        name = wanted or subject
        if name is None:
            raise ReportError(
                f"{self.folder} recommends no plan, so there is nothing to brief; name one with --plan, or see: "
                f"{words[0] if words else 'decision.json'}"
            )
        scenario = self._scenario(name)
        if scenario is None:
            raise ReportError(_IMPORTED.format(what=f"'{name}' cannot be run again"))
        if not scenario.levers:
            raise ReportError(
                f"'{name}' uses no lever, so there is no plan to brief; name another with --plan"
            )
        both = self._run([my_baseline(scenario), scenario], f"comparison-{name}", seed=seed)
        return _Source(name, MINE, both, both, scenario, words, (self._answer(content, scenario),))

    def _answer(self, content: Mapping[str, Any], plan: Scenario) -> Answer:
        """What `decision.json` says, as the desk and the report show answers."""
        folder = self.folder / "scenarios"
        plans = [plan, *(load(path) for path in sorted(folder.glob("*.toml")) if path.stem != plan.name)]
        tool = str(content.get("decision", ""))
        return Answer(
            COMMANDS.get(tool, tool), tuple(content["words"]), "",
            {name: pd.DataFrame(rows) for name, rows in content.get("tables", {}).items()},
            content.get("facts", {}), titles_of(plans) | content.get("facts", {}).get("futures", {}), plan.money.currency,
        )  # fmt: skip

    def resolved(self, shown: Experiment) -> list[Resolved]:
        """The scenarios of the full part, where all of them were given: they say who, and what was found in files."""
        names = [str(row["name"]) for row in shown.plan["described"]]
        return [resolve(self.given[name]) for name in names] if set(names) <= set(self.given) else []

    def _scenario(self, name: str) -> Scenario | None:
        """A scenario by name: one that was given, or what the folder keeps; None for one made from files."""
        if name in self.given:
            self.imported = self.given[name].organization.imported
            return self.given[name]
        scenario = self._stored(name)
        self.imported = scenario.organization.imported
        return None if self.imported else scenario

    def _stored(self, name: str) -> Scenario:
        """A scenario as it was given or as the folder keeps it, which is without the files of its organisation."""
        if name in self.given:
            return self.given[name]
        path = self.folder / "scenarios" / f"{name}.toml"
        if not path.is_file():
            there = sorted(one.stem for one in path.parent.glob("*.toml"))
            raise ReportError(
                f"{self.folder} holds no plan '{name}'{nearest(name, there)}; it holds {', '.join(there) or 'none'}"
            )
        return load(path)

    # --- what is run --------------------------------------------------------------------------------------------

    def _run(self, scenarios: Sequence[Scenario], name: str, **options: Any) -> Experiment:
        return compare(
            scenarios,
            out=self.folder / FOLDER / name,
            workers=self.workers,
            progress=self.progress,
            **options,
        )

    def material(self, source: _Source, begins: datetime.date | None, futures: int) -> Material:
        """Everything that the brief is made of."""
        experiment = source.experiment
        plan, described = experiment.plan, {row["name"]: row for row in experiment.plan["described"]}
        stored = {row["name"]: row for row in plan["scenarios"]}
        facts = self._facts(source, described[source.plan])
        same, default = self._default(source)
        setbacks = self._setbacks(source, futures)
        levers = [row for row in described[source.plan]["timeline"] if row["what"] == "lever"]
        others = [
            facts_from(row)
            for row in source.shown.plan["described"]
            if row["name"] not in (source.plan, source.mine)
            and any(bar["what"] == "lever" for bar in row["timeline"])
        ]
        return Material(
            plan=facts, mine=facts_from(described[source.mine]), levers=levers, runs=experiment.runs,
            series=experiment.series, seed=int(plan["seed"]), version=str(plan["version"]),
            equations=str(plan["equations"]), experiment=fingerprint(plan),
            organisation_hash=str(stored[source.plan]["organisation"])[:12], default=default, same_baselines=same,
            futures=setbacks.rows,
            futures_left_out=setbacks.left_out, others=others, compared=source.shown.runs, decision=source.words,
            begins=begins, remarks=tuple(self.remarks),
        )  # fmt: skip

    def _facts(self, source: _Source, row: Mapping[str, Any]) -> Facts:
        if source.scenario is None:
            return facts_from(row)
        return facts_of(resolve(source.scenario), counted=not self.imported)

    def _default(self, source: _Source) -> tuple[bool, tuple[pd.DataFrame, pd.DataFrame] | None]:
        """Whether my baseline is the default one, and if not, the tables of the default one."""
        mine = self._stored(source.plan if source.mine == MINE else source.mine)
        default = default_baseline(mine)
        if all(getattr(mine, part) == getattr(default, part) for part in ASSUMED):
            return True, None
        if source.scenario is None:
            self.remarks.append(_IMPORTED.format(what="The default baseline was not run"))
            return False, None
        plan = source.experiment.plan
        made = self._run(
            [default], "default", seed=plan["seed"], uncertainty=plan["uncertainty"],
            replicates=min(int(plan["replicates"]), 40), draws=plan["draws"] or None,
        )  # fmt: skip
        return False, (made.runs, made.series)

    def _setbacks(self, source: _Source, pairs: int) -> Setbacks:
        """The plan and my baseline in what may go wrong; the comparison's own luck and draws."""
        if not pairs:
            return Setbacks()
        if source.scenario is None:
            self.remarks.append(_IMPORTED.format(what="Setbacks were not tried"))
            return Setbacks()
        plan, draws = source.experiment.plan, draws_of(source.experiment.plan)
        pairs = min(pairs, len(draws) or int(source.experiment.runs["replicate"].nunique()))
        with Memory(self.folder / FOLDER, seed=int(plan["seed"])) as memory:
            run = Simulator(seed=memory.seed, workers=self.workers, report=self.progress, memory=memory)
            found = tried(run, source.scenario, draws, pairs)
        if run.failures:
            self.remarks.append(
                f"{sum(run.failures.values())} runs of setbacks failed and are left out: {max(run.failures)}"
            )
        return found


def _finished(folder: Path) -> Experiment:
    experiment = Experiment(folder)
    if experiment.plan.get("kind", "comparison") == "sweep":
        raise ReportError(
            f"{folder} holds a sweep; a brief is made of a comparison (ripple compare) or a decision (ripple decide --out)"
        )
    if not experiment.finished:
        raise StoreError(f"{folder} is not finished; give its command again, then report it")
    return experiment


def _chosen(experiment: Experiment, wanted: str | None) -> str:
    """The plan that the brief is about."""
    plans = [
        str(row["name"])
        for row in experiment.plan["described"]
        if any(bar["what"] == "lever" for bar in row["timeline"])
    ]
    if wanted is not None:
        if wanted not in plans:
            raise ReportError(
                f"{experiment.folder} holds no plan '{wanted}' with levers{nearest(wanted, plans)}; it holds "
                f"{', '.join(plans) or 'none'}"
            )
        return wanted
    if not plans:
        raise ReportError(f"{experiment.folder} holds no plan with levers, so there is nothing to brief")
    runs = experiment.runs
    kind = experiment.plan["uncertainty"][-1]
    fine = runs[(runs["status"] == "ok") & (runs["uncertainty"] == kind) & runs["scenario"].isin(plans)]
    if fine.empty:
        raise ReportError(f"every run of {' and '.join(plans)} failed; runs.parquet says why")
    middles = fine.groupby("scenario")["share_end"].median()
    return max(plans, key=lambda name: float(middles.get(name, float("-inf"))))


def _baseline_of(experiment: Experiment, plan: str) -> str | None:
    """A scenario of the same organisation and circumstances without levers, None if there is none."""
    described = {row["name"]: row for row in experiment.plan["described"]}
    stored = {row["name"]: row for row in experiment.plan["scenarios"]}
    shocks = [bar for bar in described[plan]["timeline"] if bar["what"] != "lever"]
    for name, row in described.items():
        alike = all(row[key] == described[plan][key] for key in ("people", "years", "steps_per_year"))
        same = stored[name]["organisation"] == stored[plan]["organisation"]
        if name != plan and alike and same and row["timeline"] == shocks:
            return str(name)
    return None
