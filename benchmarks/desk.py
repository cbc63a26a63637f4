"""How long a moved slider takes to be drawn, in a real browser: from the input to the repainted curves.

    python benchmarks/desk.py [--people 1000] [--moves 12] [--workers 2] [--preset stars_align]

A desk is started on this machine and opened in chromium (on the path, or named in RIPPLE_CHROMIUM).  The dose of a lever
is moved to values it never had, one after the other, each once the answer before is drawn.  "First" is the frame that
shows the first few runs of the new plan, "full" the one that shows all of them with bands, differences, board and table;
building the plan, bands and drawing are in both.  Business as usual does not depend on the slider and is known already.
The processor time of the server for each answer is printed beside, since a busy machine says little by the clock.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import socket
import statistics
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from sim.desk.server import Desk
from sim.experiments.workers import usable_processors

READY = "html[data-busy=''][data-runs='20']"
SLIDER = ".lever[data-lever=L01] > input[type=range]"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--moves", type=int, default=12)
    parser.add_argument("--workers", type=int, default=usable_processors())
    parser.add_argument("--preset", default="stars_align")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        desk = Desk(Path(folder), workers=chosen.workers)
        server = uvicorn.Server(uvicorn.Config(desk.app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        measure(f"http://127.0.0.1:{listening.getsockname()[1]}", chosen)
        server.should_exit = True
        thread.join(10)
        desk.answerer.close()


def measure(address: str, chosen: argparse.Namespace) -> None:
    """Open the desk, move the slider, tell what it took."""
    path = os.environ.get("RIPPLE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        page.wait_for_selector(READY, state="attached")
        page.select_option("#preset", chosen.preset)
        page.wait_for_selector(READY, state="attached")
        page.click("#lefttabs [data-key=firm]")
        move(page, "[aria-label='People']", chosen.people)
        page.click("#lefttabs [data-key=plan]")
        before = page.evaluate("window.rippleTimings.length")
        processor = []
        for k in range(chosen.moves):
            at = time.process_time()
            move(page, SLIDER, 0.35 + 0.05 * k)
            processor.append(time.process_time() - at)
        timings = page.evaluate("window.rippleTimings")[before:]
        browser.close()
    print(
        f"{chosen.people} people, 3 years, 20 runs, {chosen.workers} threads, {len(timings)} moves of a slider, milliseconds"
    )
    for name in ("first", "full"):
        values = sorted(one[name] for one in timings)
        print(
            f"{name:>6}: median {statistics.median(values):.0f}, best {values[0]:.0f}, worst {values[-1]:.0f}"
        )
    print(f"processor time of the server for an answer: median {1000 * statistics.median(processor):.0f}")
    print(f"other load on the machine (mean processes that want a processor): {os.getloadavg()[0]:.1f}")
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def move(page, selector: str, value: float) -> None:  # type: ignore[no-untyped-def]
    """Move a slider and wait until the answer is drawn in full."""
    page.eval_on_selector(
        selector,
        """(slider, value) => { slider.value = value;
        for (const kind of ['input', 'change']) slider.dispatchEvent(new Event(kind, {bubbles: true})); }""",
        str(value),
    )
    page.wait_for_selector(READY, state="attached")


if __name__ == "__main__":
    main()
