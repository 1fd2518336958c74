"""Operations of a client that has none; a template makes the real module. This one is for type checkers."""

from __future__ import annotations


class Operations:
    """The operations of the server."""

    __slots__ = ()
