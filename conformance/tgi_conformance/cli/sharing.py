"""The flags of `run` that divide several targets: which shard this is, and where its part is written."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.fleet.plan import plan_of
from tgi_conformance.fleet.run import Shift
from tgi_conformance.fleet.shard import WHOLE, Shard, shard_of
from tgi_conformance.reports.files import check_writable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_conformance.config.targets import NamedConfig


@frozen
class Sharing:
    """What the flags say.

    Attributes:
        shard: The shard that this process is; None for a run that is not divided.
        path: Where its part is written; None for a file that only this run needs.
    """

    shard: Shard | None
    split: bool
    path: Path | None
    resume: bool
    at_a_time: int

    @classmethod
    def taken_from(cls, given: dict[str, Any]) -> Sharing:
        """Take the flags out of those of `run`; raises UsageError, OSError.

        A name without a suffix is a folder, which shards that begin at the same time may share.
        """
        text, split = given.pop("shard"), given.pop("split") is not None
        part, resume = given.pop("part"), given.pop("resume")
        if part and resume:
            raise UsageError("--part and --resume: use one of them, not both")
        shard = shard_of(text, os.environ) if text else None
        if split and shard is None:
            raise UsageError("--split requirements: needs --shard I/N")
        path: Path | None = resume or part
        if path is None and shard is not None:
            path = Path()
        if path is not None and (path.is_dir() or not (path.suffix or path.exists())):
            path.mkdir(parents=True, exist_ok=True)
            one = shard or WHOLE
            path = path / f"part-{one.index}-of-{one.count}.jsonl"
        return cls(shard, split, path, resume is not None, given.pop("jobs"))

    @property
    def asked_for(self) -> bool:
        """Whether a part is to be written, though there may be one target only."""
        return self.path is not None

    @contextmanager
    def shift(self, targets: Sequence[NamedConfig]) -> Iterator[Shift]:
        """Give what this process has to do; raises UsageError, PartError or OSError."""
        shard = self.shard or WHOLE
        plan = plan_of(targets, shard.count, split=self.split)
        if self.path is not None:
            check_writable(self.path)
            shift = Shift(plan, shard.index, self.path, self.resume, at_a_time=self.at_a_time)
            shift.check()
            yield shift
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "part.jsonl"
            yield Shift(plan, shard.index, path, durable=False, at_a_time=self.at_a_time)
