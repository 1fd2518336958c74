"""The interface document that the server serves, and Swagger UI to read it with, offline."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tgi_document.pinned import pinned_path
from tgi_document.releases import served_path

if TYPE_CHECKING:
    from importlib.abc import Traversable

    from tgi_reference.releases import Release

DOCUMENT_URL: Final = "/api-doc/openapi.json"
_MEDIA_TYPES: Final = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "png": "image/png",
}
_INITIALIZER: Final = """\
window.onload = function () {
  window.ui = SwaggerUIBundle({
    "dom_id": "#swagger-ui",
    "url": "%s",
    "deepLinking": true,
    "layout": "StandaloneLayout",
    "presets": [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    "plugins": [SwaggerUIBundle.plugins.DownloadUrl]
  });
};
"""


def served_document(release: Release) -> bytes:
    """The interface of a release, faults included: it is what its servers serve."""
    path = pinned_path() if release.document is None else served_path(release.document)
    return path.read_bytes()


@lru_cache(maxsize=1)
def _assets() -> dict[str, Traversable]:
    """Swagger UI's files by name; only those that its page asks for."""
    vendor = files("swagger_ui_bundle") / "vendor"
    folder = next(one for one in vendor.iterdir() if one.name.startswith("swagger-ui-"))
    return {one.name: one for one in folder.iterdir() if _suffix(one.name) in _MEDIA_TYPES}


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]


def page(name: str) -> tuple[bytes, str] | None:
    """A file of the documentation page and its media type, or none."""
    name = name or "index.html"
    if name == "swagger-initializer.js":
        return (_INITIALIZER % DOCUMENT_URL).encode(), _MEDIA_TYPES["js"]
    asset = _assets().get(name)
    return None if asset is None else (asset.read_bytes(), _MEDIA_TYPES[_suffix(name)])
