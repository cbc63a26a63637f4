"""Kill a comparison at random moments, give the same command again, and compare the bytes.

    python benchmarks/kill_test.py [--times 20] [--replicates 120] [--processes] [--seed 1]
        [--folder DIR]

Each time a comparison is started in a process of its own and killed (SIGKILL: no chance to tidy up): the odd times at
a random moment between its start and the time that an undisturbed one takes, the even ones as soon as a random number
of its parts are whole.  Then the same comparison is made again, and the tables are compared with the undisturbed ones.
Prints a line a time; the exit code is 1 if any differ.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TABLES = ("runs.parquet", "series.parquet", "events.parquet")
ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import sys
from pathlib import Path
from sim.experiments import execute, make_plan
small = {"organization": {"people": 120, "departments": 4}, "run": {"years": 1.0}}
busy = {**small, "name": "busy", "levers": [{"lever": "lead_by_example", "dose": 2.0}]}
plan = make_plan([{**small, "name": "quiet"}, busy], replicates=int(sys.argv[3]), draws=6)
print("ready", flush=True)
execute(plan, out=Path(sys.argv[1]), workers=2, processes=sys.argv[2] == "processes")
"""


def start(folder: Path, how: str, replicates: int) -> subprocess.Popen[bytes]:
    """Start a comparison; return when it is about to make its folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), how, str(replicates)],
        stdout=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    if process.stdout.readline().strip() != b"ready":
        raise SystemExit("the comparison did not start")
    return process


def finish(folder: Path, how: str, replicates: int) -> float:
    """Carry a comparison through; seconds from ready to end."""
    process = start(folder, how, replicates)
    began = time.perf_counter()
    if process.wait() != 0:
        raise SystemExit(f"the comparison in {folder} failed")
    return time.perf_counter() - began


def digests(folder: Path) -> list[str]:
    """Hashes of the tables."""
    return [hashlib.blake2b((folder / name).read_bytes(), digest_size=8).hexdigest() for name in TABLES]


def whole(folder: Path) -> int:
    """Parts of an unfinished comparison that need not be made again."""
    return len(list(folder.glob("parts/part-*.runs.parquet")))


def main() -> int:
    """Do it so many times; 1 if any table differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--replicates", type=int, default=120, help="more take longer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", action="store_true", help="worker processes rather than threads")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    how = "processes" if options.processes else "threads"
    folder = Path(tempfile.mkdtemp(prefix="kill_test_")) if options.folder is None else options.folder
    finish(folder / "warm", how, options.replicates)  # kernels and offsets are cached from here on
    seconds = finish(folder / "undisturbed", how, options.replicates)
    expected = digests(folder / "undisturbed")
    blocks = (folder / "undisturbed" / "log.jsonl").read_text().count('"what": "block"')
    print(f"undisturbed: {seconds:.1f} s with {how}; {', '.join(expected)}")
    moments = random.Random(options.seed)
    differ = 0
    for k in range(options.times):
        place = folder / f"killed-{k:02d}"
        process = start(place, how, options.replicates)
        began = time.perf_counter()
        if k % 2 == 0:
            time.sleep(moments.uniform(0.0, seconds))
        else:
            some = moments.randint(1, blocks - 1)
            while whole(place) < some and process.poll() is None:
                time.sleep(0.002)
        after = time.perf_counter() - began
        late = process.poll() is not None
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.wait()
        parts = whole(place)
        finish(place, how, options.replicates)
        same = digests(place) == expected
        differ += not same
        state = "finished before" if late else f"{parts} parts were whole"
        print(
            f"{k + 1:2d}: killed after {after:5.2f} s ({state}): {'same bytes' if same else 'BYTES DIFFER'}",
            flush=True,
        )
    print(f"{options.times - differ} of {options.times} the same")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
