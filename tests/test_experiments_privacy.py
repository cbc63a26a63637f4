"""Nobody recognisable in anything that is written."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from experiments_lab import without_search

from sim.experiments import Experiment, compare
from sim.experiments.groups import level_names, published
from sim.organization.generate import GeneratorSpec, generate
from sim.organization.privacy import MINIMUM
from sim.scenario import load, resolve

DEPARTMENTS = {"Board": 2, "Legal": 3, "Sales": 14, "Works": 17, "Labs": 6}


def write_firm(folder: Path) -> list[str]:
    """people.csv, ties.csv and two scenarios that name people; the ids that may never be seen again."""
    ids: list[str] = []
    rows: list[str] = ["id,manager_id,department"]
    for department, size in DEPARTMENTS.items():
        for k in range(size):
            ids.append(f"zz{department.lower()}{k}qx")
            if department == "Board":
                boss = "" if k == 0 else ids[0]
            else:
                boss = ids[1] if k == 0 else f"zz{department.lower()}0qx"
            rows.append(f"{ids[-1]},{boss},{department}")
    (folder / "people.csv").write_text("\n".join(rows) + "\n")
    ties = ["source,target,layer"] + [
        f"{ids[k]},{ids[(k * 7 + 3) % len(ids)]},advice" for k in range(len(ids))
    ]
    (folder / "ties.csv").write_text("\n".join(ties) + "\n")
    base = (
        '[organization]\npeople_file = "people.csv"\nties_file = "ties.csv"\n'
        '[organization.layers.advice]\ntarget = "peers"\n[run]\nyears = 1\nburn_in = 0.2\n'
    )
    (folder / "quiet.toml").write_text('name = "quiet"\n' + base)
    named = f'who = {{ people = ["{ids[3]}", "{ids[9]}"] }}'
    lever = f'[[levers]]\nlever = "lead_by_example"\n{named}\n[[levers]]\nlever = "L05"\n'
    (folder / "busy.toml").write_text('name = "busy"\n' + base + lever)
    return ids


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A small firm's comparison, with nothing but the defaults."""
    folder = tmp_path_factory.mktemp("firm")
    ids = write_firm(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        without_search(monkeypatch)
        compare(
            [folder / "quiet.toml", folder / "busy.toml"],
            replicates=4,
            draws=2,
            out=folder / "out",
            workers=2,
        )
    return folder / "out", ids


def everything(folder: Path) -> dict[str, str]:
    """All that can be read in a folder: names of files, bytes, and the cells of the tables."""
    text = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().decode("utf-8", "replace")
            if path.suffix == ".parquet":
                content += str(pq.read_schema(path)) + pq.read_table(path).to_pandas().to_csv()
            text[str(path.relative_to(folder))] = content
    return text


def test_no_id_of_the_files_is_anywhere(firm: tuple[Path, list[str]]) -> None:
    folder, ids = firm
    text = everything(folder)
    assert any(
        re.search("p[0-9a-f]{10}", content) for content in text.values()
    )  # people are named, by pseudonym
    for name, content in text.items():
        for identity in ids:
            assert identity not in content, f"{identity} in {name}"
            assert identity not in name


def test_pseudonyms_of_people_are_not_in_the_tables(firm: tuple[Path, list[str]]) -> None:
    folder, _ = firm
    for name in ("runs", "series", "events"):
        assert not re.search("p[0-9a-f]{10}", pq.read_table(folder / f"{name}.parquet").to_pandas().to_csv())
    assert not (folder / "people_events.parquet").exists()


def test_no_group_below_five_is_shown(firm: tuple[Path, list[str]]) -> None:
    series = Experiment(firm[0]).series
    heads = series["headcount"].dropna()
    assert not ((heads > 0) & (heads < MINIMUM)).any()
    departments = set(series[series["kind"] == "department"]["group"])
    assert not {"Board", "Legal"} & departments and "Sales" in departments
    hidden = series[series["headcount"].isna()]
    values = hidden.drop(columns=["scenario", "uncertainty", "draw", "replicate", "time", "kind", "group"])
    assert values.isna().all().all()


def test_no_small_group_follows_by_subtraction(firm: tuple[Path, list[str]]) -> None:
    series = Experiment(firm[0]).series.fillna({"draw": -1})
    key = ["scenario", "uncertainty", "draw", "replicate", "time"]
    total = series[series["kind"] == "all"].set_index(key)["headcount"]
    for kind in ("level", "department", "tenure"):
        mine = series[series["kind"] == kind]
        shown = mine.groupby(key)["headcount"].sum()
        blank = mine["headcount"].isna().groupby([mine[name] for name in key]).sum()
        rest = (total - shown).loc[blank[blank > 0].index]
        assert ((rest == 0) | (rest >= MINIMUM)).all(), kind  # what is left is no small group …
        assert (blank[blank > 0] >= 2).all(), kind  # … and never one cell alone
        whole = (total - shown).loc[blank[blank == 0].index]
        assert (whole == 0).all(), kind


def test_small_levels_share_a_name_in_every_table_and_plan(firm: tuple[Path, list[str]]) -> None:
    found = Experiment(firm[0])
    levels = {
        name: set(rows[rows["kind"] == "level"]["group"]) for name, rows in found.series.groupby("scenario")
    }
    assert levels["quiet"] == levels["busy"]
    assert not {"executive", "learning_leader"} & levels["busy"]
    assert set(found.events["level"]) <= levels["busy"]


def test_events_are_counts(firm: tuple[Path, list[str]]) -> None:
    assert list(Experiment(firm[0]).events.columns) == [
        "scenario", "replicate", "week", "kind", "layer", "level", "count",
    ]  # fmt: skip


def test_person_level_tables_hold_pseudonyms_and_only_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_search(monkeypatch)
    ids = write_firm(tmp_path)
    compare(
        [tmp_path / "quiet.toml"],
        replicates=2,
        uncertainty="luck",
        out=tmp_path / "out",
        person_level=True,
        workers=1,
    )
    table = pd.read_parquet(tmp_path / "out" / "people_events.parquet")
    assert len(table) and table["person"].str.fullmatch("p[0-9a-f]{10}").all()
    assert table["source"].dropna().str.fullmatch("p[0-9a-f]{10}").all()
    for content in everything(tmp_path / "out").values():
        assert not any(identity in content for identity in ids)


def test_generated_people_are_nobody_but_small_departments_are_merged_all_the_same() -> None:
    organization = generate(GeneratorSpec(people=30, departments=8), seed=1)
    groups = [("all", "all"), *(("department", name) for name in organization.department_names)]
    shown = published(organization, groups, level_names([organization], careful=False), careful=False)
    sizes = np.bincount(organization.department, minlength=8)
    assert (sizes < MINIMUM).any()
    for kind, members in zip(shown.kinds, shown.members, strict=True):
        if kind == "department":
            assert sum(sizes[k - 1] for k in members) >= MINIMUM


def test_changing_the_files_is_noticed(firm: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, ids = firm
    people = folder.parent / "people.csv"
    before = people.read_text()
    people.write_text(before + f"zznewqx,{ids[5]},Sales\n")
    try:
        with pytest.raises(ValueError, match=r"'quiet' changed|organisation of 'quiet' changed"):
            compare(
                [folder.parent / "quiet.toml", folder.parent / "busy.toml"], replicates=4, draws=2, out=folder
            )
    finally:
        people.write_text(before)
    assert resolve(load(folder.parent / "quiet.toml")).organization.n == len(ids)
