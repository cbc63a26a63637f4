"""The door: routes, visitors, and what is let in.

It serves the files of `static` by name from a list, and reads and writes nothing but its folder; `gate` says who is let in.
"""

from __future__ import annotations

import asyncio
import importlib.resources
import json
import re
import secrets
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sim.desk import asking, outputs, pages
from sim.desk import folder as keeping
from sim.desk.answering import SEED, Answerer, key_of
from sim.desk.bundle import bundle
from sim.desk.errors import DeskError
from sim.desk.gate import Gate
from sim.desk.hiding import known_as
from sim.desk.importing import read_files, taken_in
from sim.desk.messages import BAD_INPUT, complaint, read_table, streamed, worked
from sim.desk.network import network
from sim.desk.showing import promises_kept, shown
from sim.desk.view import REPLICATES, View, arms, read_view, scenario_of, slug, view_of
from sim.scenario import Scenario, load, resolve
from sim.scenario.load import parse

COOKIE: Final = "ripple_desk"
_TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_VISITORS: Final = 1000  # remembered at a time
_REMEMBERED: Final = 6  # visitors whose runs of questions are kept in memory
_QUESTIONS: Final = 64  # of a visitor that are remembered, to be given up
_REPORT_NAME: Final = re.compile(r"[0-9a-f]{6,40}")
Handler = Callable[[Request, "Visitor"], Awaitable[Response]]


class Visitor:
    """One visitor: its folder, and which of its questions is the newest."""

    def __init__(self, base: Path, token: str) -> None:
        self.folder = keeping.Folder(base, token)
        self.newest: dict[str, threading.Event] = {}

    def view(self, raw: Any) -> View:
        """A view that the page sends or a file holds."""
        return known_as(read_view(raw), self.folder.imports, self.folder.salt)

    def asks(self, what: str, tab: object = "") -> threading.Event:
        """A new question of a kind from one tab of the visitor's: the one before is given up."""
        key = f"{what} {str(tab)[:16]}"
        if (before := self.newest.pop(key, None)) is not None:
            before.set()
        self.newest[key] = threading.Event()
        while len(self.newest) > _QUESTIONS:
            self.newest.pop(next(iter(self.newest)))
        return self.newest[key]


