"""A document is found as a person would find it; whatever stands in the way is one clear line."""

from __future__ import annotations

import gzip
import json
import ssl
import time
from typing import TYPE_CHECKING

import pytest
import trustme
from tests.conftest import Reply, Site

from tgi_document.errors import DocumentError
from tgi_document.fetch import Access, fetch_document

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path
    from typing import Any

KEY = "sesame-4711"
DOCUMENT = {"openapi": "3.0.3", "info": {"title": "A", "version": "1"}, "paths": {"/generate": {"post": {}}}}


def html(text: str, **more: Any) -> Any:
    return reply(text.encode(), (("Content-Type", "text/html"),), **more)


def reply(body: bytes = b"", headers: tuple[tuple[str, str], ...] = (), **more: Any) -> Any:
    return Reply(body, headers=headers, **more)


def served(document: object = None) -> Any:
    return reply(json.dumps(document or DOCUMENT).encode())


def redirect(target: str, status: int = 303) -> Any:
    return reply(headers=(("Location", target),), status=status)


def failure(url: str, access: Access | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        fetch_document(url, access)
    message = str(caught.value)
    assert "\n" not in message
    return message


def serve_swagger_ui(site: Site, names: str, prefix: str = "") -> None:
    """Serve `/docs` as TGI does: a redirect, a page, an initializer that names the document."""
    site.replies[f"{prefix}/docs"] = redirect("/docs/")
    site.replies[f"{prefix}/docs/"] = html(
        '<script src="./swagger-ui-bundle.js"></script><script src="./swagger-initializer.js"></script>'
    )
    site.replies[f"{prefix}/docs/swagger-initializer.js"] = reply(
        f'window.ui = SwaggerUIBundle({{ "dom_id": "#ui", "url": "{names}" }});'.encode()
    )


def test_follows_docs_its_redirect_and_the_initializer(site: Site) -> None:
    serve_swagger_ui(site, "/elsewhere/api.json")
    site.replies["/elsewhere/api.json"] = served()
    found = fetch_document(site.url)
    assert (DOCUMENT, f"{site.url}/elsewhere/api.json") == (found.document, found.url)
    assert f"named by {site.url}/docs/" == found.how
    assert ["/docs", "/docs/", "/docs/swagger-initializer.js", "/elsewhere/api.json"] == site.paths


@pytest.mark.parametrize("base", ["", "/", "/docs", "/docs/"])
def test_takes_the_url_as_people_write_it(site: Site, base: str) -> None:
    serve_swagger_ui(site, "/api-doc/openapi.json")
    site.replies["/api-doc/openapi.json"] = served()
    assert f"{site.url}/api-doc/openapi.json" == fetch_document(site.url + base).url


@pytest.mark.parametrize("place", ["/api-doc/openapi.json", "/openapi.json"])
def test_looks_at_the_usual_places_when_there_is_no_page(site: Site, place: str) -> None:
    site.replies[place] = served()
    found = fetch_document(site.url)
    assert (f"{site.url}{place}", "a usual place") == (found.url, found.how)


@pytest.mark.parametrize(
    "page",
    [
        "<script>const ui = SwaggerUIBundle({\n  url: '/v2/api.json',\n 'dom_id': '#ui'})</script>",
        r'<script>SwaggerUIBundle({"urls":[{"name":"x","url":"\/v2\/api.json"}]})</script>',
        "<redoc spec-url='/v2/api.json'></redoc>",
        "<script>Redoc.init('/v2/api.json', {}, x)</script>",
        '<script id="api-reference" data-url="/v2/api.json"></script>',
        "<rapi-doc spec-url='../v2/api.json'>",
        '<base href="/v2/"><script>SwaggerUIBundle({url: "api.json"})</script>',
        "<script>SwaggerUIBundle({configUrl: '/config.json'})</script>",
        "<script>// url: '/wrong.json'\n/* url: '/wrong.json' */ const url = `/v2/api.json`;</script>",
    ],
)
def test_reads_what_documentation_pages_say(site: Site, page: str) -> None:
    site.replies |= {"/docs": redirect("/docs/"), "/docs/": html(page), "/v2/api.json": served()}
    site.replies["/config.json"] = reply(b'{"urls": [{"url": "/v2/api.json", "name": "it"}]}')
    assert f"{site.url}/v2/api.json" == fetch_document(site.url).url
    assert "/wrong.json" not in site.paths


@pytest.mark.parametrize(
    "names", ["/api-doc/openapi.json", "../api-doc/openapi.json", "/models/foo/api-doc/openapi.json"]
)
def test_finds_a_document_behind_a_prefix_that_the_server_does_not_know(site: Site, names: str) -> None:
    serve_swagger_ui(site, names, "/models/foo")
    site.replies["/models/foo/api-doc/openapi.json"] = served()
    assert f"{site.url}/models/foo/api-doc/openapi.json" == fetch_document(f"{site.url}/models/foo").url


def test_finds_a_document_that_stands_outside_of_the_prefix(site: Site) -> None:
    serve_swagger_ui(site, "/documents/foo.json", "/models/foo")
    site.replies["/documents/foo.json"] = served()
    assert f"{site.url}/documents/foo.json" == fetch_document(f"{site.url}/models/foo/").url
    assert "/models/foo/documents/foo.json" in site.paths


def test_takes_the_url_of_a_document(site: Site) -> None:
    site.replies["/x/api.json?v=1"] = served()
    found = fetch_document(f"{site.url}/x/api.json?v=1")
    assert (f"{site.url}/x/api.json", "as given") == (found.url, found.how)


def test_sends_key_and_headers_with_every_request(site: Site) -> None:
    site.key = KEY
    serve_swagger_ui(site, "/openapi.json")
    site.replies["/openapi.json"] = served()
    fetch_document(site.url, Access((("X-Team", "blue-team"),), KEY))
    assert {"blue-team"} == {headers.get("x-team") for _, headers in site.requests}


def test_asks_for_a_key(site: Site) -> None:
    site.key = KEY
    assert f"{site.url}/docs: status 401, expected an API key" in failure(site.url)


def test_says_which_variable_holds_the_wrong_key(site: Site) -> None:
    site.key = KEY
    message = failure(site.url, Access(api_key="wrong-key", api_key_env="TGI_KEY"))
    assert "status 401, expected another API key than the one in environment variable TGI_KEY" in message
    assert "wrong-key" not in message


def test_blanks_out_a_key_that_a_server_says_back(site: Site) -> None:
    site.replies["/openapi.json"] = reply(json.dumps({"swagger": f"{KEY} hello"}).encode())
    message = failure(site.url, Access((("X-Other", "header-secret"),), KEY))
    assert KEY not in message
    assert "***" in message


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (
            Access(api_key="se\nsame", api_key_env="K"),
            "--api-key-env K: the key holds a character",
        ),
        (Access(api_key="sésame"), "--api-key-env (given): the key holds a character"),
        (Access((("X-A", "secr\ret"),)), "--header X-A: the value holds a character"),
        (Access((("X A", "secret"),)), '--header "X A": not a header name'),
    ],
)
def test_refuses_what_no_header_carries(site: Site, access: Access, expected: str) -> None:
    message = failure(site.url, access)
    assert expected in message
    assert "secr" not in message
    assert "same" not in message


