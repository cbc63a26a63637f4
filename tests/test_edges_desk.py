"""The desk at its edges: what is too much, too late or nonsense is answered in a sentence, and nothing is spoiled."""

from __future__ import annotations

import asyncio
import io
import json
import os
import threading
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from decisions_lab import plan
from desk_lab import small_view
from starlette.requests import Request

from sim.cli.starter import people_csv
from sim.decisions import DecisionError
from sim.desk import asking, gate, messages, network, outputs, pages
from sim.desk import folder as keeping
from sim.desk import server as serving
from sim.desk.answering import Answerer, GivenUp, held
from sim.desk.asking import Asked
from sim.desk.bands import Read, end_of, lines
from sim.desk.errors import DeskError
from sim.desk.folder import Folder
from sim.desk.gate import Gate
from sim.desk.importing import read_files
from sim.desk.server import Desk, _rivals
from sim.desk.view import arms, read_view, scenario_of, view_of
from sim.desk.warm import BurnedIn, warm_key
from sim.engine.blueprint import blueprint
from sim.engine.run import run
from sim.engine.stationary import Offset
from sim.report.brief_words import LINES
from sim.scenario import load, resolve

NOWHERE = Path("nowhere")


def request(
    app: Any, method: str, path: str, body: Any = None, *, gone: bool = False, **headers: str
) -> tuple[int, bytes]:
    """Status and content, straight from the application; `gone`: the page is closed before the request is read."""
    content = json.dumps(body).encode()
    sent: list[dict[str, Any]] = []

    read = not gone

    async def receive() -> dict[str, Any]:
        nonlocal read
        if read:
            read = False
            return {"type": "http.request", "body": content}
        if not gone:
            await asyncio.sleep(60)  # the page stays open until it is answered
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    given = {"host": "127.0.0.1", **{key.replace("_", "-"): value for key, value in headers.items()}}
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(key.encode(), value.encode()) for key, value in given.items()],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, workers=1)
    yield made
    made.answerer.close()


# --- the door -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "/api/lever/L99", None, "there is no lever L99"),
        ("POST", "/api/plans/many/delete", {}, "that is not the number of a saved plan"),
        ("POST", "/api/import/mine/forget", {}, "that is not the number of an import"),
        ("POST", "/api/import", {"people": 3}, "choose people.csv"),
        ("POST", "/api/import", {"people": {"base64": "?"}}, "choose people.csv"),
        ("POST", "/api/import", {"ties": "source,target"}, "choose people.csv"),
        ("POST", "/api/open", {"view": {}}, "choose a file that the desk has saved"),
        ("POST", "/api/open", {"view": {}, "text": '{"schema": 1'}, "this file is not whole"),
        ("POST", "/api/bundle", {"view": {}}, "nobody was imported; the scenario alone runs as it is"),
    ],
)
def test_nonsense_is_told_in_one_sentence(desk: Desk, method: str, path: str, body: Any, said: str) -> None:
    status, content = request(desk.app, method, path, body)
    (told,) = json.loads(content)["problems"]
    assert status == 422 and told.startswith(said)


def test_there_is_no_report_of_nothing(desk: Desk) -> None:
    status, content = request(desk.app, "POST", "/api/report", {"view": small_view(levers=[])})
    (message,) = [json.loads(line) for line in content.splitlines()]
    assert status == 200 and message["kind"] == "problem"
    assert message["problems"] == [
        "nothing is planned yet, so there is nothing to report; move a lever first"
    ]


def test_a_page_that_is_closed_meanwhile_is_no_fault(desk: Desk) -> None:
    assert request(desk.app, "POST", "/api/plans", {"view": small_view()}, gone=True) == (499, b"")


def test_visitors_long_gone_are_forgotten_and_what_they_saved_is_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_VISITORS", 2)
    first, *others = [f"{serving.COOKIE}={letter * 40}" for letter in "abc"]
    assert request(desk.app, "POST", "/api/plans", {"view": small_view(title="Kept")}, cookie=first)[0] == 200
    for cookie in others:
        assert json.loads(request(desk.app, "GET", "/api/plans", cookie=cookie)[1]) == []
    assert list(desk._visitors) == ["b" * 40, "c" * 40]
    kept = json.loads(request(desk.app, "GET", "/api/plans", cookie=first)[1])
    assert [row["title"] for row in kept] == ["Kept"]


