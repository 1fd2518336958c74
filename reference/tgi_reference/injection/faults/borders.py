"""Values at the border of what the document allows, where TGI itself takes more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tgi_reference.api.answers import encoded, error_body
from tgi_reference.injection.call import GENERATE, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

_REFUSED: Final = Reply(
    422,
    encoded(error_body("Input validation error: `best_of` must be > 1", "validation")),
    "application/json",
)
_CRASHED: Final = Reply(500, b"Internal Server Error", "text/plain")
_BEYOND: Final = {"best_of": 0, "seed": 0, "top_n_tokens": 0, "frequency_penalty": -2}


@FAULT.reply(GENERATE)
def one_sequence_is_refused(call: Call) -> Reply | None:
    """A `best_of` of 1 is refused, as if it were none."""
    return _REFUSED if call.wanted("best_of") == 1 else None


@FAULT.reply(GENERATE)
def values_beside_the_document_crash(call: Call) -> Reply | None:
    """A value that the document excludes, and TGI takes, is a server error."""
    crashes = any(call.wanted(name) == value for name, value in _BEYOND.items())
    return _CRASHED if crashes else None