def test_never_follows_a_redirect_to_another_origin(site: Site, make_site: Callable[..., Site]) -> None:
    other = make_site()
    other.replies["/openapi.json"] = served()
    site.replies |= {path: redirect(f"{other.url}/openapi.json", 307) for path in ("/docs", "/openapi.json")}
    message = failure(site.url, Access(api_key=KEY))
    assert f"{site.url}/docs: redirects to another origin, {other.url}/openapi.json; not followed" == message
    assert [] == other.requests


def test_never_fetches_a_document_named_on_another_origin(site: Site, make_site: Callable[..., Site]) -> None:
    other = make_site()
    other.replies["/openapi.json"] = served()
    site.replies["/docs"] = html(f"<script>SwaggerUIBundle({{url: '{other.url}/openapi.json'}})</script>")
    message = failure(site.url, Access(api_key=KEY))
    assert f"{site.url}/docs: names a document of another origin, {other.url}/openapi.json" in message
    assert [] == other.requests


def test_gives_up_on_redirects_in_a_circle(site: Site) -> None:
    site.replies |= {"/docs": redirect("/docs/"), "/docs/": redirect("/docs")}
    assert "redirected more than 5 times" in failure(site.url)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<!doctype html><p>Hello</p>", "HTML or XML, expected an OpenAPI document in JSON or YAML"),
        (json.dumps(DOCUMENT).encode()[:-9], "truncated"),
        (b"openapi: 3.0.3\npaths: {}\n", "#/paths: missing or empty"),
        (b'{"swagger": "2.0", "paths": {}}', 'OpenAPI 2 (swagger "2.0"), expected OpenAPI 3.0 or 3.1'),
        (b"{}", "#/openapi: missing"),
        (b'{"openapi":"3.0.3","paths":{"/a":{"$ref":"file:///etc/passwd"}}}', "leads out of the document"),
        (b'{"a":' * 10_000, "nested deeper than 100 levels"),
    ],
)
def test_refuses_what_is_no_document(site: Site, body: bytes, expected: str) -> None:
    site.replies["/api-doc/openapi.json"] = reply(body)
    message = failure(site.url)
    assert message.startswith(f"{site.url}/api-doc/openapi.json: ")
    assert expected in message


