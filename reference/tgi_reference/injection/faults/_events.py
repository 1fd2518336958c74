"""Helpers of faults in streams: which token an event carries, and its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.injection.call import Call


def number(event: Event, call: Call) -> int:
    """Which token this is, counted from 1; 0 for what is no token."""
    if not event.has_token:
        return 0
    call.here["tokens"] = number = call.here.get("tokens", 0) + 1
    return int(number)


def changed(event: Event, change: Callable[[Any], None]) -> list[Event]:
    """The event with its JSON changed in place; what is no token stays as it is."""
    if not event.has_token:
        return [event]
    body = event.json
    change(body)
    return [Event.of(body)]


def change_text(body: Any, change: Callable[[str], str]) -> None:
    """Change the text that an event carries, whatever its dialect."""
    if "token" in body:
        body["token"]["text"] = change(body["token"]["text"])
        return
    for choice in body["choices"]:
        holder, name = (choice, "text") if "text" in choice else (choice.get("delta", {}), "content")
        if isinstance(holder.get(name), str):
            holder[name] = change(holder[name])


def swapped(event: Event, call: Call, place: int) -> list[Event]:
    """Hold the event at this place, counted from 1, back until after the next one; an end stays the end."""
    if number(event, call) == place and not event.is_final:
        call.here["waiting"] = event
        return []
    waiting = call.here.pop("waiting", None)
    if waiting is None:
        return [event]
    return [waiting, event] if event.is_final else [event, waiting]
