"""Deployments that offer fewer routes, at other paths, or with other limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve
from jinja2 import TemplateError

from tgi_reference.api.answers import encoded, error_body
from tgi_reference.injection.call import Reply
from tgi_reference.injection.variants import VARIANTS as VARIANT

if TYPE_CHECKING:
    from typing import NoReturn

    from tgi_reference.api.services import Services
    from tgi_reference.injection.call import Call, Head
    from tgi_reference.settings import Settings

PREFIX: Final = "/models/one"
NOT_FOUND: Final = Reply(404)


@VARIANT.reply()
def path_prefix(call: Call) -> Reply | None:
    """Everything is served below /models/one."""
    if call.path != PREFIX and not call.path.startswith(PREFIX + "/"):
        return NOT_FOUND
    call.move_to(call.path.removeprefix(PREFIX) or "/")
    return None


@VARIANT.head(also=path_prefix)
def _prefixed_location(head: Head, _: Call) -> None:
    location = head.headers.get("location", "")
    if location.startswith("/"):
        head.headers["location"] = PREFIX + location


@VARIANT.settings()
def large_context(settings: Settings) -> Settings:
    """A context of 100,000 tokens."""
    return evolve(settings, max_input_tokens=99_000, max_total_tokens=100_000)


@VARIANT.settings()
def small_limits(settings: Settings) -> Settings:
    """Limits that are lower than usual."""
    return evolve(
        settings,
        max_best_of=1,
        max_stop_sequences=2,
        max_client_batch_size=2,
        max_concurrent_requests=8,
        max_input_tokens=400,
        max_total_tokens=512,
    )


@VARIANT.settings()
def large_limits(settings: Settings) -> Settings:
    """Limits that are higher than usual."""
    return evolve(
        settings,
        max_best_of=8,
        max_stop_sequences=16,
        max_client_batch_size=32,
        max_top_n_tokens=20,
        max_concurrent_requests=1024,
        payload_limit=2_500_000,
    )


@VARIANT.settings()
def another_model(settings: Settings) -> Settings:
    """A model whose name is a path with capitals and points."""
    return evolve(settings, model_id="Organisation/Some-Model_7B.v0.2-chat")


@VARIANT.settings()
def no_grammars(settings: Settings) -> Settings:
    """Grammars and tools are refused."""
    return evolve(settings, disable_grammar_support=True)


@VARIANT.answer("info")
def another_release(body: Any, _: Call) -> Any:
    """A later patch of the same release, from another router."""
    return {**body, "version": "3.3.9", "router": "a-router", "sha": None, "docker_label": "sha-0123456"}


@VARIANT.reply("tokenize", "chat-tokenize")
def no_tokenizer(_: Call) -> Reply | None:
    """A model without a fast tokenizer: the routes that tokenize answer 404."""
    body = encoded(error_body("No fast tokenizer or tokenizer.json for this model", "no fast tokenizer"))
    return Reply(404, body, "application/json")


@VARIANT.services()
def no_chat_template(services: Services) -> None:
    """A model without a chat template."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise TemplateError("template not found")

    setattr(services.engine, "render_chat", refuse)  # noqa: B010  # replaced in this one engine


@VARIANT.reply()
def openai_routes_only(call: Call) -> Reply | None:
    """A gateway that serves only the OpenAI-style routes and health."""
    served = call.path.startswith("/v1/") or call.path == "/health"
    return None if served else NOT_FOUND


@VARIANT.reply()
def sagemaker_routes_only(call: Call) -> Reply | None:
    """Only the two routes of SageMaker."""
    return None if call.path in ("/invocations", "/ping") else NOT_FOUND


@VARIANT.reply()
def native_routes_only(call: Call) -> Reply | None:
    """Only TGI's native routes."""
    others = call.path.startswith("/v1/") or call.path in (
        "/invocations",
        "/ping",
        "/vertex",
        "/chat_tokenize",
    )
    return NOT_FOUND if others else None


@VARIANT.reply("docs", "document")
def no_documentation(_: Call) -> Reply | None:
    """Neither the documentation page nor the document is served."""
    return NOT_FOUND


@VARIANT.reply()
def no_documentation_page(call: Call) -> Reply | None:
    """The document is served, and no path that it does not name, /docs included."""
    return NOT_FOUND if call.path.startswith(("/docs", "/ping", "/vertex")) else None


@VARIANT.reply()
def documentation_elsewhere(call: Call) -> Reply | None:
    """`/docs` redirects to the documentation at another path."""
    if call.path in {"/docs", "/docs/"}:
        return Reply(302, headers=(("location", "/reference/"),))
    if call.path.startswith("/reference/"):
        call.move_to("/docs/" + call.path.removeprefix("/reference/"))
    return None


@VARIANT.reply("metrics")
def metrics_elsewhere(_: Call) -> Reply | None:
    """Metrics are served on another port."""
    return NOT_FOUND


@VARIANT.body("metrics")
def other_metrics(body: bytes, _: Call) -> bytes:
    """More families of metrics, in another order."""
    families = re.split(rb"(?m)^(?=# HELP )", body)
    more = (
        b"# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1.7e+09\n"
        b'# TYPE http_seconds summary\nhttp_seconds{quantile="0.5"} NaN\nhttp_seconds_sum 0\n'
        b"http_seconds_count 0\n# a comment\nuntyped_metric 3 1395066363000\n"
        b'escaped{path="C:\\\\x",text="a\\"b\\n"} +Inf\n'
    )
    return more + b"".join(family.rstrip(b"\n") + b"\n" for family in reversed(families) if family.strip())


@VARIANT.settings()
def short_prompts(settings: Settings) -> Settings:
    """Prompts of at most 128 tokens, in a context of 4,096."""
    return evolve(settings, max_input_tokens=128, max_total_tokens=4_096)


@VARIANT.settings()
def small_bodies(settings: Settings) -> Settings:
    """Bodies of at most 2,000 bytes."""
    return evolve(settings, payload_limit=2_000)


@VARIANT.reply()
def old_ways_closed(call: Call) -> Reply | None:
    """A gateway that answers / and /invocations with 403."""
    closed = call.path in {"/", "/invocations"} and call.method == "POST"
    return Reply(403, b'{"message":"Forbidden"}', "application/json") if closed else None
