"""A desk that runs while a test asks it: a real server on a free port of this machine."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import uvicorn

from sim.desk.server import COOKIE, Desk
from sim.engine.stationary import Offset

SMALL = {"people": 60, "departments": 3}


def small_view(**more: Any) -> dict[str, Any]:
    """A view of sixty people and one lever, over a year."""
    levers = [{"lever": "L01", "dose": 1.0}]
    return {
        "schema": 1,
        "title": "Small",
        "organization": dict(SMALL),
        "years": 1.0,
        "levers": levers,
        **more,
    }


@contextmanager
def offset_at_hand() -> Iterator[None]:
    """An organisation's offset without the seconds of searching it: what is tested here does not hang on its value."""
    found = Offset(value=0.05, share=0.1, target=0.1, error=0.0, rounds=0)
    with patch("sim.desk.answering.offset_for", lambda resolved, *, threads: found):
        yield


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[str]:
    """A desk on a free port; its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    desk = Desk(folder, workers=2, **options)
    server = uvicorn.Server(uvicorn.Config(desk.app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        with offset_at_hand():
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        desk.answerer.close()
        listening.close()


class Browser:
    """One visitor: remembers its cookie, asks without following anything."""

    def __init__(self, address: str, *, host: str | None = None, origin: str | None = None) -> None:
        self.at = address.removeprefix("http://")
        self.headers = {"Host": host or self.at}
        if origin is not None:
            self.headers["Origin"] = origin
        self.cookie = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes, dict[str, str]]:
        """Status, body, headers (names in lower case); `path` is sent as it is."""
        connection = http.client.HTTPConnection(self.at, timeout=60)
        headers = dict(self.headers)
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, content, headers)
        response = connection.getresponse()
        found = {key.lower(): value for key, value in response.getheaders()}
        if "set-cookie" in found:
            self.cookie = found["set-cookie"].split("=", 1)[1].split(";")[0]
        return response.status, response.read(), found

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that comes back."""
        status, content, _ = self.ask(method, path, body)
        assert status == 200, content
        return json.loads(content)

    def messages(self, path: str, body: Any) -> list[dict[str, Any]]:
        """All messages of an answer."""
        status, content, _ = self.ask("POST", path, body)
        assert status == 200, content
        return [json.loads(line) for line in content.splitlines()]