def test_a_picture_nobody_waits_for_is_not_drawn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def given_up(view: Any, imports: Path, newer: threading.Event) -> AsyncIterator[dict[str, Any]]:
        newer.set()
        yield {"kind": "board"}

    monkeypatch.setattr(desk.answerer, "answer", given_up)
    assert json.loads(request(desk.app, "POST", "/api/network", {"view": small_view()})[1]) == {
        "given_up": True
    }


def test_a_table_whose_runs_were_given_up_is_not_handed_out_and_tabs_do_not_give_up_each_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[threading.Event] = []

    async def given_up(view: Any, imports: Path, newer: threading.Event) -> AsyncIterator[dict[str, Any]]:
        asked.append(newer)
        yield {"kind": "board"}

    monkeypatch.setattr(desk.answerer, "answer", given_up)
    cookie = f"{serving.COOKIE}={'a' * 40}"
    for tab in "ab":
        body = {"view": small_view(), "tab": tab}
        status, content = request(desk.app, "POST", "/api/table", body, cookie=cookie)
        (told,) = json.loads(content)["problems"]
        assert status == 422 and told.startswith("the runs behind the table were given up")
    assert not asked[0].is_set() and not asked[1].is_set()


def test_a_scenario_file_may_extend_a_bundled_plan(desk: Desk) -> None:
    text = 'name = "mine"\nextends = "stars_align"\n[organization]\npeople = 77\n'
    status, content = request(desk.app, "POST", "/api/open", {"text": text, "view": small_view()})
    view = json.loads(content)["view"]
    assert status == 200 and view["organization"]["people"] == 77
    assert [row["lever"] for row in view["levers"]] == [use.lever for use in load("stars_align").levers]


def test_any_address_in_numbers_opens_a_desk_that_listens_everywhere_and_no_name_does() -> None:
    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"in"})

    everywhere, here = Gate(inside, (gate.ANYWHERE,)), Gate(inside, ("127.0.0.1",))
    for host in ("192.168.7.7:8080", "[fe80::1]:80", "10.0.0.1"):
        assert request(everywhere, "GET", "/", host=host) == (200, b"in")
        assert request(here, "GET", "/", host=host)[0] == 403
    for host in ("evil.example", "10.0.0.1.evil.example:80", ""):
        assert request(everywhere, "GET", "/", host=host)[0] == 403


def test_more_than_can_be_taken_in_is_refused_before_and_while_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def inside(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("it was let in")

    status, content = request(Gate(inside, ("127.0.0.1",)), "POST", "/", content_length=f"{gate.BODY + 1}")
    assert (status, content) == (403, b"more than 45 MB are not taken in")
    monkeypatch.setattr(messages, "BODY", 10)
    parts = [b"123456"] * 3

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts)}

    with pytest.raises(DeskError, match="are not taken in"):
        asyncio.run(messages.read_table(Request({"type": "http", "headers": [], "method": "POST"}, receive)))
    assert len(parts) == 1  # the rest was not even read


def test_work_that_nobody_waits_for_ends_without_a_result() -> None:
    newer = threading.Event()
    newer.set()

    def work(tell: Any) -> dict[str, Any]:
        tell(SimpleNamespace(stage="running", done=1, total=2, eta=None))
        return {"kind": "done"}

    async def told() -> list[dict[str, Any]]:
        return [message async for message in messages.worked(work, newer)]

    assert asyncio.run(told()) == []


# --- folders and views --------------------------------------------------------------------------------------------


def test_a_visitor_keeps_so_many_plans_and_files_so_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_PLANS", 1)
    monkeypatch.setattr(keeping, "LARGEST", 20)
    folder, view = Folder(tmp_path, "x" * 40), read_view(small_view())
    first = folder.save(view)
    with pytest.raises(DeskError, match="1 plans are saved; delete some first"):
        folder.save(view)
    folder.delete(first)
    folder.save(view)
    with pytest.raises(DeskError, match=r"ties.csv is larger than 0 MB; use `ripple check` for it"):
        folder.take_in({"people.csv": "id\na\n", "ties.csv": "source,target\n" + "a,b\n" * 9})
    assert not list(folder.imports.glob("*"))


