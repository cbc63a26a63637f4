"""Who is let in, and what the pages that go out may do.

A request must name the server by an address it listens on, so that no other site can reach it through the visitor's browser
under a name of its own, and must come from the server's own page.  What goes out may load nothing from anywhere else.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ANYWHERE: Final = "*"  # among the hosts: any address in numbers will do
BODY: Final = 45_000_000  # bytes of the largest request: two files and what holds them
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)


class Gate:
    """Lets in what names the server as it listens and comes from its own pages; puts the policy on what goes out."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self._app, self._hosts = app, hosts
        self._open = ANYWHERE in hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        refusal = self._refused(scope["method"], headers)
        if refusal:
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
            return

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", []))
                names = {key.lower() for key, _ in own}
                for key, value in (
                    (b"content-security-policy", _POLICY.encode()), (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"), (b"cache-control", b"no-store"),
                ):  # fmt: skip
                    if key not in names:
                        own.append((key, value))
                message = {**message, "headers": own}
            await send(message)

        await self._app(scope, receive, guarded)

    def _refused(self, method: str, headers: dict[str, str]) -> str:
        host = headers.get("host", "")
        name = re.sub(r":\d+$", "", host)
        if name not in self._hosts and not (self._open and _is_address(name)):
            return "this desk answers only to the address it was started on"
        origin = headers.get("origin")
        if method != "GET" and origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return "this desk answers only its own page"
        if int(headers.get("content-length") or 0) > BODY:
            return f"more than {BODY // 1_000_000} MB are not taken in"
        return ""


def _is_address(name: str) -> bool:
    """Whether a host is a number: another site can make a name of its own mean this machine, but not a number."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