def test_says_where_it_looked(site: Site) -> None:
    assert (
        f"{site.url}/: no OpenAPI document, expected one by way of ({site.url}/docs: status 404, "
        f"{site.url}/docs/: status 404, {site.url}/api-doc/openapi.json: status 404, "
        f"{site.url}/openapi.json: status 404)"
    ) == failure(site.url)


def test_says_that_nobody_is_there(make_site: Callable[..., Site]) -> None:
    site = make_site()
    site.close()
    assert failure(site.url).startswith(f"{site.url}/: unreachable (")


@pytest.mark.parametrize(
    "url", ["foo", "ftp://host/x", "http://", "127.0.0.1:3000", "http://[::1", "http://h:99999999"]
)
def test_refuses_what_is_no_url(url: str) -> None:
    assert "expected a URL such as http://127.0.0.1:3000" in failure(url)


def test_never_shows_user_and_password_of_a_url(site: Site) -> None:
    message = failure(site.url.replace("//", "//user:open-sesame@"))
    assert "sesame" not in message
    assert all(headers["authorization"].startswith("Basic ") for _, headers in site.requests)


def test_reads_a_compressed_document(site: Site) -> None:
    body = gzip.compress(json.dumps(DOCUMENT).encode())
    site.replies["/openapi.json"] = reply(body, (("Content-Encoding", "gzip"),))
    assert DOCUMENT == fetch_document(site.url).document


def test_bounds_what_a_compressed_answer_becomes(site: Site) -> None:
    bomb = gzip.compress(b" " * 60_000_000, compresslevel=1)
    site.replies["/openapi.json"] = reply(bomb, (("Content-Encoding", "gzip"),))
    assert "the answer is longer than 20000000 bytes" in failure(site.url)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("gzip", "not gzip, as its content-encoding promises"),
        ("br", "encoding that was not asked for: 'br'"),
    ],
)
def test_refuses_encodings_that_it_did_not_ask_for(site: Site, encoding: str, expected: str) -> None:
    site.replies["/openapi.json"] = reply(b"{}", (("Content-Encoding", encoding),))
    assert expected in failure(site.url)


def write_endlessly(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    while not over.is_set():
        handler.wfile.write(b" " * 1_000_000)


def write_slowly(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    while not over.wait(0.02):
        handler.wfile.write(b" ")


def test_bounds_an_endless_answer(site: Site) -> None:
    site.replies["/openapi.json"] = reply(write=write_endlessly)
    assert "the answer is longer than 20000000 bytes" in failure(site.url)


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_bounds_the_time_of_an_answer_that_trickles(site: Site, path: str) -> None:
    site.replies[path] = reply(write=write_slowly)
    start = time.monotonic()
    assert f"{site.url}/: no document within 0.3 s" in failure(site.url, Access(timeout=0.3))
    assert time.monotonic() - start < 3


def test_goes_on_after_a_page_that_breaks_off(site: Site) -> None:
    site.replies["/docs"] = reply(b"x", (("Content-Length", "99"),))
    site.replies["/openapi.json"] = served()
    assert DOCUMENT == fetch_document(site.url).document


def test_says_that_a_document_broke_off(site: Site) -> None:
    site.replies["/openapi.json"] = reply(b'{"openapi"', (("Content-Length", "99"),))
    assert f"{site.url}/openapi.json: broke off (" in failure(site.url)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_site(authority: trustme.CA, make_site: Callable[..., Site]) -> Site:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    site = make_site(context)
    site.replies["/openapi.json"] = served()
    return site


def test_trusts_the_users_authority(secure_site: Site, authority: trustme.CA, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    assert DOCUMENT == fetch_document(secure_site.url, Access(ca=file)).document


def test_distrusts_an_unknown_authority(secure_site: Site) -> None:
    assert "its certificate is not trusted" in failure(secure_site.url)


def test_says_that_a_file_of_certificates_holds_none(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    assert f"{file}: cannot be read" in failure(site.url, Access(ca=file))
    file.write_text("hello")
    assert f"--ca {file}: holds no certificate" in failure(site.url, Access(ca=file))