def test_the_oldest_imports_that_no_plan_uses_and_the_oldest_reports_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_IMPORTS", 2)
    monkeypatch.setattr(keeping, "MOST_REPORTS", 2)
    folder = Folder(tmp_path, "x" * 40)

    def imported(k: int, at: int) -> str:
        number = folder.keep_import({"people.csv": f"id\n{k}\n"})
        os.utime(folder.imports / number, ns=(at, at))
        return number

    first = imported(0, 0)
    folder.save(read_view(small_view(organization={"imported": first})))
    numbers = [imported(k, k) for k in range(1, 5)]
    (folder.imports / "notes of mine").touch()
    assert {path.name for path in folder.imports.glob("?" * 12)} == {first, *numbers[-2:]}
    imported(3, 5)  # read again: it is in use
    last = imported(9, 9)
    assert {path.name for path in folder.imports.glob("?" * 12)} == {first, numbers[2], last}

    for k, name in enumerate("abc"):
        place = keeping.place_of_report(folder.path, name)
        place.mkdir(parents=True)
        os.utime(place, ns=(k, k))
    assert sorted(path.name for path in folder.path.glob("reports/*")) == ["b", "c"]
    keeping.place_of_report(folder.path, "b")  # made again, so it is the newest
    keeping.place_of_report(folder.path, "d")
    assert [path.name for path in folder.path.glob("reports/*")] == ["b"]


def test_files_without_a_file_of_people_are_no_import() -> None:
    files, scale = read_files({"people": "id\na\n", "ties": {"base64": "YQ=="}, "names": [1], "scale": "?"})
    assert files.content == {"people.csv": b"id\na\n", "ties.csv": b"a"} and scale is None
    assert files.name("people.csv") == "people.csv"


def test_people_without_ties_are_carried_away_without_ties(desk: Desk) -> None:
    cookie = f"{serving.COOKIE}={'a' * 40}"
    status, content = request(desk.app, "POST", "/api/import", {"people": people_csv()}, cookie=cookie)
    view = small_view(organization=json.loads(content)["organization"])
    status, packed = request(desk.app, "POST", "/api/bundle", {"view": view}, cookie=cookie)
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert status == 200 and sorted(names) == ["people.csv", "small.toml"]


def test_what_the_desk_cannot_show_is_told(tmp_path: Path) -> None:
    own = plan("own", "X1", lever_definitions={"X1": {"name": "Mine", "direct": {"safety": 0.1}}})
    with pytest.raises(DeskError, match="defines levers of its own; run it with `ripple run`"):
        view_of(own)
    (tmp_path / "people.csv").write_text("id\na\n")
    (tmp_path / "firm.toml").write_text('name = "firm"\n[organization]\npeople_file = "people.csv"\n')
    with pytest.raises(DeskError, match="reads people from files; import those first"):
        view_of(load(tmp_path / "firm.toml"))
    owned = plan("owned", organization={"people": 80, "governance": "hr_officer"})
    found = view_of(owned, read_view(small_view()))["organization"]
    assert (found["people"], found["governance"]) == (60, "hr_officer")


def test_a_bundled_plan_that_cannot_be_shown_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_one(scenario: Any) -> dict[str, Any]:
        if scenario.name != "stars_align":
            raise DeskError("this cannot be shown")
        return {}

    monkeypatch.setattr(pages, "view_of", only_one)
    assert [row["name"] for row in pages.presets.__wrapped__()] == ["stars_align"]


def test_rivals_of_one_name_are_told_apart() -> None:
    view = read_view(small_view())
    rows = [small_view(levers=[{"lever": lever}]) for lever in ("L04", "L09")]
    found = _rivals(rows, view, NOWHERE, scenario_of(view, NOWHERE))
    assert [one.name for one in found] == ["small_2", "small_3"]


def test_what_a_question_cannot_answer_is_told_with_the_title_of_the_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuses(asked: Asked) -> None:
        raise DecisionError("no run of 'small' came to an end")

    monkeypatch.setitem(asking._TOOLS, "last", refuses)  # type: ignore[arg-type]
    view = read_view(small_view())
    with pytest.raises(DeskError, match="No run of “Small” came to an end"):
        asking.answer("last", Asked(arms(view, NOWHERE), view, [], {}, None))


# --- answers ------------------------------------------------------------------------------------------------------


@pytest.fixture
def answerer() -> Iterator[Answerer]:
    made = Answerer(1)
    yield made
    made.close()


def read(share: float) -> Read:
    """A run of two records, of which safety is blank."""
    values = np.full((2, 8, 6), share)
    values[:, :, 3] = np.nan
    return Read(np.array([0.0, 1.0]), values, {"share_end": share}, np.arange(6))


