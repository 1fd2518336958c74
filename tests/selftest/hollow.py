"""A fault that only tests have: some answers of a good server are emptied, cut off or hollowed, by chance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import Event
from tgi_reference.injection.hooks import Catalogue

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call

CATALOGUE = Catalogue("hollow")
SHARE = 0.3  # of the answers; where the first is whole a check goes on to what it makes of the next
VALUES: tuple[Any, ...] = (None, [], {}, "", "x", -1, 0.5, True, [None], {"a": None}, [[]])
BODIES = (b"", b"[]", b"null", b"{}", b"[null]", b'"x"')


def _hollowed(value: Any, chance: random.Random) -> Any:
    """Put something else in one place of a value."""
    if isinstance(value, dict) and value and chance.random() > SHARE / 2:
        name = chance.choice(sorted(value))
        if chance.random() < SHARE / 3:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: _hollowed(value[name], chance)}
    if isinstance(value, list) and value and chance.random() > SHARE / 2:
        place = chance.randrange(len(value))
        return [*value[:place], _hollowed(value[place], chance), *value[place + 1 :]]
    return chance.choice(VALUES)


@CATALOGUE.event()
def answers_are_hollow(event: Event, call: Call) -> Iterable[Event]:
    """Some answers are hollow."""
    if "hollow" not in call.here:
        call.here["hollow"] = call.random.random() < SHARE
    if not call.here["hollow"]:
        return [event]
    turn = call.random.randrange(6)
    if turn == 0:
        return []
    if turn == 1:
        return [Event(event.data, event.wire[: len(event.wire) // 2])]
    if event.is_done or turn == 2:
        return [Event.of(call.random.choice(VALUES))]
    return [Event.of(_hollowed(event.json, call.random))]


@CATALOGUE.body(also=answers_are_hollow)
def hollow_bodies(body: bytes, call: Call) -> bytes:
    """Change bodies too."""
    if call.random.random() > SHARE:
        return body
    turn = call.random.randrange(4)
    if turn == 0:
        return call.random.choice(BODIES)
    if turn == 1:
        return body[: len(body) // 2]
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return json.dumps(_hollowed(value, call.random)).encode()
