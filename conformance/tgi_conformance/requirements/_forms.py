"""Groups of forms that several topics share."""

from __future__ import annotations

from tgi_conformance.protocol.forms import (
    CHAT,
    CHAT_STREAM,
    COMPLETIONS,
    COMPLETIONS_STREAM,
    GENERATE,
    GENERATE_STREAM,
)

# The routes that are no alias: `/` and `/invocations` serve what these do.
PRIMARY_UNSTREAMED = (GENERATE, CHAT, COMPLETIONS)
PRIMARY_STREAMED = (GENERATE_STREAM, CHAT_STREAM, COMPLETIONS_STREAM)
PRIMARY = (*PRIMARY_UNSTREAMED, *PRIMARY_STREAMED)
