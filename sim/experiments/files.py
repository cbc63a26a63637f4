"""Writing that is whole or not at all: a temporary name, then a rename."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.errors import StoreError

SUFFIX = ".parquet"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write into that becomes `path` when all is written, and never exists in part under that name."""
    partial = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with open(partial, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def writer(file: BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    """A Parquet writer whose every choice is stated, so that equal tables give equal bytes."""
    return pq.ParquetWriter(
        file, schema, version="2.6", compression="zstd", compression_level=3, use_dictionary=True,
        write_statistics=True, data_page_version="1.0", store_schema=True,
    )  # fmt: skip


def write_part(folder: Path, name: str, table: pa.Table) -> None:
    """Write one table of one block.

    Raises:
        OSError: it cannot be written.
    """
    with replacing(folder / f"{name}{SUFFIX}") as file, writer(file, table.schema) as out:
        out.write_table(table)


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file, whole or not at all."""
    with replacing(path) as file:
        file.write((json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def write_text(path: Path, content: str) -> None:
    """Write a text file, whole or not at all."""
    with replacing(path) as file:
        file.write(content.encode())


def told(problem: OSError, folder: Path) -> StoreError:
    """An error of the operating system in words, with what to do."""
    if problem.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        what = "the disk is full; make room, then give the same command again: finished runs are kept"
    elif problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        what = "it cannot be written; give another folder (--out), or change its permissions"
    elif problem.errno == errno.EFBIG:
        what = (
            "a file would be larger than is allowed here; raise the limit (ulimit -f), then give the same command again: "
            "finished runs are kept"
        )
    elif problem.errno in (errno.ENOTDIR, errno.EEXIST):
        what = "it is not a folder; give another (--out)"
    else:
        what = f"{problem.strerror or problem}; mend it, then give the same command again: finished runs are kept"
    return StoreError(f"results folder {folder}: {what}")