def test_before_any_run_there_is_nothing_to_say_and_blanks_stay_blank() -> None:
    resolved: Any = SimpleNamespace(money={"currency": "EUR"}, wage=40.0)
    found = end_of({}, {}, resolved)
    assert (found["runs"], found["reached"], found["ahead"], found["lit_by"]) == (0, None, None, {})
    assert found["ends"]["share_end"] == {"plan": [], "mine": [], "difference": []}
    whole: Any = SimpleNamespace(kinds=("all",), names=("all",))
    drawn = lines({0: read(0.2), 1: read(0.4)}, whole)["groups"]["all"]
    assert drawn["share_practising"][2] == [0.3, 0.3] and drawn["safety"][2] == [None, None]
    ahead = end_of({0: read(0.2)}, {0: read(0.1)}, resolved)
    assert (ahead["reached"], ahead["ahead"]) == (0.0, 1.0)


def test_an_arm_that_was_not_run_has_no_rows_in_the_table() -> None:
    whole = SimpleNamespace(kinds=("all",), names=("all",))
    three: Any = {name: SimpleNamespace(runs={}, shown=whole) for name in LINES}
    three["plan"].runs[0] = read(0.2)
    rows = outputs.table(three, {"plan": "Mine", "mine": "", "default": ""}).splitlines()[1:]
    assert {row.split(",")[0] for row in rows} == {"plan"} and len(rows) == 12
    assert rows[0].endswith(",1,0.2,0.2,0.2,0.2,0.2") and sum(row.endswith(",1,,,,,") for row in rows) == 2


