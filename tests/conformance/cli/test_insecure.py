"""--insecure accepts any certificate, and says so."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from click.testing import CliRunner, Result
from tests.conftest import Reply

from tgi_conformance.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Site

INFO = b'{"model_id": "m", "version": "3.3.6", "max_total_tokens": 1024}'
DOCUMENT = b"""{
    "openapi": "3.0.3",
    "info": {"title": "Text Generation Inference", "version": "1"},
    "paths": {"/info": {"get": {"responses": {"200": {"description": "Facts"}}}}}
}"""


@pytest.fixture
def site(make_site: Callable[..., Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.chdir(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    site = make_site(context)
    json = (("Content-Type", "application/json"),)
    site.replies |= {
        "/info": Reply(INFO, headers=json),
        "/api-doc/openapi.json": Reply(DOCUMENT, headers=json),
    }
    return site


def command(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_a_certificate_of_nobody_known_is_refused(site: Site) -> None:
    done = command("run", site.url, "--only", "info")

    assert 3 == done.exit_code
    assert "certificate verify failed" in done.output
    assert [] == site.paths


@pytest.mark.parametrize("how", ["flag", "environment", "file", "targets"])
def test_it_is_accepted_with_a_warning(
    site: Site, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["run", site.url]
    if how == "flag":
        words.append("--insecure")
    elif how == "environment":
        monkeypatch.setenv("TGI_CONFORMANCE_INSECURE", "1")
    elif how == "file":
        (tmp_path / "tgi-conformance.toml").write_text("insecure = true\n")
    else:
        (tmp_path / "targets.yaml").write_text(f"- url: {site.url}\n  insecure: true\n")
        words = ["run", "--targets", "targets.yaml"]
    done = command(*words)

    warning = f"warning: --insecure: {site.url} may be anybody, since its certificate is not verified"
    assert warning == done.stderr.splitlines()[0]
    assert {"/info", "/api-doc/openapi.json"} <= set(site.paths)


def test_it_excludes_certificates_to_trust(site: Site, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    done = command("run", site.url, "--insecure", "--ca", "ca.pem")

    assert 2 == done.exit_code
    assert "--insecure" in done.stderr
    assert [] == site.paths


def test_documents_are_fetched_with_it(site: Site) -> None:
    assert 2 == command("client", "diff", site.url, site.url).exit_code
    assert 0 == command("client", "diff", site.url, site.url, "--insecure").exit_code
