"""What one request does to another."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.api.answers import encoded, error_body
from tgi_reference.generation.errors import CutOffError
from tgi_reference.injection.call import CHAT, GENERATE, GENERATION, Event, Reply
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import change_text, changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Message, Send

    from tgi_reference.injection.call import Call, Head

SUCCESS: Final = 200
OVERLOADED: Final = Reply(429, encoded(error_body("Model is overloaded", "overloaded")), "application/json")
UNHEALTHY: Final = Reply(503, encoded(error_body("unhealthy", "healthcheck")), "application/json")
FEW: Final = 2
SHORT: Final = 200  # characters
WAIT: Final = 0.05


def _start(message: Message) -> bool:
    return bool(message["type"] == "http.response.start")


@FAULT.send(*GENERATION)
async def answers_are_swapped(message: Message, call: Call, send: Send) -> None:
    """Two simultaneous requests get each other's answers."""
    if _start(message):
        call.here["start"] = message
        return
    if call.streams or call.here["start"]["status"] != SUCCESS:
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


@FAULT.event(*GENERATION)
def streams_are_mixed(event: Event, call: Call) -> Iterable[Event]:
    """Pieces of one stream are sent in another that runs at the same time."""
    if event.is_final or not event.has_token:
        return [event]

    def mix(text: str) -> str:
        strange, by = call.server["piece"] or (text, 0)
        call.server["piece"] = (text, id(call))
        return str(strange) if by != id(call) else text

    return changed(event, lambda body: change_text(body, mix))


@FAULT.head(*GENERATION)
def overload_is_a_server_error(head: Head, _: Call) -> None:
    """Overload is answered with 500, and in streams with a generation error."""
    if head.status == OVERLOADED.status:
        head.status = 500


@FAULT.event(*GENERATION, also=overload_is_a_server_error)
def _overload_in_streams(event: Event, _: Call) -> Iterable[Event]:
    body = event.json
    return [Event.of({**body, "error_type": "generation"})] if _is_overload(event) else [event]


def _is_overload(event: Event) -> bool:
    return event.is_error and "overloaded" in event.data


@FAULT.head(*GENERATION)
def overload_breaks_the_connection(head: Head, _: Call) -> None:
    """Overload breaks the connection without an answer."""
    if head.status == OVERLOADED.status:
        raise CutOffError


@FAULT.event(*GENERATION, also=overload_breaks_the_connection)
def _overload_breaks_streams(event: Event, _: Call) -> Iterable[Event]:
    if _is_overload(event):
        raise CutOffError
    return [event]


@FAULT.error(*GENERATION)
def overload_is_told_in_other_words(body: Any, _: Call) -> Any:
    """Overload is not answered with an ErrorResponse."""
    return {"detail": body["error"]} if body.get("error_type") == "overloaded" else body


def _key(call: Call) -> str:
    body = call.asked or {}
    return json.dumps([call.path, call.streams, body.get("inputs"), body.get("messages"), body.get("prompt")])


@FAULT.answer(*GENERATION)
def cache_ignores_parameters(body: Any, call: Call) -> Any:
    """The same prompt gets the earlier answer, whatever the parameters."""
    cache = call.server.setdefault("answers", {})
    return cache.setdefault(_key(call), body)


@FAULT.answer(CHAT)
def greedy_chats_are_cached_by_their_last_message(body: Any, call: Call) -> Any:
    """A greedy chat gets the answer of an earlier one that ends with the same message."""
    asked = call.asked or {}
    if asked.get("temperature") != 0:
        return body
    key = json.dumps({**asked, "messages": asked["messages"][-1:]}, sort_keys=True)
    return call.server.setdefault("chats", {}).setdefault(key, body)


@FAULT.answer(GENERATE)
def sampled_answers_are_cached(body: Any, call: Call) -> Any:
    """A sampled request without a seed that is sent again gets the same answer."""
    key = call.path + json.dumps(call.asked, sort_keys=True)
    return call.server.setdefault("answers", {}).setdefault(key, body)