def test_plans_asked_about_long_ago_are_prepared_again(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.desk.answering._PLANS", 1)
    one, two = plan("one", "L01"), plan("two", "L02")
    first = answerer.prepare(one)
    assert answerer.prepare(one) is first
    answerer.prepare(two)
    assert list(answerer._plans) == [answerer.prepare(two).key]
    again = answerer.prepare(one)
    assert again is not first and again.key == first.key


def test_prepared_plans_keep_to_a_room_in_bytes_but_for_the_arms_of_one_answer(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [
        answerer.prepare(plan(f"plan{k}", "L01", parameters={"contagion": 0.1 + k / 50})) for k in range(6)
    ]
    one, two = held(made[:1]), held(made[:2])
    assert one > made[0].drawing.ties.source.nbytes and one < two < 2 * one  # they share an organisation
    made[0].runs[0] = read(0.2)
    assert held(made[:1]) > one
    monkeypatch.setattr("sim.desk.answering._ROOM", held(made[:4]))
    answerer.prepare(plan("next", "L02"))
    assert 3 <= len(answerer._plans) <= 4
    monkeypatch.setattr("sim.desk.answering._ROOM", 1)
    answerer.prepare(plan("last", "L03"))
    assert len(answerer._plans) == 3


def test_what_is_remembered_for_questions_and_of_organisations_is_bounded(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    recent, curve = asking.Recent(), pd.DataFrame({"share": np.zeros(1000)})
    monkeypatch.setattr(asking, "_RUNS", 4)
    monkeypatch.setattr(asking, "_SERIES", 20_000)
    monkeypatch.setattr(asking, "_OFFSETS", 3)
    for k in range(6):
        for _ in range(2):  # a run that is kept again counts once
            recent.keep(k, {"share_end": 0.1}, curve)
        recent.keep_offset(str(k), "", 0.1)
    recent.trim()
    assert (list(recent.rows), list(recent.series)) == ([2, 3, 4, 5], [4, 5])
    assert [name for name, _ in recent.offsets] == ["3", "4", "5"]
    monkeypatch.setattr("sim.desk.answering._OFFSETS", 2)
    answerer._remember_offset("a", 0.1)
    answerer._remember_offset("b", 0.2)
    assert answerer._known_offset("a") == 0.1
    answerer._remember_offset("c", 0.3)
    assert list(answerer._offsets) == ["a", "c"] and answerer._known_offset("b") is None


def test_an_organisation_is_got_to_know_once_and_the_example_before_anybody_asks(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    def search(resolved: Any, *, threads: int) -> Offset:
        searched.append(resolved.name)
        return Offset(0.25, 0.1, 0.1, 0.0, 0)

    monkeypatch.setattr("sim.desk.answering.offset_for", search)
    answerer.get_ready()
    answerer._slow.shutdown(wait=True)
    answerer._know(load("business_as_usual"))
    assert searched == ["business_as_usual"] and list(answerer._offsets.values()) == [0.25]


def test_a_question_that_is_overtaken_while_the_organisation_is_got_to_know_is_given_up(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = threading.Event()
    monkeypatch.setattr(answerer, "_know", lambda scenario: newer.set())
    with pytest.raises(GivenUp):
        asyncio.run(answerer._careful(answerer.prepare(plan("one", "L01")), newer))


def test_runs_under_an_offset_that_was_replaced_meanwhile_are_not_kept(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = answerer.prepare(plan("one", "L01"))
    one.take(0.1)

    def overtaken(prepared: Any, replicate: int, newer: threading.Event) -> Read:
        prepared.take(0.2)  # another question of the same plan has found a better offset
        return read(0.3)

    async def told() -> list[str]:
        three = dict.fromkeys(("plan", "mine", "default"), one)
        return [
            message["kind"]
            async for message in answerer._lines(three, threading.Event(), set(), 0.0, rough=True)
        ]

    monkeypatch.setattr(answerer, "_one", overtaken)
    assert asyncio.run(told()) == [] and one.runs == {} and one.offset == 0.2
    assert asyncio.run(told())[0] == "line" and set(one.runs) == {0, 1}


def test_a_run_never_lives_the_year_of_one_offset_under_the_key_of_another(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The years are shared by all visitors: one under a wrong key would spoil theirs."""
    one = answerer.prepare(plan("one", "L01"))
    began: list[tuple[bytes, float]] = []

    def noted(drawing: Any, key: bytes, *, offset: float, **_: Any) -> Any:
        began.append((key, offset))
        return SimpleNamespace(burn=0, step=0, advance=lambda steps: None)

    def hashed(drawing: Any, seed: int, offset: float) -> bytes:
        if one.usual is not None:
            answerer.begin(one, 0)  # as a thread of the pool does while the key is worked out
        return b"%g" % offset

    monkeypatch.setattr(answerer.burned, "begin", noted)
    monkeypatch.setattr("sim.desk.answering.warm_key", hashed)
    with pytest.raises(RuntimeError, match="before its offset was known"):
        answerer.begin(one, 0)
    for offset in (0.1, 0.2):
        one.take(offset)
        answerer.begin(one, 0)
    assert began == [(b"0.1", 0.1), (b"0.1", 0.1), (b"0.2", 0.2)]


def test_of_a_large_organisation_nobody_is_drawn_alone(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "LARGEST", 59)
    one = answerer.prepare(plan("one", "L01"))
    shown = one.shown
    one.runs[0] = Read(np.array([0.0, 1.0]), np.full((2, len(shown.names), 6), 0.2), {}, np.arange(6))
    found = network.network(answerer, one)
    assert found["dots"] is None and "lit" not in found and "levels" not in found
    assert sum(found["heads"]) == 60 and len(found["departments"]) == 3


def test_whoever_is_of_a_level_that_may_not_be_shown_is_in_no_table_of_levels() -> None:
    shown: Any = SimpleNamespace(levels=("", "manager", "employee"))
    organization: Any = SimpleNamespace(level=np.array([0, 1, 2, 2]))
    adoptions = np.array([[0, 1, -1, 0], [1, 2, 1, 0], [2, 0, 1, 0], [3, 3, 2, 0]])
    found = network._by_level(adoptions, shown, organization)
    assert found["levels"] == ["manager", "employee"]
    assert found["table"] == [[0, 1], [0, 1], [1, 0]]  # lit by managers, by employees, by nobody
    assert found["chains"] == {"longest": 2, "largest": 4}


# --- years of business as usual -----------------------------------------------------------------------------------


def test_without_a_year_before_the_plan_nothing_is_kept_and_the_run_is_the_same() -> None:
    short = blueprint(resolve(plan("short", "L01", run={"years": 1.0, "burn_in": 0.001, "seed": 3})))
    burned = BurnedIn()
    simulation = burned.begin(short, warm_key(short, 1, 0.1), seed=1, replicate=0, offset=0.1)
    simulation.advance(10_000)
    assert short.resolved.burn_steps <= 1 and not burned._kept
    assert np.array_equal(simulation.record().share, run(short, seed=1, alpha_offset=0.1).share)


def test_a_world_that_exceeds_the_room_or_is_there_already_is_not_kept() -> None:
    drawing = blueprint(resolve(plan("one", "L01")))
    tight, wide, key = BurnedIn(room=10), BurnedIn(), warm_key(drawing, 1, 0.0)
    for burned in (tight, wide):
        burned.begin(drawing, key, seed=1, replicate=0, offset=0.0)
    assert (tight._held, len(tight._kept), len(wide._kept)) == (0, 0, 1)
    held = wide._held
    wide._keep((key, 0), next(iter(wide._kept.values())))  # two threads have lived through the same year
    assert wide._held == held > 0
