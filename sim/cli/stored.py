"""`ripple results`: what was found before."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.faults import SOME_FAILED, BadInput

if TYPE_CHECKING:
    from sim.experiments.checking import Difference, Verdict

SCHEMA = 1


@click.group()
def results() -> None:
    """List, show, compare, export, merge and check what was stored.

    \b
    Examples
      ripple results list
      ripple results show results/from_the_top-vs-peer_groups_first-1a2b3c4d
      ripple results diff results/before results/after
      ripple results export results/my_sweep csv
      ripple results merge results/my_sweep
      ripple results verify results/my_sweep
    """


@results.command("list")
@click.argument("folder", required=False, default="results", metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a list.")
def list_results(folder: Path, as_json: bool) -> None:
    """List the experiments in DIR (results, if left out)."""
    if not folder.is_dir():
        if folder != Path("results") or folder.exists():
            raise BadInput(f"{folder} is not a folder; name the folder that holds your results")
        rows: list[dict[str, Any]] = []
    else:
        rows = [row for path in sorted(folder.iterdir()) if path.is_dir() and (row := _row(path)) is not None]
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, "results": rows}, ensure_ascii=False, indent=1))
        return
    if not rows:
        click.echo(f"No experiments in {folder} yet. Make one: ripple compare from_the_top peer_groups_first")
        return
    for row in rows:
        shard = row["shard"]
        state = "finished" if row["finished"] else "not finished"
        state = f"shard {shard['number']} of {shard['of']}, done" if shard else state
        failed = f", {row['failed']} runs failed" if row["failed"] else ""
        what = " against ".join(row["scenarios"])
        if row["kind"] == "sweep":
            what = f"sweep of {' and '.join(row['scenarios'])} over {row['points']} points"
        click.echo(f"{row['folder']}\n  {what}; seed {row['seed']}; {state}{failed}")


def _row(path: Path) -> dict[str, Any] | None:
    from sim.experiments.errors import StoreError
    from sim.experiments.store import read_manifest, read_plan

    try:
        plan = read_plan(path)
    except StoreError:
        return None
    manifest = read_manifest(path)
    return {
        "folder": str(path),
        "kind": plan.get("kind", "comparison"),
        "points": plan.get("design", {}).get("points"),
        "shard": manifest.get("shard"),
        "scenarios": [row["name"] for row in plan.get("scenarios", [])],
        "seed": plan.get("seed"),
        "finished": bool(manifest.get("finished")),
        "failed": int(manifest.get("failed", 0)),
        "made": manifest.get("made"),
        "report": str(path / "report.html") if (path / "report.html").is_file() else None,
    }


@results.command("show")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def show_result(folder: Path, as_json: bool) -> None:
    """Show the end table of the experiment in DIR; its page is written if it is missing."""
    from sim.experiments.store import read_plan

    if read_plan(folder).get("kind") == "sweep":
        _show_sweep(folder, as_json)
        return
    from sim.cli import endtable
    from sim.experiments import Experiment
    from sim.report.build import findings

    found = findings(Experiment(folder))
    report = folder / "report.html"
    if not report.is_file():
        from sim.report.page import write_page

        write_page(found, folder)
    if as_json:
        click.echo(json.dumps(endtable.as_data(found, folder, report), ensure_ascii=False, indent=1))
    else:
        endtable.show(found, folder, report)


def _show_sweep(folder: Path, as_json: bool) -> None:
    from sim.cli.sweep import as_data, merging, show
    from sim.experiments.swept import Sweep

    made = Sweep(folder)
    if not made.finished and made.shard is None:
        raise BadInput(f"{made!r} is not finished: give the same command again")
    if as_json:
        click.echo(json.dumps(as_data(made), ensure_ascii=False, indent=1))
    elif made.shard is not None:
        i, n = made.shard
        failed = f", {made.failed} of them failed" if made.failed else ""
        click.echo(
            f"{' and '.join(made.names)}: shard {i} of {n}, complete: {made.manifest.get('runs')} runs{failed}"
        )
        click.echo(f"When all {n} shards are: {merging(made)}")
    else:
        show(made)


@results.command("diff")
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def diff_results(a: Path, b: Path, as_json: bool) -> None:
    """Compare the results in A and B: plans, bytes, and outcomes run by run.

    Leaves with 0 if the tables are the same to the last byte, with 3 if any differ.
    """
    from sim.experiments.checking import diff

    found = diff(a, b)
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, **_diff_data(found)}, ensure_ascii=False, indent=1))
    else:
        _tell_diff(found)
    if found.other_tables:
        raise click.exceptions.Exit(SOME_FAILED)


def _diff_data(found: Difference) -> dict[str, Any]:
    keys = ("scenario", "outcome", "mean_a", "mean_b", "runs")
    rows = [
        {
            k: None if isinstance(v, float) and not math.isfinite(v) else v
            for k, v in zip(keys, row, strict=True)
        }
        for row in found.outcomes
    ]
    return {
        "plan": list(found.plan),
        "same_tables": list(found.same_tables),
        "other_tables": list(found.other_tables),
        "runs_in_both": found.rows[0],
        "runs_that_differ": found.rows[1],
        "outcomes": rows,
    }


def _tell_diff(found: Difference) -> None:
    for phrase in found.plan:
        click.echo(f"plan: {phrase}")
    if found.same_tables:
        click.echo(f"same to the last byte: {', '.join(found.same_tables)}")
    if not found.other_tables:
        return
    click.echo(f"different: {', '.join(found.other_tables)}")
    both, apart = found.rows
    click.echo(f"{both} runs are in both; {apart} of them differ in an outcome")
    for scenario, outcome, one, other, runs in found.outcomes[:20]:
        click.echo(f"  {scenario}: {outcome}: mean {one:.6g} against {other:.6g} ({runs} runs differ)")
    if len(found.outcomes) > 20:
        click.echo(f"  and {len(found.outcomes) - 20} more (--json shows all)")


@results.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("form", metavar="csv|xlsx", type=click.Choice(("csv", "xlsx")))
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="PATH", help="Folder for CSV, file for a workbook."
)
@click.option(
    "--table", "tables", multiple=True, metavar="NAME", help="Only this table, e.g. runs (repeatable)."
)
def export_results(folder: Path, form: str, to: Path | None, tables: tuple[str, ...]) -> None:
    """Write the tables of DIR as CSV files or as one Excel workbook."""
    from sim.experiments.exporting import export

    for path in export(folder, form, to, tables=tables):
        click.echo(path)


@results.command("merge")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("shards", nargs=-1, metavar="[SHARD...]", type=click.Path(path_type=Path))
def merge_results(out: Path, shards: tuple[Path, ...]) -> None:
    """Put the SHARDs of a sweep together in OUT (those beside OUT, named OUT.shard-i-of-n, if none is named).

    The tables are the same to the last byte as if one machine had made them; shards stay as they are.
    """
    from sim.cli.sweep import show
    from sim.experiments.merging import merge

    made = merge(out, shards)
    show(made)
    if made.failed:
        raise click.exceptions.Exit(SOME_FAILED)


@results.command("verify")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO...]")
@click.option(
    "--sample", type=click.IntRange(0), default=20, show_default=True, metavar="N", help="Runs to make again."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, metavar="S", help="Which runs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def verify_results(folder: Path, scenarios: tuple[str, ...], sample: int, seed: int, as_json: bool) -> None:
    """Check DIR: every table against its stored hash, and a sample of runs made again, bit by bit.

    Organisations that were read from files are not stored: name the SCENARIOs again to have their runs made again.
    Leaves with 3 if anything differs.
    """
    from sim.experiments.checking import verify

    found = verify(folder, sample=sample, seed=seed, scenarios=scenarios)
    if as_json:
        data = {
            "schema": SCHEMA, "sound": found.sound, "files": list(found.files), "damaged": list(found.damaged),
            "sampled": list(found.sampled), "differing": [list(map(str, row)) for row in found.differing],
            "remark": found.remark,
        }  # fmt: skip
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        _tell_verdict(found)
    if not found.sound:
        raise click.exceptions.Exit(SOME_FAILED)


def _tell_verdict(found: Verdict) -> None:
    if found.damaged:
        click.echo(f"Not what was written: {', '.join(found.damaged)}")
    else:
        click.echo(f"{len(found.files)} files are what was written.")
    if found.sampled:
        apart = {row[0] for row in found.differing}
        click.echo(
            f"{len(found.sampled)} runs made again: {len(found.sampled) - len(apart)} the same to the last bit."
        )
        for run, column, stored, made in found.differing[:10]:
            click.echo(f"  run {run}, {column}: stored {stored}, now {made}")
    if found.remark:
        click.echo(found.remark)
