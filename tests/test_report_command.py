"""`ripple report DIR`: the brief of a comparison, of a lone plan, and of a decision; bad folders get one message."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from decisions_lab import without_search as decisions_without_search
from experiments_lab import without_search

from sim.cli import main
from sim.experiments import Experiment, compare
from sim.report.build import findings

FIRM = """
extends = "business_as_usual"
title = "{title}"
[organization]
people = 60
departments = 3
[run]
years = 1.0
burn_in = 0.1
replicates = 4
"""
LEVERS = '[[levers]]\nlever = "L01"\ndose = 2\n[[levers]]\nlever = "L02"\nstart = 0.25\n'


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_search(monkeypatch)
    decisions_without_search(monkeypatch)
    monkeypatch.chdir(tmp_path)
    Path("usual.toml").write_text(FIRM.format(title="As usual"))
    Path("plan.toml").write_text(FIRM.format(title="Our plan") + LEVERS)
    Path("weak.toml").write_text(FIRM.format(title="A weak plan") + '[[levers]]\nlever = "L16"\ndose = 0.2\n')


def ripple(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def compared(*names: str) -> Path:
    compare([f"{name}.toml" for name in names], out="x", workers=1)
    return Path("x")


@pytest.mark.slow
def test_a_comparison_with_business_as_usual_is_briefed_as_it_was_told() -> None:
    folder = compared("usual", "plan")
    told = ripple("report", "x", "--begins", "2027-01-01").stdout
    assert "brief.html" in told and "Remark" not in told
    data = json.loads((folder / "brief.json").read_text())
    outcome = findings(Experiment(folder)).outcomes[1]
    assert outcome.difference is not None
    spread = outcome.difference.spread
    assert data["gain"] == {
        "middle": round(spread.middle, 6), "low": round(spread.low, 6), "high": round(spread.high, 6),
    }  # fmt: skip
    assert data["costs"]["leader_hours"] == pytest.approx(outcome.costs["leader_hours"], rel=1e-6)
    assert data["mine"] == "usual" and data["plan"] == "plan" and data["same_baselines"]
    assert data["default_end"] == data["mine_end"]  # nobody moved an assumption
    assert len(data["futures"]) > 2 and data["futures"][0]["runs"] == 4
    assert data["futures"][0]["name"] == "as_planned"
    assert data["futures"][0]["gain"] == data["gain"]  # the same pairs of runs
    assert [lever["id"] for lever in data["levers"]] == ["L01", "L02"]
    assert (folder / "figures" / "three_lines.svg").is_file() and (
        folder / "figures" / "adoption.png"
    ).is_file()
    promised = folder / "promises.csv"
    first = promised.read_text().splitlines()
    assert first[0].startswith("indicator,kind,group,years,date") and len(first) == 1 + len(
        data["indicators"]
    )
    for row in data["indicators"][:1]:
        Path("seen.csv").write_text(
            f"indicator,group,years,observed\n{row['name']},{row['group']},{row['years']},{row['median']}\n"
        )
        ripple("decide", "promises", "--log", str(promised), "--observed", "seen.csv")
    assert (folder / "brief.xlsx").stat().st_size > 3000
    assert not list(folder.glob("brief/comparison*"))


@pytest.mark.slow
def test_the_same_command_again_writes_the_same_page_without_running() -> None:
    folder = compared("usual", "plan")
    ripple("report", "x", "--futures", "2")
    before = (folder / "brief.html").read_bytes()
    import sim.decisions.simulator as simulator

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a run was made again")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulator, "run", refused)
        ripple("report", "x", "--futures", "2")
    assert (folder / "brief.html").read_bytes() == before


@pytest.mark.slow
def test_plans_without_a_baseline_get_one_and_the_better_plan_is_briefed() -> None:
    folder = compared("weak", "plan")
    data = json.loads(ripple("report", "x", "--futures", "0", "--json").stdout)
    assert data["mine"] == "my_baseline" and data["plan"] == "plan"
    assert (folder / "brief" / "comparison-plan" / "runs.parquet").is_file()
    assert [other["title"] for other in data["others"]] == ["A weak plan"]
    weak = json.loads(ripple("report", "x", "--futures", "0", "--plan", "weak", "--json").stdout)
    assert weak["title"] == "A weak plan"


@pytest.mark.slow
def test_the_default_baseline_is_this_organisation_under_the_default_assumptions() -> None:
    moved = FIRM.format(title="Moved") + LEVERS + "[parameters]\ncontagion = 0.4\n"
    Path("moved.toml").write_text(moved)
    compared("usual", "plan")
    compare(["moved.toml"], out="y", workers=1)
    plain = json.loads(ripple("report", "x", "--futures", "0", "--json").stdout)
    data = json.loads(ripple("report", "y", "--futures", "0", "--json").stdout)
    assert not data["same_baselines"] and data["mine_end"] != data["default_end"]
    assert data["default_end"] == plain["mine_end"]  # the same people, the same luck, nothing moved


@pytest.mark.slow
def test_a_decision_is_briefed_with_its_sentences() -> None:
    ripple("decide", "contribution", "plan.toml", "--replicates", "3", "--out", "d", "--quiet")
    ripple("report", "d", "--futures", "2", "--quiet")
    data = json.loads(Path("d/brief.json").read_text())
    assert data["plan"] == "plan" and data["decision"]
    assert unescape(Path("d/brief.html").read_text()).count(data["decision"][0]) == 1


@pytest.mark.slow
def test_an_organisation_from_files_is_named_again() -> None:
    Path("people.csv").write_text(
        "id,manager_id,level,department\nboss,,1,Board\n"
        + "".join(f"m{k},boss,2,{'AB'[k]}\n" for k in range(2))
        + "".join(f"p{k},m{k % 2},3,{'AB'[k % 2]}\n" for k in range(40))
    )
    firm = '[organization]\npeople_file = "people.csv"\n[run]\nyears = 1.0\nburn_in = 0.1\nreplicates = 3\n'
    Path("usual.toml").write_text('name = "usual"\n' + firm)
    Path("plan.toml").write_text('name = "plan"\n' + firm + LEVERS)
    compared("usual", "plan")
    without = ripple("report", "x", "--futures", "2").stdout
    assert "name the scenario again" in without
    given = json.loads(ripple("report", "x", "plan.toml", "--futures", "2", "--json").stdout)
    assert given["remarks"] == [] and len(given["futures"]) > 1
    assert "8 " not in "".join(lever["who"] for lever in given["levers"])  # nobody is counted


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "is not a folder"),
        (("empty",), "not a results folder"),
        (("x", "--plan", "paln"), "no plan 'paln'"),
        (("x", "--plan", "usual"), "no plan 'usual' with levers"),
        (("spoiled",), "cannot be read"),
        (("nil",), "recommends no plan"),
    ],
)
def test_bad_folders_get_one_message(words: tuple[str, ...], told: str) -> None:
    if words[0] == "x":
        compared("usual", "plan")
    for name in ("empty", "spoiled", "nil"):
        Path(name).mkdir()
    Path("spoiled/decision.json").write_text("{")
    Path("nil/decision.json").write_text(json.dumps({"words": ["Nothing."], "subject": None, "seed": 1}))
    result = ripple("report", *words, code=2)
    assert told in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_a_comparison_without_its_scenarios_says_what_is_missing() -> None:
    """Found before anything is run; the folder is as `compare` writes it, but for its part `scenarios`."""
    Path("x").mkdir()
    rows = [{"name": name} for name in ("usual", "plan")]
    Path("x/plan.json").write_text(json.dumps({"ripple": "experiment", "scenarios": rows}))
    for given in ((), ("plan.toml",)):
        said = ripple("report", "x", *given, code=2).stderr
        assert "x lacks its folder scenarios, which kept what was run" in said
        assert "(ripple report x usual plan), or delete x and give its command again" in said


def test_what_was_changed_for_compare_is_changed_for_the_report_too(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []

    def written(folder: Path, *, scenarios: list[object], **_: object) -> None:
        given.extend(scenarios)
        raise SystemExit(0)

    monkeypatch.setattr("sim.report.brief.write_brief", written)
    ripple("report", "x", "plan.toml", "--set", "organization.people=70")
    assert [one.organization.people for one in given] == [70]  # type: ignore[attr-defined]
    assert "name them after DIR" in ripple("report", "x", "--set", "run.years=2", code=2).output


def test_the_data_report_names_files_and_not_where_they_lie() -> None:
    from sim.report.facts import _bare

    line = "warning: /home/ann/my firm/ties.csv: 24 ties; found (C:\\data\\people.csv) and firm/people.csv"
    assert _bare(line) == "warning: ties.csv: 24 ties; found (people.csv) and firm/people.csv"
