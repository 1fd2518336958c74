"""The application: the routes of a release, and what browsers of other origins may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Router

from tgi_reference.api.cors import Cors
from tgi_reference.api.methods import not_found
from tgi_reference.api.routes import (
    chat_completions,
    chat_tokenize,
    completions,
    docs,
    generate,
    generate_stream,
    health,
    info,
    invocations,
    metrics,
    models,
    root,
    tokenize,
    vertex,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from tgi_reference.api.services import Services


def make_app(services: Services) -> ASGIApp:
    """The ASGI application of a server."""
    single = (
        root,
        generate,
        generate_stream,
        chat_completions,
        completions,
        vertex,
        invocations,
        tokenize,
        chat_tokenize,
        info,
        metrics,
        models,
    )
    routes = [module.route(services) for module in single]
    routes += [*health.routes(services), *docs.routes(services)]
    release = services.settings.release
    present = [one for one in routes if one.path not in release.absent]
    router = Router(present, redirect_slashes=False, default=not_found)
    return Cors(router, one_vary_header=release.one_vary_header)
