"""Write the part of a shard as its results come: a JSON object a line, so that a killed shard keeps them."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

from attrs import define, field

from tgi_conformance.engine.run import INTERRUPTED
from tgi_conformance.reports.json_report import as_json, result_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.fleet.plan import Plan
    from tgi_conformance.results.report import Report

FORMAT = 1  # of the file
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
    a report both are done before the call returns.
    """

    path: Path
    durable: bool = True
    _file: int = field(init=False)
    _written: dict[str, set[str]] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _dirty: threading.Event = field(factory=threading.Event, init=False)
    _closed: threading.Event = field(factory=threading.Event, init=False)
    _syncing: threading.Thread = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Open the file; raises OSError."""
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        self._syncing = threading.Thread(target=self._sync_when_written, name="part", daemon=True)
        if self.durable:
            self._syncing.start()

    def header(self, plan: Plan, index: int) -> None:
        """Write the first line."""
        self._append(header_of(plan, index), sync=True)

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
        if self.durable:
            self._syncing.join()
            os.fsync(self._file)
        os.close(self._file)

    def _append(self, event: dict[str, Any], *, sync: bool = False) -> None:
        line = json.dumps(event, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._file, line) :]
        if not self.durable:
            return
        if sync:
            os.fsync(self._file)
        else:
            self._dirty.set()

    def _sync_when_written(self) -> None:
        """Sync whenever lines were written since the last time: those that wait share one fsync."""
        while self._dirty.wait() and not self._closed.is_set():
            self._dirty.clear()
            os.fsync(self._file)
            self._closed.wait(PAUSE)
