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
    """What all requirements of a run share.

    Attributes:
        sender: Sends requests.
        cache: Answers that several requirements share.
        capabilities: What the deployment offers.
        contract: What the deployment documents.
        served: The document that it serves.
        deviations: Known deviations.
        depth: How much the run checks.
        seed: The seed of generated data.
        required: Routes whose requirements fail if they are not offered.
        gentle: Whether to skip what may disturb other clients of the deployment.
        beyond_tgi: Ids of requirements that no release of TGI excuses, since other servers keep them too.
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
    beyond_tgi: frozenset[str] = frozenset()
