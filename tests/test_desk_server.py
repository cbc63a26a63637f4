"""The door of the desk: visitors apart, nothing outside its folder, nobody but its own page."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import socket
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from desk_lab import Browser, running, small_view
from openpyxl import Workbook

from sim.cli import main
from sim.cli.starter import people_csv, ties_csv
from sim.decisions.plans import titled
from sim.desk import asking
from sim.desk.asking import Asked
from sim.desk.errors import DeskError
from sim.desk.folder import Folder
from sim.desk.server import Visitor, _rivals
from sim.desk.view import arms, read_view, scenario_of, slug
from sim.scenario import Scenario, load, resolve


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("desk")
    with running(folder, report_replicates=5) as address:
        yield address, folder


@pytest.fixture
def visitor(desk: tuple[str, Path]) -> Browser:
    found = Browser(desk[0])
    found.json("GET", "/api/start")
    return found


def test_the_page_and_what_it_needs_come_from_here(visitor: Browser) -> None:
    status, page, headers = visitor.ask("GET", "/")
    assert status == 200 and headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in headers["content-security-policy"]
    for name in ("desk.css", "main.js", "charts.js", "people.js", "icon.svg"):
        status, content, _ = visitor.ask("GET", f"/static/{name}")
        assert status == 200
        text = content.decode().replace("http://www.w3.org/", "")
        assert "http://" not in text and "https://" not in text, name
    assert b"http" not in page


def test_the_assumptions_that_matter_most_come_first(visitor: Browser) -> None:
    found = visitor.json("GET", "/api/start")
    measured = files("sim.validation").joinpath("data/impact.csv").read_text("utf-8")
    size = {
        row["parameter"]: max(float(row["share"]), float(row["skill"]))
        for row in csv.DictReader(measured.splitlines())
    }
    sizes = [size[name] for name in found["impacts"]]
    assert sizes == sorted(size.values(), reverse=True)
    varied = {row["name"] for row in found["assumptions"] if row["low"] < row["high"]}
    assert set(found["impacts"]) < varied


class _Still(Exception):
    """Ends a question before it runs anything."""


def test_the_plan_to_be_held_against_is_the_one_that_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def only_asked(a: Scenario, b: Scenario, *, vary: str, **_: object) -> None:
        asked.append((titled(f"'{a.name}'", [a] if a.levers else []), vary))
        raise _Still

    monkeypatch.setattr("sim.decisions.flip_points", only_asked)
    view = read_view(small_view(levers=[{"lever": "L01"}]))
    chosen = small_view(title="Chosen", levers=[{"lever": "L04"}])
    three = arms(view, tmp_path)
    for others in ([], [chosen]):
        rivals = _rivals(others, view, tmp_path, three.plan)
        with pytest.raises(_Still):
            asking.answer("flip", Asked(three, view, rivals, {"others": others, "vary": "g_try"}, None))
    assert asked == [("Doing nothing", "g_try"), ("“Chosen”", "g_try")]

    itself = [small_view(title="The same", levers=[{"lever": "L01"}])]
    rivals = _rivals(itself, view, tmp_path, three.plan)
    with pytest.raises(DeskError, match="choose another"):
        asking.answer("flip", Asked(three, view, rivals, {"others": itself, "vary": "g_try"}, None))


def test_what_the_page_is_told_at_the_start(visitor: Browser) -> None:
    found = visitor.json("GET", "/api/start")
    assert len(found["levers"]) == 32 and len(found["first"]) == 5
    assert all(row["quotation"] and row["grade"] in "ABCD" for row in found["levers"])
    assert {row["name"] for row in found["presets"]} >= {"stars_align", "from_the_top"}
    assert visitor.json("GET", "/api/lever/L09")["quotations"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py", "/static/..%2fserver.py", "/static/%2e%2e/server.py", "/static//etc/passwd", "/../../etc/passwd",
        "/static/server.py", "/reports/..", "/reports/%2e%2e%2f%2e%2e", "/reports/../../../etc/passwd",
        "/api/lever/..%2f..%2fetc", "/api/plans/..%2f..%2fx/delete", "/static/index.html%00.py",
    ],
)  # fmt: skip
def test_no_path_leads_out(visitor: Browser, path: str) -> None:
    for method in ("GET", "POST"):
        status, content, _ = visitor.ask(method, path, {} if method == "POST" else None)
        assert status in (404, 405, 422) and b"root:" not in content and b"import" not in content


def test_it_answers_only_to_its_own_name_and_page(desk: tuple[str, Path]) -> None:
    address, _ = desk
    assert Browser(address, host="evil.example").ask("GET", "/")[0] == 403
    assert Browser(address, host="127.0.0.1.evil.example:80").ask("GET", "/api/plans")[0] == 403
    body = {"view": small_view()}
    assert Browser(address, origin="http://evil.example").ask("POST", "/api/plans", body)[0] == 403
    assert Browser(address, origin=address).ask("POST", "/api/plans", body)[0] == 200


def test_visitors_do_not_see_one_another(desk: tuple[str, Path], visitor: Browser) -> None:
    other = Browser(desk[0])
    other.json("GET", "/api/start")
    assert other.cookie != visitor.cookie and len(other.cookie) >= 32
    plan = visitor.json("POST", "/api/plans", {"view": small_view(title="Secret")})["id"]
    assert [row["title"] for row in visitor.json("GET", "/api/plans")] == ["Secret"]
    assert other.json("GET", "/api/plans") == []
    other.json("POST", f"/api/plans/{plan}/delete", {})
    assert len(visitor.json("GET", "/api/plans")) == 1
    imported = visitor.json("POST", "/api/import", {"people": people_csv(), "ties": None})["organization"]
    status, content, _ = other.ask("POST", "/api/toml", {"view": small_view(organization=imported)})
    assert status == 422 and b"another browser" in content
    visitor.json("POST", f"/api/plans/{plan}/delete", {})
    assert visitor.json("GET", "/api/plans") == []


def test_a_cookie_that_is_none_is_replaced(desk: tuple[str, Path]) -> None:
    strange = Browser(desk[0])
    strange.cookie = "../../../../etc"
    strange.json("POST", "/api/plans", {"view": small_view()})
    assert strange.cookie != "../../../../etc"


def test_an_import_is_read_reported_and_kept_under_pseudonyms(
    desk: tuple[str, Path], visitor: Browser
) -> None:
    found = visitor.json("POST", "/api/import", {"people": people_csv(), "ties": ties_csv()})
    assert found["imported"] and found["people"] > 5 and any("found" in line for line in found["report"])
    view = small_view(organization=found["organization"])
    messages = visitor.messages("/api/answer", {"view": view})
    assert messages[-1]["kind"] == "done"
    net = visitor.json("POST", "/api/network", {"view": view})
    assert net["imported"] and net["dots"] is None and "lit" not in net
    first_id = people_csv().splitlines()[1].split(",")[0]
    shown = json.dumps([messages, net])
    assert f'"{first_id}"' not in shown and "/imports/" not in shown and str(desk[1]) not in shown
    assert not re.search(r"\d+ (executive|manager|employee)", shown)  # nobody is counted by level
    toml = visitor.ask("POST", "/api/toml", {"view": view})[1].decode()
    assert tomllib.loads(toml)["organization"]["people_file"] == "people.csv" and "salt" not in toml


def test_an_import_can_be_deleted(desk: tuple[str, Path], visitor: Browser) -> None:
    found = visitor.json("POST", "/api/import", {"people": people_csv() + "\n", "ties": ties_csv()})
    number = found["organization"]["imported"]
    assert list(desk[1].rglob(f"{number}/*/people.csv"))
    visitor.json("POST", f"/api/import/{number}/forget", {})
    assert not list(desk[1].rglob(number))
    assert visitor.ask("POST", "/api/import/..%2f..%2fplans/forget", {})[0] in (404, 422)


def test_a_plan_may_be_called_like_a_baseline() -> None:
    for title in ("My baseline", "nothing", "Default baseline", "???"):
        assert slug(title) not in ("my_baseline", "nothing", "default_baseline", "")


def test_a_layer_that_nothing_explains_is_asked_for_and_then_used(visitor: Browser) -> None:
    people = "id,enthusiasm\n" + "".join(f"p{k},{1 + k % 5}\n" for k in range(12))
    ties = "source,target,layer\n" + "".join(f"p{k},p{(k * 5 + 1) % 12},xyz\n" for k in range(12))
    found = visitor.json("POST", "/api/import", {"people": people, "ties": ties, "scale": "1 to 5"})
    assert found["unmapped"] == ["xyz"] and found["organization"]["survey_scale"] == [1.0, 5.0]
    organization = {**found["organization"], "layers": {"xyz": {"target": "peers", "influence": "both"}}}
    messages = visitor.messages("/api/answer", {"view": small_view(organization=organization)})
    assert messages[0]["organization"]["unmapped"] == [] and messages[-1]["kind"] == "done"
    wrong = visitor.ask("POST", "/api/import", {"people": people, "ties": ties})[1]
    assert b"enthusiasm" in wrong and b"line 3" in wrong


def test_tabs_of_one_visitor_do_not_give_up_each_others_questions(desk: tuple[str, Path]) -> None:
    one = Visitor(desk[1], "x" * 40)
    first, other = one.asks("answer", "a"), one.asks("answer", "b")
    assert not first.is_set() and not other.is_set()
    again = one.asks("answer", "a")
    assert first.is_set() and not other.is_set() and not again.is_set()
    for number in range(500):
        one.asks("answer", number)
    assert len(one.newest) < 100


def test_the_command_says_what_is_in_the_way() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = CliRunner().invoke(main, ["desk", "--no-browser", "--port", str(taken.getsockname()[1])])
    assert found.exit_code == 2 and "--port" in found.output and "Traceback" not in found.output


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("", "empty"),
        ("name,manager\nann,\n", "id"),
        ("id,manager_id\na,b\nb,a\n", "circle"),
        ("id,manager_id\na,zz\n", "zz"),
        ("id\na\na\n", "a"),
        ("\x00\x01\x02", "people.csv"),
    ],
)
def test_files_that_cannot_be_used_are_named_with_what_to_mend(
    desk: tuple[str, Path], visitor: Browser, people: str, said: str
) -> None:
    status, content, _ = visitor.ask("POST", "/api/import", {"people": people, "ties": None})
    assert status == 422
    text = " ".join(json.loads(content)["problems"])
    assert said in text and str(desk[1]) not in text and "Traceback" not in text


def test_the_scenario_file_gives_the_same_plan_to_the_command(visitor: Browser) -> None:
    view = small_view(levers=[{"lever": "L01", "dose": 0.5, "start": 0.25, "owner": "Ann", "ramp": 0.25}])
    status, content, headers = visitor.ask("POST", "/api/toml", {"view": view})
    assert status == 200 and 'filename="small.toml"' in headers["content-disposition"]
    scenario = load(tomllib.loads(content.decode()))
    assert scenario.levers[0].dose == 0.5 and scenario.levers[0].label == "Lead by example (Ann)"
    back = visitor.json("POST", "/api/open", {"text": content.decode(), "view": small_view()})["view"]
    assert back["levers"][0]["start"] == 0.25 and back["organization"]["people"] == 60


def test_a_plan_that_was_renamed_leaves_under_its_new_name(visitor: Browser) -> None:
    levers = [{"lever": "L01", "dose": 0.35}]
    visitor.messages("/api/answer", {"view": small_view(levers=levers, title="As it was")})
    renamed = small_view(levers=levers, title="As it is")
    scenario = tomllib.loads(visitor.ask("POST", "/api/toml", {"view": renamed})[1].decode())
    assert scenario["name"] == "as_it_is" and scenario["title"] == "As it is"
    assert visitor.messages("/api/answer", {"view": renamed})[0]["words"][0] == "As it is (as_it_is)"
    table = visitor.ask("POST", "/api/table", {"view": renamed})[1].decode()
    assert {row["title"] for row in csv.DictReader(io.StringIO(table)) if row["arm"] == "plan"} == {
        "As it is"
    }


LAYERED = "source,target,layer,weight\n" + "".join(
    f"p{k},p{(k * 5 + j) % 20},{layer},{1 + (k + j) % 3}\n"
    for k in range(20)
    for j, layer in ((1, "email"), (2, "xyz"))
)
TWENTY = "id,name,manager_id,department\n" + "".join(
    f"p{k},Secret {k},{'' if k == 0 else f'p{(k - 1) // 4}'},d{k % 2}\n" for k in range(20)
)


@pytest.mark.parametrize(
    "layers", [None, "layer,directed,tie_threshold,meaning\nemail,1,2,mails\nxyz,0,,peers\n"]
)
def test_an_imported_organisation_is_carried_away_under_pseudonyms_and_runs_as_it_is(
    desk: tuple[str, Path], visitor: Browser, tmp_path: Path, layers: str | None
) -> None:
    files = {"people": TWENTY, "ties": LAYERED, "layers": layers}
    organization = visitor.json("POST", "/api/import", files)["organization"]
    view = small_view(organization=organization, title="Carried away")
    status, content, headers = visitor.ask("POST", "/api/bundle", {"view": view})
    assert status == 200 and 'filename="carried_away.zip"' in headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert set(packed.namelist()) == {"people.csv", "ties.csv", "layers.csv", "carried_away.toml"}
        packed.extractall(tmp_path)
    everything = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "Secret" not in everything and not re.search(r"\bp1?\d\b", everything)
    there = resolve(load(tmp_path / "carried_away.toml")).organization
    imports = next(desk[1].rglob(organization["imported"])).parent
    here = resolve(scenario_of(read_view(view), imports)).organization
    assert there.n == here.n == 20 and int(there.ties.active.sum()) == int(here.ties.active.sum())
    assert {key: there.report.found[key] for key in here.report.found if key.startswith("ties_in_")} == {
        key: value for key, value in here.report.found.items() if key.startswith("ties_in_")
    }


def test_the_meaning_of_every_layer_is_shown_and_its_file_is_used(visitor: Browser) -> None:
    plain = visitor.json("POST", "/api/import", {"people": TWENTY, "ties": LAYERED})
    assert {row["name"]: row["target"] for row in plain["layers"]} == {"email": "ripples", "xyz": "ignore"}
    layers = "layer,directed,tie_threshold,meaning\nemail,1,3,mails\nxyz,0,,peers\n"
    said = visitor.json("POST", "/api/import", {"people": TWENTY, "ties": LAYERED, "layers": layers})
    assert {row["name"]: row["target"] for row in said["layers"]} == {"email": "ripples", "xyz": "peers"}
    counts = {row["name"]: row["counts"] for row in said["layers"]}
    assert counts["xyz"] == "20 of 20 strong" and int(counts["email"].split()[0]) < 20
    assert said["own_words"]["email"] == "mails"


def test_ties_of_strangers_are_counted_named_and_can_be_left_out(
    desk: tuple[str, Path], visitor: Browser
) -> None:
    files = {
        "people": "id\n" + "".join(f"p{k}\n" for k in range(8)),
        "ties": "source,target\np1,p2\np1,zz\nyy,p2\np3,p4\n",
        "names": {"people.csv": "our staff.csv", "ties.csv": "who talks.csv"},
    }
    status, content, _ = visitor.ask("POST", "/api/import", files)
    refused = json.loads(content)
    assert status == 422 and refused["strangers"] == 2
    assert refused["problems"] == [
        "who talks.csv: 2 of 4 lines name somebody who is not in our staff.csv; the first is line 3, with 'zz'; "
        "add these people, or leave these ties out"
    ]
    found = visitor.json("POST", "/api/import", {**files, "leave_out": True})
    assert not re.search(
        r"zz|yy", next(desk[1].rglob(f"{found['organization']['imported']}/*/ties.csv")).read_text()
    )
    visitor.ask("POST", "/api/import", files)  # asked again without: what is in use stays
    assert list(desk[1].rglob(f"{found['organization']['imported']}/*/ties.csv"))
    two = visitor.ask(
        "POST", "/api/import", {"people": "id\na\na\n", "names": {"people.csv": "our staff.csv"}}
    )[1]
    assert b"our staff.csv, line 3" in two and b"imports" not in two


def test_a_saved_plan_that_is_the_plan_itself_is_no_rival() -> None:
    view, other = small_view(), small_view(title="Other", levers=[{"lever": "L04"}])
    plan = scenario_of(read_view(view), Path("nowhere"))
    rows = [small_view(title="The same under another name"), other]
    assert [one.title for one in _rivals(rows, read_view(view), Path("nowhere"), plan)] == ["Other"]


def test_a_scenario_file_reads_no_other_file(visitor: Browser, tmp_path: Path) -> None:
    parent = tmp_path / "parent.toml"
    parent.write_text('name = "parent"\n[organization]\npeople = 77\n')
    for text in (
        f'extends = "{parent}"',
        'extends = "../../etc/passwd"',
        '[lever_definitions.X1]\nname = "mine"',
    ):
        status, content, _ = visitor.ask("POST", "/api/open", {"text": text, "view": small_view()})
        assert status == 422 and b"77" not in content
    text = 'name = "mine"\n[organization]\npeople_file = "/etc/passwd"\n[[levers]]\nlever = "L04"\n'
    found = visitor.json("POST", "/api/open", {"text": text, "view": small_view()})["view"]
    assert found["organization"]["people"] == 60 and found["levers"][0]["lever"] == "L04"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"nonsense", b'{"view": 3}', b'{"view": {"levers": 5}}', b"[" * 5000]
)
def test_nonsense_is_answered_in_a_sentence(visitor: Browser, body: bytes) -> None:
    status, content, _ = visitor.ask("POST", "/api/answer", body)
    assert status == 422 and json.loads(content)["problems"] and b"Traceback" not in content


def test_a_formula_in_a_title_stays_text_in_a_table(visitor: Browser) -> None:
    table = visitor.ask("POST", "/api/table", {"view": small_view(title="=1+1")})[1].decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["arm"] for row in rows} == {"default baseline", "my baseline", "plan"}
    assert {row["title"] for row in rows if row["arm"] == "plan"} == {"'=1+1"}
    ends = [row for row in rows if row["group"] == "all" and row["measure"] == "share_practising"]
    assert all(float(row["low90"]) <= float(row["median"]) <= float(row["high90"]) for row in ends)


def test_plans_are_there_after_the_desk_was_ended(tmp_path: Path) -> None:
    with running(tmp_path) as address:
        before = Browser(address)
        before.json("GET", "/api/start")
        before.json("POST", "/api/plans", {"view": small_view(title="Kept")})
    with running(tmp_path) as address:
        after = Browser(address)
        after.cookie = before.cookie
        assert [row["title"] for row in after.json("GET", "/api/plans")] == ["Kept"]


def test_a_spoiled_file_does_not_hide_the_other_plans(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "x" * 40)
    folder.save(read_view(small_view(title="Good")))
    (folder.path / "plans" / "0123456789ab.json").write_text("{")
    assert [row["title"] for row in folder.plans()] == ["Good"]


@pytest.mark.slow
def test_the_report_is_made_with_progress_and_is_the_visitors_own(
    desk: tuple[str, Path], visitor: Browser
) -> None:
    messages = visitor.messages("/api/report", {"view": small_view()})
    assert messages[-1]["kind"] == "done" and any(m["kind"] == "progress" for m in messages)
    status, page, headers = visitor.ask("GET", messages[-1]["url"])
    assert status == 200 and b"Small" in page and "default-src 'none'" in headers["content-security-policy"]
    assert Browser(desk[0]).ask("GET", messages[-1]["url"])[0] == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    "tool", ["regret", "contribution", "budget", "start", "last", "tip", "dies", "flip", "promises"]
)
def test_questions_are_answered_in_sentences(visitor: Browser, tool: str) -> None:
    view = small_view(levers=[{"lever": "L01"}, {"lever": "L04"}], years=2.0)
    options = {"others": [], "vary": "weight_peers", "money": 50_000, "luck_alone": True, "replicates": 6}
    options |= {"replicates": 19} if tool == "promises" else {}  # a band of nine in ten takes so many
    messages = visitor.messages(f"/api/ask/{tool}", {"view": view, **options})
    assert messages[-1]["kind"] == "done" and messages[-1]["words"] and messages[-1]["tables"], messages[-1]
    for start in messages[-1].get("starts", []):
        assert start["words"].endswith(")") and start["low"] <= start["gain"] <= start["high"]
        assert read_view({**view, "seed": start["seed"]}).seed[0].who is not None
    assert bool(messages[-1].get("starts")) == (tool == "start")


def test_a_name_or_an_owner_changes_no_run_and_is_said_as_it_is_now(visitor: Browser) -> None:
    lever = {"lever": "L01", "dose": 0.45}
    before = visitor.messages("/api/answer", {"view": small_view(levers=[{**lever, "owner": "Ann"}])})
    after = visitor.messages("/api/answer", {"view": small_view(levers=[lever], title="Führung lernt vor")})
    keys = [{m["key"] for m in told if m.get("arm") == "plan"} for told in (before, after)]
    assert keys[0] == keys[1]
    assert before[0]["rows"][0]["label"] == "Lead by example (Ann)"
    assert after[0]["rows"][0]["label"] == "Lead by example"
    assert slug("Führung lernt vor") == "fuehrung_lernt_vor" and slug("Équipe №1") == "equipe_no1"


def test_questions_wait_for_numbers_they_can_use(tmp_path: Path) -> None:
    three = arms(view := read_view(small_view()), tmp_path)
    for tool, options, said in [
        ("budget", {}, "There is no budget"),
        ("budget", {"money": -1}, "money is"),
        ("budget", {"money": 1.0, "menu": ["L99"]}, "L99"),
        ("start", {"people": "many"}, "people is 'many'"),
        ("promises", {"begins": "tomorrow"}, "2027-01-31"),
        ("oracle", {}, "no question called"),
    ]:
        with pytest.raises(ValueError, match=said):
            asking.answer(tool, Asked(three, view, [], options, None))
    nothing = read_view(small_view(levers=[]))
    with pytest.raises(DeskError, match="nothing is planned"):
        asking.answer("tip", Asked(arms(nothing, tmp_path), nothing, [], {}, None))


def test_promises_are_compared_and_the_page_is_told_what_is_wrong(
    desk: tuple[str, Path], visitor: Browser
) -> None:
    log = (
        "indicator,kind,group,years,date,low,median,high,usual,usual_low,usual_high,tells\n"
        "enthusiasm,all,all,0.5,,0.5,0.55,0.6,0.45,0.4,0.5,0.9\nskill,all,all,0.5,,0.5,0.55,0.6,0.45,0.4,0.5,0.9\n"
    )
    seen = "indicator;group;years;observed\nenthusiasm;all;0,5;0,42\nskill;all;0,5;\n"
    found = visitor.json("POST", "/api/promises", {"log": log, "observed": seen, "view": small_view()})
    assert "0.42 is below the promised" in " ".join(found["words"]) and "1 promise still" in " ".join(
        found["words"]
    )
    assert found["figures"][0]["svg"].startswith("<?xml") and "observed" in found["figures"][0]["alt"]
    for observed, said in [
        ("", "empty"),
        ("indicator,group,years,observed\nskill,all,0.5,7\n", "pulse.csv, line 2"),
    ]:
        body = {"log": log, "observed": observed, "names": {"observed": "pulse.csv"}}
        status, content, _ = visitor.ask("POST", "/api/promises", body)
        assert status == 422 and said in json.loads(content)["problems"][0]
    assert list(desk[1].glob("visitors/*/answers/*/kept.json"))


GERMAN = (
    "Personalnummer;Name;Vorgesetzter;Abteilung;Schuhgröße\n1;Änne;;Führung;40\n2;Bo;Änne;Führung;41\n"
    + "".join(f"{k};P{k};Bo;{'Einkauf' if k % 2 else 'Verkauf'};42\n" for k in range(3, 15))
)


def packed(content: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(content).decode()}


def test_files_with_columns_of_their_own_are_read_as_the_command_reads_them(
    desk: tuple[str, Path], visitor: Browser
) -> None:
    ties = "Wer;Wen\n" + "".join(f"{k};{k % 12 + 3};\n" for k in range(3, 12))
    files = {
        "people": packed(GERMAN.encode("cp1252")),
        "names": {"people.csv": "Stamm.csv", "ties.csv": "Netz.csv"},
    }
    found = visitor.json("POST", "/api/import", files)
    report = " ".join(found["report"])
    assert (found["people"], found["departments"]) == (14, 3)
    assert "manager_id in the column" in report and "vorgesetzter" in report.lower()
    assert "not used: schuhgröße" in report.lower() and "name" in report and str(desk[1]) not in report
    kept = next(desk[1].rglob(f"{found['organization']['imported']}/*/people.csv")).read_text("utf-8")
    assert "Änne" not in kept and "Führung" in kept
    messages = visitor.messages("/api/answer", {"view": small_view(organization=found["organization"])})
    assert messages[-1]["kind"] == "done" and messages[0]["organization"]["report"] == found["report"]

    # What is open is asked in the words of the command, and is answered in them.
    files["ties"] = packed(ties.encode())
    asked = json.loads(visitor.ask("POST", "/api/import", files)[1])["problems"][0]
    assert "--" in asked and "Netz.csv" in asked and "/tmp" not in asked
    said = '--map source=Wer --map target="Wen" --layer ties=peers:target_to_source'
    again = visitor.json("POST", "/api/import", {**files, "said": said})
    assert again["organization"]["layers"]["ties"] == {"target": "peers", "influence": "target_to_source"} | {
        key: value
        for key, value in again["organization"]["layers"]["ties"].items()
        if key not in ("target", "influence")
    }
    for said, words in (
        ("--layer ties=friends", b"friends"),
        ('--map "id', b"quotation"),
    ):
        status, content, _ = visitor.ask("POST", "/api/import", {**files, "said": said})
        assert status == 422 and words in content, content
    odd = {**files, "names": {"people.csv": "..", "ties.csv": "a/\0b"}}
    assert visitor.ask("POST", "/api/import", odd)[0] == 422  # what the ties mean is still open
    wrong = visitor.ask("POST", "/api/import", {**files, "said": "--colour blue"})[1]
    assert b"--map, --layer" in wrong and b"--colour" in wrong


def test_a_workbook_is_read_on_the_desk_and_its_rows_are_named(visitor: Browser) -> None:
    book = Workbook()
    people, ties = book.active, book.create_sheet("Ties")
    people.title = "People"
    for row in csv.reader(TWENTY.splitlines()):
        people.append(row)
    for row in csv.reader(LAYERED.splitlines()):
        ties.append(row)
    out = io.BytesIO()
    book.save(out)
    names = {"people.csv": "firm.xlsx"}
    found = visitor.json("POST", "/api/import", {"people": packed(out.getvalue()), "names": names})
    as_files = visitor.json("POST", "/api/import", {"people": TWENTY, "ties": LAYERED})
    assert found["people"] == 20 and found["layers"] == as_files["layers"]
    people.cell(4, 3).value = "p99"
    out = io.BytesIO()
    book.save(out)
    told = json.loads(
        visitor.ask("POST", "/api/import", {"people": packed(out.getvalue()), "names": names})[1]
    )
    assert "firm.xlsx, sheet 'People', row 4" in told["problems"][0]
