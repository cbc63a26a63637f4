"""`ripple init` and `ripple check`: from an empty folder to a plan in words."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.faults import BadInput

if TYPE_CHECKING:
    from sim.scenario.resolved import Resolved

SCHEMA = 1


@click.command()
@click.argument("folder", required=False, default=".", metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--files", is_flag=True, help="Add people.csv and ties.csv of a tiny firm, and read them.")
def init(folder: Path, files: bool) -> None:
    """Write commented starter files into DIR (here, if left out): a firm, and a plan for it.

    Nothing is ever overwritten.

    \b
    Examples
      ripple init my_firm
      ripple init my_firm --files
    """
    from sim.cli import starter

    texts = {"my_firm.toml": starter.FIRM_WITH_FILES if files else starter.FIRM, "my_plan.toml": starter.PLAN}
    if files:
        texts |= {"people.csv": starter.people_csv(), "ties.csv": starter.ties_csv()}
    there = [name for name in texts if (folder / name).exists()]
    if there:
        where = "this folder" if folder == Path() else f"{folder}"
        raise BadInput(
            f"{where} already holds {', '.join(there)}; nothing was written. Choose another folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    firm, plan = (shlex.quote(str(folder / name)) for name in ("my_firm.toml", "my_plan.toml"))
    click.echo(f"Wrote {', '.join(str(folder / name) for name in texts)}.")
    click.echo(
        "\nNext, see the plan in words, hours and money; what it changes, on a page; and all that a plan can name:"
    )
    click.echo(f"  ripple check {plan}")
    click.echo(f"  ripple compare {firm} {plan}")
    click.echo("  ripple explain")


@click.command()
@click.argument("scenario", metavar="SCENARIO")
@click.option(
    "--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Change one place, e.g. run.years=2."
)
@click.option("--strict", is_flag=True, help="Refuse files with missing parts instead of generating them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def check(scenario: str, overrides: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Check SCENARIO (a file or a bundled name) and say its plan in words.

    Who does what from when to when, the hours and money it takes, what was found in the files and what had to
    be generated, and what deserves a second look.

    \b
    Examples
      ripple check stars_align
      ripple check my_plan.toml --set organization.people=500
    """
    from sim.scenario import load, resolve
    from sim.scenario.words import plan_in_words

    if strict:
        overrides = (*overrides, "organization.strict=true")
    plan = resolve(load(scenario, overrides=overrides))
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, **_as_data(plan)}, ensure_ascii=False, indent=1))
        return
    for line in plan_in_words(plan):
        click.echo(line)
    click.echo("\nThis plan can be run.")


def _as_data(plan: Resolved) -> dict[str, Any]:
    from sim.scenario.words import plan_in_words, total_effort, warnings

    total = total_effort(plan)
    return {
        "name": plan.name,
        "title": plan.title,
        "question": plan.question,
        "people": int(plan.organization.staff.sum()),
        "years": plan.years,
        "plan": plan_in_words(plan),
        "warnings": warnings(plan),
        "data_report": plan.organization.report.lines(),
        "leader_hours": total.leader_hours,
        "learner_hours": total.learner_hours,
        "facilitator_hours": total.facilitator_hours,
        "cash": total.cash,
        "currency": plan.money.get("currency", ""),
    }
