"""`ripple desk`: the strategist's page in the browser."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import click

from sim.cli.faults import BadInput, announce_compiling, say

LOOPBACK = "127.0.0.1"


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 takes any free one."
)
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen. Anything but this machine lets others in: there are no passwords.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where saved plans and imports are kept; a folder of this user if left out.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="W", help="Runs at once; all cores if left out."
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def desk(port: int, host: str, folder: Path | None, workers: int | None, no_browser: bool) -> None:
    """Build plans, compare them and question them in the browser, on this machine alone.

    An example organisation opens at first start. Ctrl-C ends it; what was saved is there the next time.

    \b
    Examples
      ripple desk
      ripple desk --port 9000 --folder plans --no-browser
    """
    try:
        import starlette  # noqa: F401
        import uvicorn
    except ImportError:
        raise BadInput(
            "the desk needs two more libraries: in the folder of Ripple give  pip install -e '.[app]'  (in its environment: "
            ".venv/bin/pip install -e '.[app]')"
        ) from None
    listening = _socket(host, port)
    announce_compiling()
    address = f"http://{_in_url(host)}:{listening.getsockname()[1]}/"
    where = folder if folder is not None else _own_folder()
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    from sim.desk.gate import ANYWHERE
    from sim.desk.server import Desk

    hosts: tuple[str, ...] = (LOOPBACK, "localhost", "[::1]")
    if host not in (LOOPBACK, "localhost", "::1"):
        hosts = (*hosts, _in_url(host), ANYWHERE)
        say("ripple: others on the network can open this desk; it has no passwords.")
    app = Desk(where, hosts=hosts, workers=workers)
    click.echo(f"The desk is open at {address}   (Ctrl-C ends it)")
    server = uvicorn.Server(
        uvicorn.Config(app.app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    )
    app.answerer.get_ready()
    if not no_browser:
        _open_soon(address)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:  # the usual way to end it
        click.echo("The desk is closed; what was saved is kept.")
    finally:
        app.answerer.close()


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        reason = problem.strerror or str(problem)
        raise BadInput(
            f"cannot listen on {host}, port {port}: {reason}; choose another with --port, or end the desk that is open"
        ) from None
    return listening


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _own_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("ripple-sim", appauthor=False)) / "desk"


def _open_soon(address: str) -> None:
    import threading
    import webbrowser

    def go(*_: Any) -> None:
        webbrowser.open(address)

    waiting = threading.Timer(0.7, go)
    waiting.daemon = True
    waiting.start()
