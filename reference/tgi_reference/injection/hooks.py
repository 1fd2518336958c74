"""What an injection is: a name, a statement of what it does, and the hooks that do it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from tgi_common.suggestion import unknown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from starlette.types import Message, Send

    from tgi_reference.api.services import Services
    from tgi_reference.injection.call import Call, Event, Head, Reply
    from tgi_reference.settings import Settings

    Register = Callable[[Callable[..., Any]], "Injection"]


class UnknownNameError(ValueError):
    """A name that no injection has; the message is one line with a suggestion."""


class Stage(Enum):
    """When a hook is called."""

    SETTINGS = "before the server starts"
    SERVICES = "once its parts are assembled"
    REQUEST = "before the API sees a request"
    REPLY = "instead of the API"
    ANSWER = "for a JSON answer that is a success"
    ERROR = "for a JSON answer that is an error"
    BODY = "for the body of any answer that is no stream"
    HEAD = "for status and headers"
    EVENT = "for each event of a stream"
    FRAME = "for the bytes of each event"
    SEND = "for each message to the connection"


@frozen
class Hook:
    """A function, when it is called, and for which kinds of routes; none means all."""

    stage: Stage
    kinds: tuple[str, ...]
    function: Callable[..., Any]


@define(eq=False)
class Injection:
    """A fault or a variant."""

    name: str
    statement: str
    hooks: list[Hook] = field(factory=list)

    def at(self, stage: Stage, kind: str = "") -> Iterator[Callable[..., Any]]:
        """The functions for a stage and a kind of route."""
        for hook in self.hooks:
            if hook.stage is stage and (not hook.kinds or kind in hook.kinds):
                yield hook.function


class Catalogue:
    """Injections by name, in the order of their definitions.

    Each method decorates a hook. The function's name names the injection, and the first line of its docstring
    is the statement; ``also`` adds a hook to an existing injection.
    """

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._all: dict[str, Injection] = {}

    def __iter__(self) -> Iterator[Injection]:
        """All of them."""
        return iter(self._all.values())

    def find(self, names: Iterable[str]) -> tuple[Injection, ...]:
        """The injections of these names.

        Raises:
            UnknownNameError: one is misspelt.
        """
        return tuple(self._find(name) for name in names)

    def _find(self, name: str) -> Injection:
        if name in self._all:
            return self._all[name]
        raise UnknownNameError(
            unknown(self.noun, name, self._all, f"`tgi-conformance {self.noun}s` lists them")
        )

    def _register(self, stage: Stage, kinds: tuple[str, ...], also: Injection | None) -> Register:
        def register(function: Callable[..., Any]) -> Injection:
            injection = also or self._new(function)
            injection.hooks.append(Hook(stage, kinds, function))
            return injection

        return register

    def _new(self, function: Callable[..., Any]) -> Injection:
        name = function.__name__.replace("_", "-")
        if name in self._all:
            raise ValueError(f"two {self.noun}s are called {name}")
        statement = (function.__doc__ or "").strip().partition("\n")[0]
        self._all[name] = Injection(name, statement)
        return self._all[name]

    def settings(
        self, also: Injection | None = None
    ) -> Callable[[Callable[[Settings], Settings]], Injection]:
        """Start the server with other settings."""
        return self._register(Stage.SETTINGS, (), also)

    def services(self, also: Injection | None = None) -> Callable[[Callable[[Services], None]], Injection]:
        """Change the server's parts."""
        return self._register(Stage.SERVICES, (), also)

    def request(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[Call], None]], Injection]:
        """Change a request before the API sees it."""
        return self._register(Stage.REQUEST, kinds, also)

    def reply(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[Call], Reply | None]], Injection]:
        """Answer instead of the API, or give None to let it answer."""
        return self._register(Stage.REPLY, kinds, also)

    def answer(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[Any, Call], Any]], Injection]:
        """Change the JSON of a success. An array around an answer of ``generate`` is not seen."""
        return self._register(Stage.ANSWER, kinds, also)

    def error(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[Any, Call], Any]], Injection]:
        """Change the JSON of an error."""
        return self._register(Stage.ERROR, kinds, also)

    def body(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[bytes, Call], bytes]], Injection]:
        """Change the bytes of an answer that is no stream."""
        return self._register(Stage.BODY, kinds, also)

    def head(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[Head, Call], None]], Injection]:
        """Change status and headers."""
        return self._register(Stage.HEAD, kinds, also)

    def event(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[Event, Call], Iterable[Event]]], Injection]:
        """Give what is sent for an event: itself, another, several, none."""
        return self._register(Stage.EVENT, kinds, also)

    def frame(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[bytes, Call], bytes]], Injection]:
        """Change the bytes of an event."""
        return self._register(Stage.FRAME, kinds, also)

    def send(
        self, *kinds: str, also: Injection | None = None
    ) -> Callable[[Callable[[Message, Call, Send], Awaitable[None]]], Injection]:
        """Send a message of the answer otherwise: later, in pieces, not at all."""
        return self._register(Stage.SEND, kinds, also)
