"""Groups of forms that more than one topic is about."""

from __future__ import annotations

from tgi_conformance.protocol.forms import (
    CHAT,
    CHAT_STREAM,
    COMPLETIONS,
    COMPLETIONS_STREAM,
    GENERATE,
    GENERATE_STREAM,
    INVOCATIONS,
    INVOCATIONS_STREAM,
    ROOT,
    ROOT_STREAM,
    STREAMED,
    UNSTREAMED,
)

ALL_FORMS = (*UNSTREAMED, *STREAMED)

# The routes that are not an alias: `/` and `/invocations` serve what these do.
PRIMARY_UNSTREAMED = (GENERATE, CHAT, COMPLETIONS)
PRIMARY_STREAMED = (GENERATE_STREAM, CHAT_STREAM, COMPLETIONS_STREAM)
PRIMARY = (*PRIMARY_UNSTREAMED, *PRIMARY_STREAMED)
# /generate and its stream, without their aliases.
GENERATE_FORMS = (GENERATE, GENERATE_STREAM)
# Messages in, messages out.
CHAT_FORMS = (CHAT, CHAT_STREAM)
# Requests and answers are spelled as OpenAI spells them.
OPENAI_FORMS = (CHAT, CHAT_STREAM, COMPLETIONS, COMPLETIONS_STREAM)
# A request can ask for output that follows a grammar; the aliases of /generate are compared with it instead.
GRAMMAR_FORMS = (GENERATE, GENERATE_STREAM, CHAT, CHAT_STREAM)
# Requests and answers are spelled as /generate spells them.
NATIVE_UNSTREAMED = (GENERATE, ROOT, INVOCATIONS)
NATIVE_STREAMED = (GENERATE_STREAM, ROOT_STREAM, INVOCATIONS_STREAM)
NATIVE_FORMS = (*NATIVE_UNSTREAMED, *NATIVE_STREAMED)
