"""The releases of TGI that the server can answer as; the few places of difference ask this value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from tgi_reference.wire.requests import AS_TGI, shapes
from tgi_reference.wire.requests_2_0 import shapes_2_0
from tgi_reference.wire.requests_2_4 import shapes_2_4

if TYPE_CHECKING:
    from tgi_reference.wire.requests import Shapes


@frozen(kw_only=True)
class Release:
    """One release.

    Attributes:
        name: How the command line calls it.
        version: What ``/info`` says.
        document: The release whose document it serves; none for the pinned one.
        absent: Paths that it does not have.
        shapes: The bodies that it reads.
        info_tells_batches: ``/info`` also tells what the model process and its batches are like.
        portion: New tokens that a request is scheduled for at a time (see ``budget``); none for all at once.
        router_compiles_schemas: The router makes a pattern of a JSON schema, so that one that is not
            supported is refused; otherwise the model process does, and fails.
        schemas_need_properties: A schema without ``properties`` is refused.
        places_in_bytes: ``/tokenize`` counts bytes of UTF-8, not characters.
        streams_tell_input_length: The last event of a stream has ``input_length`` in its details.
        spaced_events: A space follows ``data:`` in events.
        one_vary_header: The names of ``vary`` stand in one header, not in three.
        does_without_tokenizer: A router that cannot load the model's tokenizer serves without one.
    """

    name: str
    version: str
    document: str | None
    absent: frozenset[str]
    shapes: Shapes = field(repr=False)
    info_tells_batches: bool
    portion: int | None
    router_compiles_schemas: bool
    schemas_need_properties: bool
    places_in_bytes: bool
    streams_tell_input_length: bool
    spaced_events: bool
    one_vary_header: bool
    does_without_tokenizer: bool


V3_3: Final = Release(
    name="3.3.6",
    version="3.3.6-dev0",
    document=None,
    absent=frozenset(),
    shapes=shapes(AS_TGI),
    info_tells_batches=False,
    portion=1024,
    router_compiles_schemas=True,
    schemas_need_properties=True,
    places_in_bytes=True,
    streams_tell_input_length=True,
    spaced_events=True,
    one_vary_header=True,
    does_without_tokenizer=False,
)
V2_4: Final = evolve(
    V3_3,
    name="2.4.1",
    version="2.4.1",
    document="2.4.1",
    shapes=shapes_2_4(),
    portion=None,
    router_compiles_schemas=False,
    places_in_bytes=False,
)
V2_0: Final = evolve(
    V2_4,
    name="2.0.4",
    version="2.0.4",
    document="2.0.4",
    absent=frozenset({"/chat_tokenize", "/v1/models"}),
    shapes=shapes_2_0(),
    info_tells_batches=True,
    schemas_need_properties=False,
    streams_tell_input_length=False,
    spaced_events=False,
    one_vary_header=False,
    does_without_tokenizer=True,
)
NEWEST: Final = V3_3
RELEASES: Final = {one.name: one for one in (V3_3, V2_4, V2_0)}
