"""The state of a run against one deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tgi_conformance.contract.contract import Contract
    from tgi_conformance.contract.served import Served
    from tgi_conformance.results.deviations import Deviation
    from tgi_conformance.results.levels import Depth
    from tgi_conformance.session.capabilities import Capabilities
    from tgi_conformance.session.response_cache import ResponseCache
    from tgi_conformance.session.sender import Sender


@frozen
class Session:
    """What is the same for every requirement of a run.

    Attributes:
        sender: What sends requests.
        cache: Answers that several requirements look at.
        capabilities: What the deployment offers.
        contract: What the deployment promises.
        served: The document that it serves.
        deviations: Known deviations, told apart from failures.
        depth: How deep the run goes.
        seed: Makes generated data repeatable.
        required: Routes whose absence is a failure.
        gentle: Whether to leave out what other clients of the deployment may feel.
    """

    sender: Sender
    cache: ResponseCache
    capabilities: Capabilities
    contract: Contract
    served: Served
    deviations: tuple[Deviation, ...]
    depth: Depth
    seed: int
    required: frozenset[str] = frozenset()
    gentle: bool = False