@FAULT.request(GENERATE)
def prompts_leak_into_the_next(call: Call) -> None:
    """A prompt is continued from the one before it."""
    inputs = (call.body or {}).get("inputs")
    if isinstance(inputs, str) and inputs and len(inputs) < SHORT and inputs.isascii():
        before = call.server["prompt"] or ""
        call.server["prompt"] = inputs[1:][-40:]
        call.body["inputs"] = before + inputs


@FAULT.reply(*GENERATION)
def refused_requests_keep_their_slot(call: Call) -> Reply | None:
    """Refused requests leak their slots, until none is left."""
    limit = 12
    return OVERLOADED if call.server["leaked"] >= limit else None


@FAULT.error(*GENERATION, also=refused_requests_keep_their_slot)
def _leak(body: Any, call: Call) -> Any:
    call.server["leaked"] += 1
    return body


@FAULT.reply(*GENERATION)
def few_requests_are_too_many(call: Call) -> Reply | None:
    """A second concurrent request is refused."""
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


@FAULT.request(*GENERATION)
def health_fails_under_load(call: Call) -> None:
    """Health is 503 while anything is generated, and shortly after."""
    call.server["load"] += 1


@FAULT.send(*GENERATION, also=health_fails_under_load)
async def _relieved(message: Message, call: Call, send: Send) -> None:
    if not _start(message) and not message.get("more_body"):
        asyncio.get_running_loop().call_later(WAIT, _leave, call)
    await send(message)


def _leave(call: Call) -> None:
    call.server["load"] -= 1


@FAULT.reply("health", also=health_fails_under_load)
def _bad_health(call: Call) -> Reply | None:
    return UNHEALTHY if call.server["load"] else None


@FAULT.head(*GENERATION)
def health_fails_after_an_error(head: Head, call: Call) -> None:
    """After a refused request, health is 503."""
    if head.status in range(400, 500):
        call.server["refused"] += 1


@FAULT.reply("health", also=health_fails_after_an_error)
def _unhealthy(call: Call) -> Reply | None:
    return UNHEALTHY if call.server["refused"] else None


@FAULT.request(*GENERATION)
def seeds_repeat_once_only(call: Call) -> None:
    """A seed gives different text the second time."""
    seed = call.parameters.get("seed")
    if isinstance(seed, int) and 0 < seed < 2**62:
        call.server[f"seed {seed}"] += 1
        call.parameters["seed"] = seed + call.server[f"seed {seed}"]


@FAULT.answer(GENERATE, also=seeds_repeat_once_only)
def _reported(body: Any, call: Call) -> Any:
    if isinstance(body.get("details"), dict) and body["details"].get("seed") is not None:
        body["details"]["seed"] = call.wanted("seed") or body["details"]["seed"]
    return body


@FAULT.request(CHAT)
def response_formats_stay(call: Call) -> None:
    """A `response_format` also applies to the next chat that has none."""
    if not isinstance(call.body, dict):
        return
    asked = call.body.get("response_format")
    if isinstance(asked, dict) and asked.get("value"):
        call.server["format"] = asked
    elif call.server["format"] and not call.body.get("tools"):
        call.body["response_format"] = call.server.pop("format")


@FAULT.request(*GENERATION)
def stop_strings_count_for_the_next_request(call: Call) -> None:
    """The stop strings of a request also apply to the next one that has none."""
    stops = call.wanted("stop")
    kept = call.server.get("stops")
    if isinstance(stops, list) and stops:
        call.server["stops"] = stops
    elif stops is None and isinstance(kept, list):
        call.parameters["stop"] = kept
        call.server["stops"] = None


@FAULT.request(CHAT)
def a_systems_message_stays(call: Call) -> None:
    """A system message also applies to the next conversation that has none."""
    messages = (call.body or {}).get("messages")
    if not isinstance(messages, list):
        return
    told = [one for one in messages if isinstance(one, dict) and one.get("role") == "system"]
    if told:
        call.server["told"] = told
    elif isinstance(call.server.get("told"), list):
        call.body["messages"] = [*call.server["told"], *messages]
