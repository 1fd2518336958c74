"""Answers that several requirements share, each requested once per run."""

from __future__ import annotations

import pickle
import threading
import zlib
from hashlib import blake2b
from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.session.retries import send_with_retries

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.session.sender import Sender


@define
class ResponseCache:
    """A deployment's answers by request. Safe to use from several threads.

    A run of depth standard keeps some 600 answers until its end. They are kept compressed, since as objects
    they would take 4 MB, which limits how many deployments a process can check at a time.
    """

    sender: Sender
    _kept: dict[bytes, bytes] = field(factory=dict, init=False)
    _locks: dict[bytes, threading.Lock] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def get(self, request: Request) -> tuple[Exchange, bool]:
        """Return the answer to a request, and whether it was sent just now; raises as Context.send does."""
        key = _digest(request)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key in self._kept:
                return _unpacked(self._kept[key]), False
            exchange = send_with_retries(self.sender, request)
            self._kept[key] = _packed(exchange)
            return exchange, True


def _digest(request: Request) -> bytes:
    return blake2b(repr(request).encode(), digest_size=16).digest()


def _packed(exchange: Exchange) -> bytes:
    return zlib.compress(pickle.dumps(exchange))


def _unpacked(packed: bytes) -> Exchange:
    exchange: Exchange = pickle.loads(zlib.decompress(packed))  # noqa: S301 - packed by this module
    return exchange
