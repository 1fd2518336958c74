"""The one way to declare a requirement: a decorator beside its check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

from tgi_conformance.results.levels import Depth, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.protocol.routes import Route
    from tgi_conformance.session.context import Context

F = TypeVar("F", bound="Callable[..., None]")

MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY
RECORDED = "2.4"  # the oldest release whose behaviour was recorded
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+")
REGISTRY: dict[str, Requirement] = {}


def _stable_words(_: object, __: object, value: str) -> None:
    if not ID.fullmatch(value):
        raise ValueError(f"{value!r}: expected a requirement id such as route.words-joined-by-hyphens")


@frozen
class Requirement:
    """One promise of the API.

    Attributes:
        id: Stable words, `route.what-is-promised`; never a position.
        level: How binding it is.
        depth: The shallowest run that includes it.
        category: What it is about across routes, such as `streams`.
        operation: The method and path that it is about, such as `POST /generate`.
        statement: What must hold, in one line.
        source: A pointer into the document (`#/...`), or `behaviour.md#...`, an entry of docs/behaviour.md.
        why: What goes wrong for clients where it does not hold.
        needs: What must be there for it to apply: capabilities (see session/probes.py), pointers into the
            document.
        since: The first release of TGI that promises it; empty for every release whose document does.
        alone: Whether nothing else may be sent while it is checked.
        hurts: What other clients of the deployment may feel of it, such as `overload`; empty for nothing.
        check: Sends what must be sent and raises UnmetError where the promise is broken.
        declared: The function that was decorated.
    """

    id: str = field(validator=_stable_words)
    level: Level
    category: str
    operation: str
    statement: str
    source: str
    check: Callable[[Context], None]
    declared: Callable[..., None]
    why: str = ""
    depth: Depth = Depth.STANDARD
    needs: tuple[str, ...] = ()
    alone: bool = False
    since: str = ""
    hurts: str = ""

    @property
    def promised_since(self) -> str:
        """The first release that it is checked against; empty for every one whose document has its source.

        What is promised by behaviour alone was recorded from 2.4 on, and is not checked against older ones.
        """
        return self.since or (RECORDED if self.source.startswith("behaviour.md#") else "")

    @property
    def route(self) -> str:
        """The first word of the id."""
        return self.id.partition(".")[0]

    @property
    def group(self) -> str:
        """What it shares with others that are likely to meet the same hang."""
        return f"{self.route} {self.category}{' streamed' if '.streamed-' in self.id else ''}"


def requirement(  # noqa: PLR0913 - what a requirement says of itself
    slug: str,
    statement: str | Callable[..., str],
    *,
    source: str | Callable[..., str],
    category: str,
    forms: Iterable[Form | Route] = (),
    route: Route | None = None,
    each: Callable[[Any], Mapping[str, Any]] | None = None,
    level: Level | Callable[..., Level] = MUST,
    depth: Depth = Depth.STANDARD,
    needs: Iterable[str] | Callable[..., Iterable[str]] = (),
    why: str = "",
    alone: bool = False,
    since: str = "",
    hurts: str = "",
) -> Callable[[F], F]:
    """Register the decorated check as a requirement of a route, or of each of several forms.

    With `route` the check is called with the context alone, with `forms` with the context and the form. The
    requirement's id is the form's name, a dot and the slug; a slug of the streamed form of a route that has
    both begins with `streamed-`. `each` gives for a form several requirements, named values: `{}` in slug and
    statement is the name, and the check gets name and value after the form. A statement, source, level or
    needs that differ are functions of what the check gets after the context.

    Raises:
        ValueError: The id is taken, or no id.
    """

    def register(check: F) -> F:
        for place, name, given in _places(forms, route, each):

            def of(value: Any, given: tuple[Any, ...] = given) -> Any:
                return value(*given) if callable(value) else value

            _add(
                Requirement(
                    id=id_of(place, slug, name),
                    level=of(level),
                    category=category,
                    operation=place.operation,
                    statement=of(statement).replace("{}", name),
                    source=of(source),
                    check=_bound(check, given),
                    declared=check,
                    why=why,
                    depth=depth,
                    needs=tuple(of(needs)),
                    alone=alone,
                    since=since,
                    hurts=hurts,
                )
            )
        return check

    return register


def id_of(place: Form | Route, slug: str, name: str = "") -> str:
    """Return the id of the requirement with a slug at a form or route; the name replaces `{}` in the slug."""
    streamed = "streamed-" if place.is_switched else ""
    return f"{place.name}.{streamed}{slug.replace('{}', name.replace('_', '-').lower())}"


def _places(
    forms: Iterable[Form | Route], route: Route | None, each: Callable[[Any], Mapping[str, Any]] | None
) -> Iterator[tuple[Form | Route, str, tuple[Any, ...]]]:
    """Give where a requirement is declared: the place, the name in its id, what the check gets."""
    if route is not None:
        yield route, "", ()
    for form in forms:
        if each is None:
            yield form, "", (form,)
        else:
            for name, value in each(form).items():
                yield form, name, (form, name, value)


def _bound(check: Callable[..., None], given: tuple[Any, ...]) -> Callable[[Context], None]:
    def bound(context: Context) -> None:
        check(context, *given)

    return bound


def _add(one: Requirement) -> None:
    other = REGISTRY.get(one.id)
    # A topic that is imported anew declares the same requirements once more.
    if other is not None and _place(other.declared) != _place(one.declared):
        raise ValueError(f"two requirements share the id {one.id}")
    REGISTRY[one.id] = one


def _place(check: Callable[..., None]) -> tuple[str, int]:
    return check.__code__.co_filename, check.__code__.co_firstlineno
