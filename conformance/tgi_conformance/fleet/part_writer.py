"""Write the part of a shard as its results come: a JSON object a line, so that a killed shard keeps them."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from attrs import define, field

from tgi_conformance.engine.run import INTERRUPTED
from tgi_conformance.fleet.part_line import sealed
from tgi_conformance.reports.json_report import as_json, result_json

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.fleet.plan import Plan
    from tgi_conformance.results.report import Report

FORMAT = 2  # of the file
RESUMED = "resumed"
PAUSE = 0.05  # seconds between two fsyncs, so that they take little of a disk


def header_of(plan: Plan, index: int) -> dict[str, Any]:
    """Return the first line of a part: whose it is, and what every shard of the fleet has to check."""
    return {
        "event": "part",
        "format": FORMAT,
        "digest": plan.digest,
        "shard": index,
        "shards": plan.shards,
        "fleet": list(_fleet(plan)),
    }


def _fleet(plan: Plan) -> Iterator[dict[str, Any]]:
    for piece in plan.pieces:
        config = piece.named.config
        yield {
            "name": piece.named.name,
            "target": piece.target,
            "url": config.target.shown_url,
            "shard": piece.shard,
            "depth": config.depth.value,
            "seed": config.seed,
            "strict": config.strict,
            "gentle": config.gentle,
            "requirements": len(config.selected),
        }


@define
class PartWriter:
    """Appends events to a part; safe to use from several threads.

    A line is handed to the system at once, so it outlives this process, and to the disk a moment later. After
    a report both are done before the call returns. One process at a time writes a part. Every call raises
    OSError, which names the part, once the file takes no more: a line after a torn one would be torn too.
    """

    path: Path
    durable: bool = True
    _file: int = field(init=False)
    _written: dict[str, set[str]] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _dirty: threading.Event = field(factory=threading.Event, init=False)
    _closed: threading.Event = field(factory=threading.Event, init=False)
    _syncing: threading.Thread = field(init=False)
    _error: OSError | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Open the file; raises OSError, also if another process writes it."""
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        if not _locked(self._file):
            os.close(self._file)
            raise BlockingIOError(f"{self.path}: is being written by another process")
        self._syncing = threading.Thread(target=self._sync_when_written, name="part", daemon=True)
        if self.durable:
            self._syncing.start()

    def header(self, plan: Plan, index: int) -> None:
        """Write the first line, in place of one that a killed process did not complete."""
        os.ftruncate(self._file, 0)
        self._append(header_of(plan, index), sync=True)

    def go_on(self, end: int) -> None:
        """Go on after so many bytes, and so without a line that a killed process did not complete."""
        os.ftruncate(self._file, end)
        self._append({"event": RESUMED})

    def begin(self, name: str, known: frozenset[str] = frozenset()) -> None:
        """Write that a piece begins: anew, or after these results that the file has from before."""
        self._written[name] = set(known)
        self._append({"event": "begin", "name": name, "goes_on": bool(known)})

    def progress(self, name: str, progress: Progress) -> None:
        """Write a result, and what the piece has used so far."""
        self._written.setdefault(name, set()).add(progress.result.id)
        self._append(
            {
                "event": "result",
                "name": name,
                "requests": progress.requests,
                "generated_tokens": progress.generated_tokens,
                "result": result_json(progress.result),
            }
        )

    def report(self, name: str, report: Report) -> None:
        """Write the report of a piece, without the results that are there already."""
        written = self._written.pop(name, set())
        value = as_json(report)
        new = [one for one in value["requirements"] if one["id"] not in written]
        value["requirements"] = new
        event = {
            "event": "report",
            "name": name,
            "finished": report.reason != INTERRUPTED,
            "results": len(written) + len(new),
            "report": value,
        }
        self._append(event, sync=True)

    def close(self) -> None:
        """Hand all to the disk and close the file."""
        self._closed.set()
        self._dirty.set()
        try:
            if self.durable:
                self._syncing.join()
                self._sync()
        finally:
            os.close(self._file)
        if self._error is not None:
            raise self._error

    def _append(self, event: dict[str, Any], *, sync: bool = False) -> None:
        line = sealed(event)
        with self._lock:
            self._write(line)
        if not self.durable:
            return
        if not sync:
            self._dirty.set()
            return
        self._sync()
        if self._error is not None:
            raise self._error

    def _write(self, line: bytes) -> None:
        if self._error is not None:
            raise self._error
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            self._error = self._named(error)
            raise self._error from None

    def _sync(self) -> None:
        try:
            os.fsync(self._file)
        except OSError as error:
            self._error = self._named(error)

    def _named(self, error: OSError) -> OSError:
        return OSError(f"{self.path}: cannot be written: {error.strerror}")

    def _sync_when_written(self) -> None:
        """Sync whenever lines were written since the last time: those that wait share one fsync."""
        while self._dirty.wait() and not self._closed.is_set():
            self._dirty.clear()
            self._sync()
            self._closed.wait(PAUSE)


def _locked(file: int) -> bool:
    """Lock a file until it is closed; return False if another process has it. Some file systems cannot."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
