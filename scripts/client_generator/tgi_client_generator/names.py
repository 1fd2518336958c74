"""Python names for what a document's author named, who may be a stranger.

Every name in generated code is made here: ASCII letters, digits and underscores, no word of Python, unique
where it stands. What a thing is called on the wire is kept beside it and written by `repr`, never as a name.
"""

from __future__ import annotations

import keyword
import re
import unicodedata

_LONGEST = 60
"""Characters. Longer names make bad files and worse reading."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Spelt out, since `dir(builtins)` differs from one Python to the next, and generated code must not.
_BUILTINS = _words("""
    abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile
    complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format
    frozenset getattr globals hasattr hash help hex input int isinstance issubclass iter len license
    list locals map max memoryview min next object oct open ord pow print property quit range repr
    reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip self cls true
    false none datetime
""")

_FREE_FOR_MODULES = frozenset({"cls", "none"})
"""What the parser takes for the name of a module as it is; the others above get the same suffix from it."""

_MEMBERS = frozenset({"from_dict", "to_dict", "additional_properties"})
"""What models have already."""

_ARGUMENTS = _words("""
    client body errors answer asend send cast deep_object encoded items_of joined members_of pick value
    overload stream astream sync asyncio sync_detailed asyncio_detailed to_form to_headers to_json
    to_multipart to_query to_segment payload_of timeout headers extra_body options
""")
"""What the modules of operations use already."""

_CLASSES = _words("""
    Any Answer AsyncEventStream AuthenticatedClient Call Client DecodeError ErrorMode Events EventStream
    Exception False File Headers KeyError Literal Mapping NO_OPTIONS None Operation Options Response
    StreamError Timeout True TypeAlias TypeError Unset ValueError Enum Error Field Ellipsis NotImplemented
    Warning
""")
"""Classes that generated modules use."""


def words(text: str) -> list[str]:
    """Split a text into words of ASCII letters and digits, also where small letters meet capital ones."""
    plain = unicodedata.normalize("NFKD", text[: _LONGEST * 4]).encode("ascii", "ignore").decode()
    return _split(plain[:_LONGEST])


def _split(plain: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    return re.findall("[A-Za-z0-9]+", spaced)


def pascal(text: str) -> str:
    """Give the name of a class, `GenerateRequest`; empty if the text has no letter or digit of ASCII."""
    plain = "".join(word[:1].upper() + word[1:] for word in words(text))
    return f"N{plain}" if plain[:1].isdigit() else plain


def snake(text: str) -> str:
    """Give the name of a variable, `max_new_tokens`; empty if the text has no letter or digit of ASCII."""
    plain = "_".join(words(text)).lower()
    return f"n{plain}" if plain[:1].isdigit() else plain


class Namespace:
    """Names that stand side by side, each only once."""

    def __init__(self, reserved: frozenset[str], fallback: str, suffix: str) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}
        self._reserved = reserved
        self._fallback = fallback
        self._suffix = suffix

    def take(self, name: str) -> str:
        """Give a name like the wanted one that is free, and take it. Small and capital letters are alike."""
        name = name or self._fallback
        if name in self._reserved or keyword.iskeyword(name):
            name += self._suffix
        candidate = name
        while candidate.lower() in self._taken:
            # Counting on from the last number keeps a million like names from costing their square.
            self._next[name] = self._next.get(name, 1) + 1
            candidate = f"{name}_{self._next[name]}" if self._suffix == "_" else f"{name}{self._next[name]}"
        self._taken.add(candidate.lower())
        return candidate


def class_names() -> Namespace:
    """Give a namespace for the classes of a client."""
    return Namespace(_CLASSES, "Schema", "Model")


def member_names() -> Namespace:
    """Give a namespace for the members of a model."""
    return Namespace(_BUILTINS | _MEMBERS, "member", "_")


def argument_names() -> Namespace:
    """Give a namespace for the parameters of an operation."""
    return Namespace(_BUILTINS | _ARGUMENTS, "parameter", "_")


_CLIENT = _words("""
    aclose async_httpx_client auth_header_name base_url close cookies follow_redirects
    get_async_httpx_client get_httpx_client headers httpx_args httpx_client prefix raise_on_error redacted
    request_headers retries secrets timeout token verify_ssl with_cookies with_headers with_timeout cast
""")
"""What a client has already."""


def client_names() -> Namespace:
    """Give a namespace for the operations of a client, or of a group of them."""
    return Namespace(_BUILTINS | _CLIENT, "operation", "_")


def module_of(class_name: str) -> str:
    """Give the module of a class. Classes that differ in more than capital letters have different ones."""
    name = "_".join(_split(class_name)).lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def module_names(fallback: str) -> Namespace:
    """Give a namespace for the modules of operations, or for folders of such."""
    return Namespace(_BUILTINS - _FREE_FOR_MODULES, fallback, "_")
