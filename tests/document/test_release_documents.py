"""The documents of known releases come with the package."""

from __future__ import annotations

import pytest

from tgi_document.errors import DocumentError
from tgi_document.releases import known_documents, known_releases, release_document


def test_six_releases_are_known() -> None:
    assert ("1.0.3", "1.4.5", "2.0.4", "2.4.1", "3.0.0", "3.3.7") == known_releases()


@pytest.mark.parametrize("release", known_releases())
def test_document_is_of_tgi(release: str) -> None:
    document = release_document(release)

    assert "Text Generation Inference" == document["info"]["title"]
    assert "/generate_stream" in document["paths"]


def test_unknown_release_has_no_document() -> None:
    with pytest.raises(DocumentError):
        release_document("9.9.9")


def test_what_a_router_served_is_known_beside_its_sources() -> None:
    found = [(release, document["info"]["version"]) for release, document in known_documents()]

    assert ("2.0.4", "2.0.4") == found[0]
    assert ("2.0.4", "2.0.1") in found
    assert {*known_releases()} == {release for release, _ in found}
