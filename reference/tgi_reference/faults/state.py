"""What one request does to another."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.alterations.call import CHAT, GENERATE, GENERATION, Event, Reply
from tgi_reference.answers import encoded, error_body
from tgi_reference.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Message, Send

    from tgi_reference.alterations.call import Call

SUCCESS: Final = 200
OVERLOADED: Final = Reply(429, encoded(error_body("Model is overloaded", "overloaded")), "application/json")
UNHEALTHY: Final = Reply(503, encoded(error_body("unhealthy", "healthcheck")), "application/json")
FEW: Final = 2
WAIT: Final = 0.05


def _start(message: Message) -> bool:
    return bool(message["type"] == "http.response.start")


@FAULT.send(*GENERATION)
async def answers_are_swapped(message: Message, call: Call, send: Send) -> None:
    """Two simultaneous requests get each other's answers."""
    if _start(message):
        call.here["start"] = message
        return
    if call.streams or call.here["start"]["status"] != SUCCESS or call.kind == CHAT:
        await send(call.here.pop("start", None) or message) if "start" in call.here else None
        await send(message)
        return
    mine = (call.here["start"], message)
    start, body = await _exchanged(call, mine)
    await send(start)
    await send(body)


async def _exchanged(call: Call, mine: tuple[Message, Message]) -> tuple[Message, Message]:
    """The answer of whoever else waits at this path; after a moment alone, one's own."""
    waiting = call.server["waiting " + call.path]
    if waiting and not waiting[1].done():
        waiting[1].set_result(mine)
        other: tuple[Message, Message] = waiting[0]
        return other
    future: asyncio.Future[tuple[Message, Message]] = asyncio.get_running_loop().create_future()
    call.server["waiting " + call.path] = (mine, future)
    done, _ = await asyncio.wait([future], timeout=WAIT)
    if done:
        return future.result()
    future.cancel()
    return mine


@FAULT.event(GENERATE)
def tokens_of_streams_are_mixed(event: Event, call: Call) -> Iterable[Event]:
    """A token of one stream is sent in another that runs at the same time."""
    if event.is_final or not event.has_token:
        return [event]
    index = event.json["index"]
    if index % 3 == 0 and call.server["last token"] and call.server["last by"] != id(call):
        stranger = {**call.server["last token"], "index": index}
        return [Event.of(stranger)]
    call.server["last token"], call.server["last by"] = event.json, id(call)
    return [event]


def _key(call: Call) -> str:
    body = call.asked or {}
    return json.dumps([call.path, call.streams, body.get("inputs"), body.get("messages"), body.get("prompt")])


@FAULT.answer(*GENERATION)
def cache_ignores_parameters(body: Any, call: Call) -> Any:
    """The same prompt has the answer that it had before, whatever the parameters."""
    cache = call.server.setdefault("answers", {})
    return cache.setdefault(_key(call), body)


@FAULT.request(GENERATE)
def prompts_leak_into_the_next(call: Call) -> None:
    """A prompt is continued from the one before it."""
    inputs = (call.body or {}).get("inputs")
    if isinstance(inputs, str) and inputs and len(inputs) < 200:  # noqa: PLR2004
        before = call.server["prompt"] or ""
        call.server["prompt"] = inputs[-40:]
        call.body["inputs"] = before + inputs


@FAULT.reply(*GENERATION)
def refused_requests_keep_their_slot(call: Call) -> Reply | None:
    """A request that is refused never gives its slot back, until none is left."""
    limit = 40
    return OVERLOADED if call.server["leaked"] >= limit else None


@FAULT.error(*GENERATION, also=refused_requests_keep_their_slot)
def _leak(body: Any, call: Call) -> Any:
    call.server["leaked"] += 1
    return body


@FAULT.reply(*GENERATION)
def few_requests_are_too_many(call: Call) -> Reply | None:
    """A second request at the same time is one too many."""
    if call.server["running"] >= FEW:
        return OVERLOADED
    call.server["running"] += 1
    call.here["counted"] = True
    return None


@FAULT.send(*GENERATION, also=few_requests_are_too_many)
async def _finished(message: Message, call: Call, send: Send) -> None:
    if not _start(message) and not message.get("more_body") and call.here.pop("counted", False):
        await asyncio.sleep(0.01)
        call.server["running"] -= 1
    await send(message)


@FAULT.send(*GENERATION)
async def health_fails_under_load(message: Message, call: Call, send: Send) -> None:
    """Health is bad while anything is generated."""
    if not call.here.get("load"):
        call.here["load"] = True
        call.server["load"] += 1
    if not _start(message) and not message.get("more_body"):
        await asyncio.sleep(WAIT)
        call.server["load"] -= 1
    await send(message)


@FAULT.reply("health", also=health_fails_under_load)
def _bad_health(call: Call) -> Reply | None:
    return UNHEALTHY if call.server["load"] else None


@FAULT.error(*GENERATION)
def health_fails_after_an_error(body: Any, call: Call) -> Any:
    """After a request that was refused the server calls itself unhealthy."""
    call.server["refused"] += 1
    return body


@FAULT.reply("health", also=health_fails_after_an_error)
def _unhealthy(call: Call) -> Reply | None:
    return UNHEALTHY if call.server["refused"] else None


@FAULT.request(*GENERATION)
def greedy_decoding_changes_with_time(call: Call) -> None:
    """Every eighth greedy request is decoded with another penalty."""
    call.server["asked"] += 1
    if call.server["asked"] % 8 == 0 and isinstance(call.body, dict) and call.kind != CHAT:
        call.parameters.setdefault("repetition_penalty", 2.5)
    elif call.server["asked"] % 8 == 0 and isinstance(call.body, dict):
        call.parameters.setdefault("presence_penalty", 1.5)


@FAULT.request(*GENERATION)
def seeds_repeat_once_only(call: Call) -> None:
    """A seed gives another text the second time."""
    seed = call.parameters.get("seed")
    if isinstance(seed, int) and 0 < seed < 2**62:
        call.server[f"seed {seed}"] += 1
        call.parameters["seed"] = seed + call.server[f"seed {seed}"]


@FAULT.answer(GENERATE, also=seeds_repeat_once_only)
def _reported(body: Any, call: Call) -> Any:
    if isinstance(body.get("details"), dict) and body["details"].get("seed") is not None:
        body["details"]["seed"] = call.wanted("seed") or body["details"]["seed"]
    return body


@FAULT.send(*GENERATION)
async def one_request_at_a_time_is_answered(message: Message, call: Call, send: Send) -> None:
    """Simultaneous requests wait for each other, half a second each."""
    if _start(message) and call.server["now"]:
        await asyncio.sleep(0.5)
    call.server["now"] = 1
    await send(message)
    if not _start(message) and not message.get("more_body"):
        call.server["now"] = 0
