"""`ripple import`: from an HR export and a network survey with columns of their own to files that scenarios read."""

from __future__ import annotations

import datetime
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sim.cli.faults import BadInput
from sim.cli.options import DAY, Folder

if TYPE_CHECKING:
    from sim.organization.layers import LayerRule
    from sim.organization.mapping import Proposal
    from sim.organization.owndata import OwnData

SCHEMA: Final = 1


@click.command("import")
@click.argument("hr", metavar="HR", type=click.Path(path_type=Path))
@click.option(
    "--survey",
    metavar="NET",
    type=click.Path(path_type=Path),
    help="A network survey: who names whom; if left out, the sheet of HR that is called so, if it is a workbook.",
)
@click.option("--sheet", metavar="NAME", help="The sheet of the workbook HR that holds the people.")
@click.option("--survey-sheet", metavar="NAME", help="The sheet that holds the survey.")
@click.option(
    "--out",
    metavar="DIR",
    type=Folder(path_type=Path, file_okay=False),
    help="Where people.csv, ties.csv, layers.csv, my_firm.toml and a starter my_plan.toml go; without it nothing is written.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="OURS=THEIRS",
    help='What a column is, e.g. manager_id="Reports To"; "-" for no such column (repeatable).',
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    metavar="QUESTION=RELATION[:WAY]",
    help="What a question of the survey means: peers (colleagues who talk or ask), mutual (joint work), ripples (looser "
    "contacts), authority or ignore; and which way influence flows: target_to_source (one asks the other), "
    "source_to_target or both (repeatable).",
)
@click.option("--scale", metavar="LOW:HIGH", help="Lowest and highest answer of survey scores, e.g. 1:5.")
@click.option(
    "--as-of",
    type=DAY,
    help="The day of the export, to make tenure of dates of joining; e.g. 2026-01-31.",
)
@click.option(
    "--drop-unknown", is_flag=True, help="Leave out ties with people whom the HR export does not have."
)
@click.option("--keep-ids", is_flag=True, help="Write ids as they are, not pseudonyms.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def import_(
    hr: Path,
    survey: Path | None,
    sheet: str | None,
    survey_sheet: str | None,
    out: Path | None,
    mapping: tuple[str, ...],
    layers: tuple[str, ...],
    scale: str | None,
    as_of: datetime.date | None,
    drop_unknown: bool,
    keep_ids: bool,
    as_json: bool,
) -> None:
    """Import your own people and ties: propose what each column means, show it, write files for scenarios.

    HR and NET are CSV files or workbooks (.xlsx).

    Names, addresses and the like help to recognise who is meant and are never written; ids become pseudonyms.
    Where a column could mean two things, nothing is guessed: the message says how to say it.

    \b
    Examples
      ripple import hr_export.csv
      ripple import hr_export.csv --survey advice.csv --out my_firm
      ripple import firm.xlsx --sheet Staff --survey-sheet Advice --out my_firm
      ripple import hr_export.csv --map manager_id="Reports To" --as-of 2026-01-31 --out my_firm
    """  # fmt: skip
    from sim.organization.owndata import read_own

    data = read_own(
        hr, survey,
        columns=dict(_pair(text, "--map", "manager_id=Reports To") for text in mapping),
        layers=dict(_layer(text) for text in layers),
        scale=_scale(scale),
        as_of=as_of,
        drop_unknown=drop_unknown, keep_ids=keep_ids, sheet=sheet, survey_sheet=survey_sheet,
    )  # fmt: skip
    paths = [] if out is None else _write(data, out)
    if as_json:
        click.echo(json.dumps(_as_data(data, paths), ensure_ascii=False, indent=1))
    else:
        _tell(data, out, paths)


