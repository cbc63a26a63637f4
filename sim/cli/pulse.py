"""`ripple pulse`: calibrate to quarterly surveys of teams, look ahead, and see whether that can be trusted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sim.cli.faults import SOME_FAILED, BadInput, Stopped, announce_compiling, say
from sim.cli.options import Folder, with_options
from sim.cli.progress import Progress

if TYPE_CHECKING:
    from sim.pulse.bank import Bank
    from sim.pulse.survey import Survey

SCHEMA: Final = 1

_BANK: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--scenario", metavar="S", help="What the organisation does: a file or a bundled name; needed the first time."
    ),
    click.option("--plan", "plans", multiple=True, metavar="P", help="A plan to compare with it (repeatable)."),
    click.option(
        "--parameters", multiple=True, metavar="WHAT",
        help="What is learnt, as ripple sensitivity --factors takes it (repeatable); a small set if left out.",
    ),
    click.option("--points", type=click.IntRange(240, 1_000_000), default=4000, show_default=True, metavar="N",
                 help="Simulated organisations in the bank."),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, metavar="S",
                 help="Which of them, and which luck."),
    click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE",
                 help="Change one place of every scenario first (repeatable)."),
    click.option("--workers", type=click.IntRange(1, 1024), metavar="W", help="Processes; all cores if left out."),
    click.option("--out", type=Folder(path_type=Path, file_okay=False), default=Path("results/pulse"),
                 show_default=True, metavar="DIR", help="Folder of the bank and the findings."),
    click.option("--quiet", is_flag=True, help="Only the path of what was written."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else."),
)  # fmt: skip

_READING: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--scale", metavar="LOW:HIGH", default="0:1", show_default=True,
                 help="Lowest and highest answer of the questionnaire, e.g. 1:5."),
    click.option("--item", "items", multiple=True, metavar="COLUMN=ITEM",
                 help="Which item a column holds, e.g. engagement=enthusiasm (repeatable)."),
)  # fmt: skip


@click.group()
def pulse() -> None:
    """Calibrate the model to quarterly surveys of teams.

    A survey is a CSV with the columns wave (quarters from the start of the plan, 0 first; or date), team, n, and a
    column an item: share_practising, enthusiasm, safety, skill.  Teams are the departments of the scenario.

    \b
    Examples
      ripple pulse fit answers.csv --scenario my_plan.toml --scale 1:5 --out results/pulse
      ripple pulse fit answers.csv --out results/pulse         the next wave: same bank, nothing is simulated
      ripple pulse forecast answers.csv --out results/pulse
      ripple pulse recovery --scenario my_plan.toml --out results/pulse
    """


@pulse.command()
@click.argument("survey", type=click.Path(path_type=Path))
@with_options(*_READING)
@with_options(*_BANK)
@click.option("--figures", is_flag=True, help="Also write each figure of the page as SVG and PNG.")
def fit(survey: Path, figures: bool, **options: Any) -> None:
    """What SURVEY says: parameters, coming waves, plans, to a page.

    The first call makes a bank of simulations; later ones, with the next wave or another survey of the same plan,
    only look things up in it.
    """
    from sim.pulse import calibrate
    from sim.report.pulse import short, write_pulse

    answers = _survey(survey, options)
    found = calibrate(answers, _bank(options))
    path = write_pulse(found, options["out"], figures=figures)
    if options["as_json"]:
        _echo({"posterior": _records(found.table()), "said": short(found), "page": str(path)})
    elif options["quiet"]:
        click.echo(str(path))
    else:
        for line in short(found):
            click.echo(line)
        if found.strange:
            click.echo("The model hardly ever produces a survey like this one: do not lean on this.")
        click.echo(f"The page: {path}")


@pulse.command()
@click.argument("survey", type=click.Path(path_type=Path))
@with_options(*_READING)
@with_options(*_BANK)
def forecast(survey: Path, **options: Any) -> None:
    """90 % bands for what the coming waves will show, and whether plans can be told apart."""
    from sim.pulse import calibrate

    found = calibrate(_survey(survey, options), _bank(options))
    told = [one.sentence for one in found.comparisons()]
    table = found.forecast
    if options["as_json"]:
        _echo({"forecast": _records(table), "plans": told})
        return
    if not len(table):
        raise BadInput(
            "the last wave is at the end of the scenario; give it a longer run (--set run.years=4)"
        )
    wide = table.assign(
        band=[f"{row['median']:.2f} ({row['low']:.2f}-{row['high']:.2f})" for row in table.to_dict("records")]
    )
    wide = wide.pivot(index=["wave", "team"], columns="item", values="band")[list(found.survey.items)]
    click.echo(wide.to_string())
    for line in told:
        click.echo(line)


@pulse.command()
@with_options(*_BANK)
@click.option(
    "--waves", type=click.IntRange(1), metavar="N", help="Waves after the first; to the end if left out."
)
@click.option(
    "--answering",
    type=click.FloatRange(0.05, 1.0),
    default=0.8,
    show_default=True,
    metavar="P",
    help="Share of each team that answers.",
)
@click.option(
    "--repetitions",
    type=click.IntRange(20, 10_000),
    default=200,
    show_default=True,
    metavar="R",
    help="Surveys of organisations whose truth is known.",
)
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Put the result between the marks of this Markdown file.")  # fmt: skip
def recovery(
    waves: int | None, answering: float, repetitions: int, write: Path | None, **options: Any
) -> None:
    """Survey simulated organisations whose parameters are known, and find these again.

    Leaves with 3 where an interval does not cover as it says.
    """
    import time

    from sim.pulse import layout_of
    from sim.pulse import recovery as study
    from sim.pulse.recovery_text import recovery_markdown, written_between

    began = time.perf_counter()
    bank = _bank(options, more=repetitions)
    layout = layout_of(bank, waves=bank.quarters if waves is None else waves, answering=answering)
    found = study(bank, layout, repetitions=repetitions)
    seconds = time.perf_counter() - began
    text = recovery_markdown(found, bank, answering=answering, seconds=seconds)
    options["out"].mkdir(parents=True, exist_ok=True)
    (options["out"] / "recovery.md").write_text(text, "utf-8")
    if write is not None:
        write.write_text(written_between(write.read_text("utf-8"), text, str(write)), "utf-8")
    if options["as_json"]:
        _echo(
            {"repetitions": found.repetitions, "table": _records(found.table), "seconds": round(seconds, 1)}
        )
    elif options["quiet"]:
        click.echo(str(options["out"] / "recovery.md"))
    else:
        click.echo(text)
    if not found.calibrated:
        raise click.exceptions.Exit(SOME_FAILED)


def _survey(path: Path, options: dict[str, Any]) -> Survey:
    from sim.pulse import read_survey

    low, _, high = options["scale"].replace(",", ":").partition(":")  # as ripple import writes it
    try:
        scale = float(low), float(high)
    except ValueError:
        raise BadInput(f"--scale {options['scale']}: give LOW:HIGH, for example 1:5") from None
    names = {}
    for text in options["items"]:
        column, equals, item = text.partition("=")
        if not (column and equals and item):
            raise BadInput(f"--item {text}: give COLUMN=ITEM, for example engagement=enthusiasm")
        names[column] = item
    return read_survey(path, scale=scale, names=names)


def _bank(options: dict[str, Any], *, more: int = 0) -> Bank:
    """The bank of the folder, made where it is not there or where a scenario is named."""
    from sim.pulse import PARAMETERS, make_bank, open_bank

    folder = options["out"] / "bank"
    if options["scenario"] is None:
        if not (folder / "plan.json").exists():
            raise BadInput(
                f"there is no bank in {folder} yet; name the scenario it is of: --scenario my_plan.toml"
            )
        return open_bank(folder)
    silent = options["quiet"] or options["as_json"]
    if not options["quiet"]:
        announce_compiling()
    try:
        with Progress(quiet=silent) as progress:
            made = make_bank(
                options["scenario"], plans=options["plans"], parameters=options["parameters"] or PARAMETERS,
                points=options["points"] + more, seed=options["seed"], overrides=options["overrides"], out=folder,
                workers=options["workers"], progress=progress.told,
            )  # fmt: skip
    except KeyboardInterrupt as problem:
        raise Stopped(str(problem) or "interrupted; the same command again goes on") from None
    lost = options["points"] + more - made.points
    if lost:
        say(f"{lost} of the runs failed and are left out")
    return made


def _records(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return rows


def _echo(found: dict[str, Any]) -> None:
    click.echo(json.dumps({"schema": SCHEMA, **found}, ensure_ascii=False, indent=1))
