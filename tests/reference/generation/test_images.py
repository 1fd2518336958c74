"""A model that sees: what a real 3.3.6 router answered, whose model was of the family `idefics`."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.reference.raw_http import Answer, exchange

from tgi_reference.compose import running
from tgi_reference.generation.images import IMAGE_TOKEN, png_problem, with_image_tokens
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.server import Running

PIXELS = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PNG = f"data:image/png;base64,{PIXELS}"
GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
ROUTES = ("/chat_tokenize", "/v1/chat/completions", "/tokenize", "/generate")


@pytest.fixture(scope="module")
def seeing() -> Iterator[Running]:
    """A server whose model sees."""
    with running(Settings(variants=("sees-images",))) as server:
        yield server


def asked(server: Running, path: str, address: str, **more: Any) -> Answer:
    content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": address}}]
    body: dict[str, Any] = {"messages": [{"role": "user", "content": content}], "max_tokens": 2, **more}
    if path in ("/tokenize", "/generate"):
        body = {"inputs": f"a![]({address})b", "parameters": {"max_new_tokens": 2}}
    return exchange(server.url, "POST", path, {"content-type": "application/json"}, json.dumps(body).encode())


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "address",
    [PNG, f"data:image/PNG;base64,{PIXELS}", f"data:text/plain;base64,{PIXELS}", f"data:;base64,{PIXELS}"],
)
def test_an_image_that_can_be_read_is_taken(seeing: Running, path: str, address: str) -> None:
    assert 200 == asked(seeing, path, address).status


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (GIF, "invalid image: "),
        ("data:image/png;base64,xx", "base64 encoding is invalid: "),
        (f"{PNG} ", "base64 encoding is invalid: "),
        (
            "data:image/png;base64,aGVsbG8=",
            "invalid image: Format error decoding Png: Invalid PNG signature.",
        ),
        ("data:image/png;base64,", "invalid image: "),
        ("nope", "invalid image content: ![](nope)"),
        ("", "invalid image content: ![]()"),
        ("file:///etc/hostname", "invalid image content: ![](file:///etc/hostname)"),
        ("HTTP://127.0.0.1:1/", "invalid image content: ![](HTTP://127.0.0.1:1/)"),
        ("![](data:a)", "invalid image content: ![](![](data:a)"),
        ("x)y", "invalid image content: ![](x)"),
        ("data:", "invalid image content: "),
        ("data:image/png", "invalid image content: image/png"),
        ("data:image/png;charset=x;base64,xx", "invalid image content: image/png;charset=x;base64,xx"),
        ("data:image/png;hex,00", "invalid image content: hex,00"),
        (
            "http://127.0.0.1:1/x",
            "Could not fetch image: error sending request for url (http://127.0.0.1:1/x)",
        ),
    ],
)
def test_one_that_cannot_is_refused_by_every_route_that_counts_tokens(
    seeing: Running, path: str, address: str, expected: str
) -> None:
    answer = asked(seeing, path, address)
    body = json.loads(answer.body)

    assert (422, "validation") == (answer.status, body["error_type"])
    assert body["error"].startswith(f"Input validation error: {expected}")


def test_a_stream_tells_it_in_an_event(seeing: Running) -> None:
    answer = asked(seeing, "/v1/chat/completions", "nope", stream=True)

    assert 200 == answer.status
    assert "invalid image content" in answer.text


def test_an_image_is_a_token_and_the_template_shows_its_address(seeing: Running, tgi: Running) -> None:
    body = json.loads(asked(seeing, "/chat_tokenize", PNG).body)
    blind = json.loads(asked(tgi, "/chat_tokenize", PNG).body)

    assert blind["templated_text"] == body["templated_text"]
    assert f"![]({PNG})" in body["templated_text"]
    assert len(body["tokenize_response"]) < len(blind["tokenize_response"])


def test_a_model_that_does_not_see_reads_text(tgi: Running) -> None:
    assert [200] * 4 == [asked(tgi, path, "nope").status for path in ROUTES]


def test_text_around_an_image_stays() -> None:
    assert f"a{IMAGE_TOKEN}b{IMAGE_TOKEN}" == with_image_tokens(f"a![]({PNG})b![]({PNG})")
    assert "![x](y) []()" == with_image_tokens("![x](y) []()")


@pytest.mark.parametrize("cut", range(8, 65))
def test_a_cut_picture_is_none(cut: int) -> None:
    assert png_problem(base64.b64decode(PIXELS)) is None
    assert png_problem(base64.b64decode(PIXELS)[:cut])