def _pair(text: str, option: str, example: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise BadInput(f"{option} {text!r}: write it as {option} {example!r}")
    return name.strip(), value.strip()


def _layer(text: str) -> tuple[str, LayerRule]:
    from sim.organization.layers import LayerRule

    name, sign, value = text.rpartition("=")
    if not sign or not name.strip() or not value.strip():
        raise BadInput(f"--layer {text!r}: write it as --layer 'advice=peers:target_to_source'")
    relation, _, way = value.partition(":")
    return name.strip(), LayerRule(relation.strip(), way.strip() or "both")


def _scale(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.replace(";", ",").replace(":", ",").split(","))
    except ValueError:
        raise BadInput(
            f"--scale {text!r}: write the lowest and the highest answer, e.g. --scale 1:5"
        ) from None
    return low, high


def _write(data: OwnData, out: Path) -> list[Path]:
    from sim.organization.owndata import write_own

    firm = out / "my_firm.toml"
    if firm.exists():
        raise BadInput(f"{out} already holds {firm.name}; nothing was written, choose another folder")
    paths = write_own(data, out)
    with firm.open("x", encoding="utf-8", newline="\n") as file:
        file.write(scenario_text(data))
    plan = out / "my_plan.toml"
    if plan.exists():
        return [*paths, firm]
    from sim.cli.starter import PLAN

    with plan.open("x", encoding="utf-8", newline="\n") as file:
        file.write(PLAN)
    return [*paths, firm, plan]


def scenario_text(data: OwnData) -> str:
    """Business as usual of the imported firm, as a scenario file."""
    from sim.scenario import toml

    organization: dict[str, Any] = {"people_file": "people.csv"}
    if data.ties is not None:
        organization |= {"ties_file": "ties.csv", "layers_file": "layers.csv"}
    if data.scale is not None:
        organization["survey_scale"] = list(data.scale)
    if data.rules:
        organization["layers"] = {
            name: {"target": rule.target, "influence": rule.influence} for name, rule in data.rules.items()
        }
    head = {
        "name": "my_firm",
        "title": "Business as usual",
        "question": "What happens if our leaders change nothing?",
    }
    run = {"years": 3, "replicates": 40, "seed": 1}
    return toml.write({**head, "organization": organization, "run": run})


def _columns(found: Proposal) -> list[tuple[str, str, str]]:
    return [(name, choice.column, choice.why) for name, choice in found.choices.items()]


def _tell(data: OwnData, out: Path | None, paths: Sequence[Path]) -> None:
    from sim.organization.owndata import preview

    for title, found in (
        ("Columns of the HR export", data.columns),
        ("Columns of the survey", data.tie_columns),
    ):
        if found is None:
            continue
        click.echo(title)
        rows = _columns(found)
        width, wide = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
        for name, column, why in rows:
            click.echo(f"  {name:<{width}}  <- {column:<{wide}}  {why}")
        if found.personal:
            click.echo(f"  personal, never written: {', '.join(found.personal)}")
        if found.unused:
            click.echo(f"  not used: {', '.join(found.unused)}")
        click.echo()
    for name, rule in data.rules.items():
        click.echo(
            f"Question {name!r} is read as {rule.target}, influence {rule.influence.replace('_', ' ')}"
        )
    if data.rules:
        click.echo()
    click.echo("The first people, as they are written")
    for line in preview(data):
        click.echo(f"  {line}")
    click.echo("\nData report")
    for line in (*data.notes, *data.organization.report.lines()):
        click.echo(f"  {line}")
    if out is None:
        click.echo("\nNothing was written; if this is right, give the same command with --out DIR.")
        return
    click.echo(f"\nWrote {', '.join(str(path) for path in paths)}.")
    firm, plan = (shlex.quote(str(out / name)) for name in ("my_firm.toml", "my_plan.toml"))
    click.echo("Next, your plan (a starter to edit) in words, and what it changes:")
    click.echo(f"  ripple check {plan}")
    click.echo(f"  ripple compare {firm} {plan}")


def _as_data(data: OwnData, paths: Sequence[Path]) -> dict[str, Any]:
    def told(found: Proposal | None) -> dict[str, Any] | None:
        if found is None:
            return None
        return {
            "columns": {name: {"column": column, "why": why} for name, column, why in _columns(found)},
            "personal": list(found.personal),
            "not_used": list(found.unused),
        }

    return {
        "schema": SCHEMA,
        "people": told(data.columns),
        "survey": told(data.tie_columns),
        "layers": {name: {"target": r.target, "influence": r.influence} for name, r in data.rules.items()},
        "notes": list(data.notes),
        "data_report": data.organization.report.lines(),
        "written": [str(path) for path in paths],
    }
