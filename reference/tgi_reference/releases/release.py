"""What releases of TGI do otherwise, as one value; the few places of difference ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.releases.openai import OpenAi
    from tgi_reference.settings import Settings
    from tgi_reference.wire.requests import Shapes


@frozen(kw_only=True)
class Release:
    """One release.

    Attributes:
        name: How the command line calls it.
        version: What ``/info`` says.
        document: The file of the document that it serves, in ``documents``; none for the pinned one.
        absent: Paths that it does not have.
        shapes: The bodies that it reads.
        openai: The OpenAI-style routes.
        info: The body of ``/info``.
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
    openai: OpenAi = field(repr=False)
    info: Callable[[Settings], dict[str, Any]] = field(repr=False)
    portion: int | None
    router_compiles_schemas: bool
    schemas_need_properties: bool
    places_in_bytes: bool
    streams_tell_input_length: bool
    spaced_events: bool
    one_vary_header: bool
    does_without_tokenizer: bool
