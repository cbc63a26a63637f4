"""Requests read and answers sent: JSON objects, streams of them, and what is wrong in sentences."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from sim.behaviours.sources import CatalogueError
from sim.decisions import DecisionError
from sim.desk.errors import DeskError
from sim.desk.gate import BODY
from sim.experiments import ExperimentError, StoreError
from sim.organization import OrganizationError
from sim.report.errors import ReportError
from sim.scenario import ScenarioError

BAD_INPUT: Final = (
    DeskError,
    ScenarioError,
    OrganizationError,
    ExperimentError,
    DecisionError,
    CatalogueError,
    StoreError,
    ReportError,
)


async def read_table(request: Request) -> dict[str, Any]:
    """The JSON object of a request; refused as soon as it is too large."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > BODY:
            raise DeskError(f"more than {BODY // 1_000_000} MB are not taken in")
    try:
        found = json.loads(bytes(content))
    except (ValueError, RecursionError):
        raise DeskError("the request is not JSON") from None
    if not isinstance(found, dict):
        raise DeskError("the request is not a JSON object")
    return found


def _problems(problem: BaseException, home: Path) -> list[str]:
    found = getattr(problem, "problems", None) or [str(problem)]
    return [str(text).replace(str(home), "").replace("//", "/") for text in found]


def complaint(problem: BaseException, home: Path) -> Response:
    strangers = getattr(problem, "strangers", 0)
    return JSONResponse({"problems": _problems(problem, home), "strangers": strangers}, status_code=422)


def streamed(messages: AsyncIterator[dict[str, Any]], newer: threading.Event, home: Path) -> Response:
    """Messages as lines of JSON; when the page goes away, the question is given up."""

    async def lines() -> AsyncIterator[bytes]:
        try:
            async for message in messages:
                yield (json.dumps(message, separators=(",", ":"), allow_nan=False) + "\n").encode()
        except BAD_INPUT as problem:
            yield (json.dumps({"kind": "problem", "problems": _problems(problem, home)}) + "\n").encode()
        finally:
            newer.set()

    return StreamingResponse(lines(), media_type="application/x-ndjson")


class _Stopped(Exception):
    """A newer question has come, or the page went away."""


async def worked(
    work: Callable[[Callable[[Any], None]], dict[str, Any]], newer: threading.Event
) -> AsyncIterator[dict[str, Any]]:
    """Progress of a long piece of work in a thread, then its result."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def tell(now: Any) -> None:
        if newer.is_set():
            raise _Stopped
        message = {
            "kind": "progress",
            "stage": now.stage,
            "done": now.done,
            "total": now.total,
            "left": now.eta,
        }
        loop.call_soon_threadsafe(told.put_nowait, message)

    task = asyncio.ensure_future(asyncio.to_thread(work, tell))
    task.add_done_callback(
        lambda done: done.cancelled() or done.exception()
    )  # nobody waits once the page is gone
    while not task.done():
        with contextlib.suppress(TimeoutError):
            yield await asyncio.wait_for(told.get(), 0.25)
    try:
        result = task.result()
    except _Stopped:
        return
    yield result
