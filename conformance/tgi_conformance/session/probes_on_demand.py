"""Probe only what the chosen requirements need, so that `--id` reproduces a finding in a few requests."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from tgi_conformance.http.exchange import Exchange, NoAnswerError
from tgi_conformance.session.probes import (
    CAPABILITIES,
    MINIMAL,
    OK,
    PAGES,
    REPRODUCIBLE,
    absent_operations,
    minimal_answer,
    minimal_answers,
    missing_capability,
    not_exact,
    probe,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgi_conformance.session.capabilities import Capabilities
    from tgi_conformance.session.response_cache import ResponseCache


@define(eq=False)
class AbsentOnDemand(Mapping[str, str]):
    """The evidence for each operation or capability that is not offered, probed when it is asked for."""

    cache: ResponseCache
    _found: dict[str, str] = field(factory=dict, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False)

    def __getitem__(self, name: str) -> str:
        """Return the evidence; raises KeyError if the operation or capability is offered, or unknown."""
        with self._lock:
            if name not in self._found:
                self._found[name] = self._probe(name)
            if not self._found[name]:
                raise KeyError(name)
            return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Probe everything."""
        return (name for name in (*MINIMAL, *CAPABILITIES) if name in self)

    def __len__(self) -> int:
        """Probe everything."""
        return sum(1 for _ in self)

    def _probe(self, name: str) -> str:
        if name in MINIMAL:
            return "" if is_plainly_offered(self.cache, name) else self._operations().get(name, "")
        return missing_capability(name, self.cache, self) if name in CAPABILITIES else ""

    def _operations(self) -> Mapping[str, str]:
        """Decide about every operation, since what a refusal means depends on the answers of the others."""
        return absent_operations(self.cache, minimal_answers(self.cache)[0])


def probe_for(needs: Iterable[str], cache: ResponseCache, capabilities: Capabilities) -> Capabilities:
    """Probe what requirements with these needs depend on; everything if anything is unusual."""
    needs = frozenset(needs)
    operations = needs & MINIMAL.keys()
    try:
        if not operations or not all(is_plainly_offered(cache, operation) for operation in operations):
            return probe(cache, capabilities)
    except NoAnswerError:
        return probe(cache, capabilities)
    absent = AbsentOnDemand(cache)
    evidence = absent.get(REPRODUCIBLE, "") if REPRODUCIBLE in needs else ""
    return evolve(capabilities, **(not_exact(cache, absent, evidence) if evidence else {"absent": absent}))


def is_plainly_offered(cache: ResponseCache, operation: str) -> bool:
    """Whether the operation answers its minimal request with 200 and no web page."""
    answer = minimal_answer(cache, MINIMAL[operation])
    if not isinstance(answer, Exchange):
        return False
    return answer.response.status == OK and answer.response.media_type not in PAGES
