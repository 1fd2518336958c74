"""GET ``/docs`` (Swagger UI) and ``/api-doc/openapi.json``, the document that its script names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tgi_reference.api.documentation import DOCUMENT_URL, page, served_document
from tgi_reference.api.methods import Methods

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tgi_reference.api.services import Services


def routes(services: Services) -> list[Route]:
    """The routes."""
    document = Response(served_document(services.settings.release), media_type="application/json")
    return [
        Route("/docs", Methods(get=Response(status_code=303, headers={"location": "/docs/"}))),
        Route("/docs/{name:path}", Methods(get=_page)),
        Route(DOCUMENT_URL, Methods(get=document)),
    ]


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    found = page(scope["path_params"]["name"])
    response = Response(status_code=404)
    if found is not None:
        # The media type is set by hand: Starlette would add a charset that the router does not send.
        response = Response(found[0], headers={"content-type": found[1]})
    await response(scope, receive, send)