class Desk:
    """The desk: an ASGI application.

    Args:
        folder: where visitors' plans and imports are kept.
        hosts: names under which the server may be asked for, without port; `ANYWHERE` adds all addresses in numbers.
        workers: threads for runs; all processors where not given.
        report_replicates: runs of the report, and draws of its assumptions.
    """

    def __init__(
        self, folder: Path, *, hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]"),
        workers: int | None = None, report_replicates: int = 40,
    ) -> None:  # fmt: skip
        self.base, self.hosts, self.report_replicates = folder, hosts, report_replicates
        self.answerer = Answerer(workers)
        self._visitors: dict[str, Visitor] = {}
        self._recent: dict[Path, asking.Recent] = {}
        self._static = _static_files()
        post, get = ["POST"], ["GET"]
        routes = [
            Route("/", self._page, methods=get),
            Route("/static/{name}", self._file, methods=get),
            Route("/api/start", self._for(self._start), methods=get),
            Route("/api/lever/{lever}", self._for(self._lever), methods=get),
            Route("/api/answer", self._for(self._answer), methods=post),
            Route("/api/network", self._for(self._network), methods=post),
            Route("/api/plans", self._for(self._plans), methods=["GET", "POST"]),
            Route("/api/plans/{plan}/delete", self._for(self._delete), methods=post),
            Route("/api/import", self._for(self._import), methods=post),
            Route("/api/import/{number}/forget", self._for(self._forget), methods=post),
            Route("/api/open", self._for(self._open), methods=post),
            Route("/api/toml", self._for(self._toml), methods=post),
            Route("/api/bundle", self._for(self._bundle), methods=post),
            Route("/api/table", self._for(self._table), methods=post),
            Route("/api/report", self._for(self._report), methods=post),
            Route("/reports/{name}/{what}", self._for(self._written), methods=get),
            Route("/api/ask/{tool}", self._for(self._ask), methods=post),
            Route("/api/promises", self._for(self._promises), methods=post),
        ]
        self.app = Starlette(routes=routes, middleware=[Middleware(Gate, hosts=hosts)])

    # --- plumbing -------------------------------------------------------------------------------------------

    def _for(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """A route that knows its visitor and says what is wrong in sentences."""

        async def route(request: Request) -> Response:
            token = request.cookies.get(COOKIE, "")
            known = bool(keeping.TOKEN.fullmatch(token))
            if not known:
                token = secrets.token_urlsafe(32)
            visitor = self._visitors.setdefault(token, Visitor(self.base, token))
            while (
                len(self._visitors) > _VISITORS
            ):  # what they saved stays; only what they just asked is forgotten
                self._visitors.pop(next(iter(self._visitors)))
            try:
                response = await handler(request, visitor)
            except BAD_INPUT as problem:
                response = complaint(problem, visitor.folder.path)
            except ClientDisconnect:
                response = Response(status_code=499)
            if not known:
                response.set_cookie(
                    COOKIE, token, max_age=365 * 86400, httponly=True, samesite="strict", path="/"
                )
            return response

        return route

    async def _page(self, request: Request) -> Response:
        return await self._named("index.html")

    async def _file(self, request: Request) -> Response:
        return await self._named(str(request.path_params["name"]))

    async def _named(self, name: str) -> Response:
        content = self._static.get(name)
        if content is None:
            return PlainTextResponse("there is no such page", status_code=404)
        return Response(content, media_type=_TYPES[Path(name).suffix])

    # --- what the page asks ---------------------------------------------------------------------------------

    async def _start(self, request: Request, visitor: Visitor) -> Response:
        return JSONResponse(pages.catalogue())

    async def _lever(self, request: Request, visitor: Visitor) -> Response:
        return JSONResponse(pages.lever_sheet(str(request.path_params["lever"])))

    async def _answer(self, request: Request, visitor: Visitor) -> Response:
        body = await read_table(request)
        view = visitor.view(body.get("view"))
        newer = visitor.asks("answer", body.get("tab"))
        have = [str(key) for key in body.get("have", [])][:16]

        async def messages() -> AsyncIterator[dict[str, Any]]:
            async for message in self.answerer.answer(view, visitor.folder.imports, newer, have):
                yield message

        return streamed(messages(), newer, visitor.folder.path)

    async def _network(self, request: Request, visitor: Visitor) -> Response:
        body = await read_table(request)
        view = visitor.view(body.get("view"))
        newer = visitor.asks("network", body.get("tab"))
        async for _ in self.answerer.answer(view, visitor.folder.imports, newer):
            pass
        plan = self.answerer.prepare(scenario_of(view, visitor.folder.imports))
        if newer.is_set() or not plan.runs:
            return JSONResponse({"given_up": True})
        return JSONResponse(await asyncio.to_thread(network, self.answerer, plan))

    async def _plans(self, request: Request, visitor: Visitor) -> Response:
        if request.method == "GET":
            return JSONResponse(visitor.folder.plans())
        view = visitor.view((await read_table(request)).get("view"))
        await asyncio.to_thread(arms, view, visitor.folder.imports)  # only plans that can be used are saved
        return JSONResponse({"id": visitor.folder.save(view)})

    async def _delete(self, request: Request, visitor: Visitor) -> Response:
        visitor.folder.delete(str(request.path_params["plan"]))
        return JSONResponse({})

    async def _import(self, request: Request, visitor: Visitor) -> Response:
        body = await read_table(request)
        return JSONResponse(await asyncio.to_thread(taken_in, visitor.folder, *read_files(body)))

    async def _forget(self, request: Request, visitor: Visitor) -> Response:
        visitor.folder.forget(str(request.path_params["number"]))
        return JSONResponse({})

    async def _open(self, request: Request, visitor: Visitor) -> Response:
        """A file that was saved: a view (JSON) or a scenario (TOML)."""
        body = await read_table(request)
        text, base = body.get("text"), visitor.view(body.get("view"))
        if not isinstance(text, str):
            raise DeskError("choose a file that the desk has saved, or a scenario file")
        if text.lstrip().startswith("{"):
            try:
                raw = json.loads(text)
            except ValueError as problem:
                raise DeskError(f"this file is not whole: {problem}") from None
            return JSONResponse({"view": visitor.view(raw).model_dump(by_alias=True, exclude_none=True)})
        opened = visitor.view(await asyncio.to_thread(_opened, text, base))
        return JSONResponse({"view": opened.model_dump(by_alias=True, exclude_none=True)})

    async def _toml(self, request: Request, visitor: Visitor) -> Response:
        view = visitor.view((await read_table(request)).get("view"))
        # Never what was prepared for an answer: that keeps the name under which the plan was first asked about.
        plan = await asyncio.to_thread(resolve, scenario_of(view, visitor.folder.imports))
        return _download(plan.source, f"{slug(view.title)}.toml", "application/toml")

    async def _bundle(self, request: Request, visitor: Visitor) -> Response:
        """The imported organisation under pseudonyms, and the scenario that runs beside it."""
        view = visitor.view((await read_table(request)).get("view"))
        packed = await asyncio.to_thread(bundle, scenario_of(view, visitor.folder.imports))
        headers = {"content-disposition": f'attachment; filename="{slug(view.title)}.zip"'}
        return Response(packed, media_type="application/zip", headers=headers)

    async def _table(self, request: Request, visitor: Visitor) -> Response:
        body = await read_table(request)
        view = visitor.view(body.get("view"))
        newer = visitor.asks("table", body.get("tab"))
        async for _ in self.answerer.answer(view, visitor.folder.imports, newer):
            pass
        three = {
            name: self.answerer.prepare(one)
            for name, one in arms(view, visitor.folder.imports).named().items()
        }
        if newer.is_set() or any(len(one.runs) < REPLICATES for one in three.values()):
            raise DeskError("the runs behind the table were given up before all were there; ask for it again")
        titles = {name: one.title for name, one in arms(view, visitor.folder.imports).named().items()}
        return _download(outputs.table(three, titles), f"{slug(view.title)}.csv", "text/csv")

    async def _report(self, request: Request, visitor: Visitor) -> Response:
        body = await read_table(request)
        view = visitor.view(body.get("view"))
        three = arms(view, visitor.folder.imports)
        others = _rivals(body.get("others", []), view, visitor.folder.imports, three.plan)
        answers = visitor.folder.answers(key_of(three.plan))
        newer = visitor.asks("report")

        def work(tell: Callable[[Any], None]) -> dict[str, Any]:
            made = outputs.report(
                three,
                visitor.folder.path,
                others=others,
                answers=answers,
                workers=self.answerer.workers,
                replicates=self.report_replicates,
                told=tell,
            )
            gain = {end: getattr(made.brief.gain, end) for end in ("low", "middle", "high")}
            return {"kind": "done", "url": f"/reports/{made.html.parent.name}/page", "gain": gain}

        return streamed(worked(work, newer), newer, visitor.folder.path)

    async def _written(self, request: Request, visitor: Visitor) -> Response:
        """A report of this visitor; it is a page of its own with its own style, and runs nothing."""
        name, what = str(request.path_params["name"]), str(request.path_params["what"])
        file, kind = outputs.WRITTEN.get(what, ("", ""))
        path = visitor.folder.path / "reports" / name / file
        if not file or not _REPORT_NAME.fullmatch(name) or not path.is_file():
            return PlainTextResponse("there is no such report; make it again", status_code=404)
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        return FileResponse(path, media_type=kind, headers={"content-security-policy": policy})

    async def _ask(self, request: Request, visitor: Visitor) -> Response:
        body = await read_table(request)
        view = visitor.view(body.get("view"))
        three = arms(view, visitor.folder.imports)
        others = _rivals(body.get("others", []), view, visitor.folder.imports, three.plan)
        tool, newer = str(request.path_params["tool"]), visitor.asks("ask")

        def work(tell: Callable[[Any], None]) -> dict[str, Any]:
            from sim.decisions import Simulator

            simulator = Simulator(
                seed=SEED, workers=self.answerer.workers, report=tell, memory=self._remembered(visitor)
            )
            found, more = asking.answer(tool, asking.Asked(three, view, others, body, simulator))
            visitor.folder.keep_answer(key_of(three.plan), found)
            return {"kind": "done", **shown(found), **more}

        return streamed(worked(work, newer), newer, visitor.folder.path)

    def _remembered(self, visitor: Visitor) -> asking.Recent:
        """Runs of the visitor's questions; those of the visitors who asked last are kept."""
        mine = self._recent.pop(visitor.folder.path, None) or asking.Recent()
        self._recent[visitor.folder.path] = mine
        mine.trim()
        while len(self._recent) > _REMEMBERED:
            self._recent.pop(next(iter(self._recent)))
        return mine

    async def _promises(self, request: Request, visitor: Visitor) -> Response:
        """A log of promises beside what was observed."""
        body = await read_table(request)
        found = await asyncio.to_thread(promises_kept, body)
        if body.get("view") is not None:
            plan = scenario_of(visitor.view(body["view"]), visitor.folder.imports)
            visitor.folder.keep_answer(key_of(plan), found)
        return JSONResponse(await asyncio.to_thread(shown, found))


def _static_files() -> dict[str, bytes]:
    home = importlib.resources.files("sim.desk") / "static"
    return {item.name: item.read_bytes() for item in home.iterdir() if Path(item.name).suffix in _TYPES}


def _opened(text: str, base: View) -> dict[str, Any]:
    """The view of a scenario file, which may extend bundled scenarios but names no other file."""
    raw = parse(text.encode("utf-8", "surrogatepass"), where="the file")
    parent = raw.get("extends")
    if parent is not None:
        from sim.scenario.library import names

        if parent not in names():
            raise DeskError(
                f"the scenario extends {str(parent)[:60]!r}; the desk can only follow bundled names"
            )
    own = raw.get("organization")
    if isinstance(own, dict) and {"people_file", "ties_file", "layers_file"} & set(own):
        raw["organization"] = {}
        return view_of(load(raw), base)
    return view_of(load(raw))


def _rivals(rows: Any, view: View, imports: Path, plan: Scenario) -> list[Scenario]:
    """Saved plans to be compared with, on the page's organisation and assumptions; not those that are the plan itself."""
    found: list[Scenario] = []
    names = {plan.name}
    for row in rows if isinstance(rows, list) else []:
        other = read_view(row)
        same = other.model_copy(
            update={key: getattr(view, key) for key in ("organization", "years", "parameters", "money", "shocks", "start")}
        )  # fmt: skip
        scenario = scenario_of(same, imports)
        if key_of(scenario) == key_of(plan):
            continue
        name, number = scenario.name, 2
        while name in names:
            name, number = f"{scenario.name}_{number}", number + 1
        names.add(name)
        found.append(scenario.model_copy(update={"name": name}))
    return found[:6]


def _download(text: str, name: str, kind: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
