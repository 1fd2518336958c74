"""The generated client, by its example: the same calls as the other clients make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.clients.run_example import REFUSED, chatted, generated, python, run

if TYPE_CHECKING:
    from tgi_reference.server import Running


def test_same_calls(tgi_server: Running) -> None:
    text = generated(tgi_server.url)
    expected = [
        text,
        text,
        *chatted(tgi_server.url),
        f"reference-model {text}",
        f"validation {REFUSED}",
        f"validation {REFUSED}",
        text,
        text,
        text,
    ]

    assert "\n".join([*expected, ""]) == run(*python("generated_client", tgi_server.url))
