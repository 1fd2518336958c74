"""By what failures have one cause: the kind of the failure, without what differs from request to request.

Failures with equal keys have one cause. A failure is of the first kind that fits:

- no whole answer, or an event stream without an event, whatever was expected;
- another content type than promised: the class of the status, and the type that came;
- an answer to what must be refused: the promised status, and the category if its checks are special;
- another refusal than promised: the promised status and that which came, or an error event in place of one;
- an error where an answer is due: its message, without what the request holds;
- an answer that cannot be read: what was expected to be in it, the class of the status, the type;
- an empty text, whatever was expected of it;
- a value that does not fit its schema: its innermost member and what is wrong, without the value;
- a wrong number of tokens: whether of the prompt or of the answer;
- another value than promised: what was expected, without its values, and the type of what came.

So two failures of different kinds never have one cause.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_conformance.results.symptom import QUOTED

if TYPE_CHECKING:
    from tgi_conformance.results.report import Result

CauseKey = tuple[str, ...]

STREAM = "text/event-stream"
OK = 200
INVALID = "status 422"  # what a refusal is unless another status is named
LONGEST = 1000  # characters of a text that is compared

ANSWER = re.compile(
    r"(?:^|: )(?P<status>\d{3}) (?P<media>[\w.+-]+/[\w.+-]+|without content-type): (?P<body>.*)", re.DOTALL
)
REFUSAL = re.compile(r"status [45]\d\d(?! or [23])|a 4xx status|.*\bevent, the error$|an error\b|no tokens$")
STATUS = re.compile(r"status \d+")
REFUSED_APART = {"batches", "grammars", "keys", "limits", "tools"}  # categories with checks of their own
UNSPECIFIC = {"the text", "…"}  # what was expected, without its values
MISFIT = re.compile(r"at (?P<path>\$\S*): (?P<problem>.*)", re.DOTALL)
REQUIRED = re.compile(r"('.*') is a required property$")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
PROMPT = re.compile(r"prompt|input|prefill", re.IGNORECASE)
COUNTED = re.compile(r"token|generated|completion|entries", re.IGNORECASE)

POSITION = re.compile(r"(at )?line \d+( column \d+)?")
POINTER = re.compile(r"#/\S+")
BRACKETED = re.compile(r"\[[^][]*\]|\{[^{}]*\}")
IDENTIFIER = re.compile(r"[A-Za-z_][\w.-]*")
NAME = re.compile(r"[A-Za-z]\w*[._][\w.]*|(?:(?<=^)|(?<=: ))[A-Za-z]\w*(?=:)")  # what can only be a name
WORD = re.compile(r"\w+")
CIRCUMSTANCE = re.compile(r"(?<!^) (with|for|to grow by) .*| = .*|, as .*", re.DOTALL)


@frozen
class Answer:
    """An answer that a failure shows: its status, its media type, and as much of its body as was kept."""

    status: int
    media_type: str
    body: str

    @property
    def is_error(self) -> bool:
        """Whether it refuses the request, by its status or by an event of the stream."""
        return self.status // 100 != OK // 100 or (self.media_type == STREAM and "error" in self._first)

    @property
    def message(self) -> str:
        """The message of an error; of a page for people only its status."""
        error = self._first.get("error", self.body)
        message = error.get("message", error) if isinstance(error, dict) else error
        if not isinstance(message, str) or self.media_type == "text/html" or not message:
            return f"status {self.status}"
        return message

    @property
    def _first(self) -> dict[str, Any]:
        """The JSON object that is the body, or the first event of a stream; empty if there is none."""
        text = self.body
        if self.media_type == STREAM:
            text = text.partition("data:")[2].partition("\n")[0]
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


def cause_key(result: Result) -> CauseKey:
    """Return the key of a failure; failures for which it is equal have one cause."""
    answer = _answer(result)
    if result.expected == "a complete answer":
        return "no answer", without_values(result.actual)
    if _is_empty_stream(result, answer):
        return ("empty stream",)
    if result.expected.startswith("content-type "):
        return "content type", _status_class(result, answer), _media_type(result, answer)
    return _of_answer(result, answer) if answer else _of_value(result)


def _of_answer(result: Result, answer: Answer) -> CauseKey:
    """Return the key of a failure that shows a whole answer."""
    if not REFUSAL.match(result.expected):
        if answer.is_error and result.expected != "JSON":
            return "refused", without_values(answer.message, _sent(result))
        what = without_values(result.expected)
        return "unreadable", what, _status_class(result, answer), answer.media_type
    status = STATUS.match(result.expected)
    promised = status[0] if status else INVALID
    if not answer.is_error:
        return "accepted", promised, result.category if result.category in REFUSED_APART else ""
    if answer.status == OK:
        return ("error event",)
    return "refused otherwise", promised, str(answer.status)


def _of_value(result: Result) -> CauseKey:
    """Return the key of a failure that shows a value, or what is wrong with it."""
    if result.actual == "":
        return ("empty text",)
    misfit = MISFIT.fullmatch(result.actual)
    if misfit:
        return "misfit", _status_class(result, None), *_misfit(misfit["path"], misfit["problem"])
    head = CIRCUMSTANCE.sub("", result.expected)
    if NUMBER.fullmatch(result.actual) and (PROMPT.search(head) or COUNTED.search(head)):
        return "count", "prompt" if PROMPT.search(head) else "answer"
    expected = without_values(head)
    return "value", expected, result.category if expected in UNSPECIFIC else "", _kind(result.actual)


def _answer(result: Result) -> Answer | None:
    """Return the answer, if it is what the failure shows."""
    found = ANSWER.search(result.actual)
    if not found:
        return None
    body = result.response.body if result.response else _unquoted(found["body"])
    return Answer(int(found["status"]), found["media"], body)


def _unquoted(text: str) -> str:
    """Undo what `repr` did to a body, as far as is needed to read it."""
    return text.strip("'\"").replace("\\n", "\n").replace("\\'", "'").replace("\\\\", "\\")


def _is_empty_stream(result: Result, answer: Answer | None) -> bool:
    seen = result.response
    if seen is None:
        return answer is not None and answer.media_type == STREAM and answer.body == ""
    types = [value for name, value in seen.headers if name.lower() == "content-type"]
    return bool(types) and types[0].startswith(STREAM) and not seen.events and not seen.body


def _status_class(result: Result, answer: Answer | None) -> str:
    status = result.response.status if result.response else answer.status if answer else 0
    return f"{status // 100}xx"


def _media_type(result: Result, answer: Answer | None) -> str:
    return answer.media_type if answer else result.actual.partition(";")[0].strip()


def _misfit(path: str, problem: str) -> tuple[str, str]:
    """Return the innermost member, and what is wrong with its value."""
    member = re.sub(r"\[\d+\]", "", path).rpartition(".")[2]
    required = REQUIRED.fullmatch(problem)
    if required:
        return required[1], "missing"
    return member, without_values(problem.rpartition(" is ")[2])


def _sent(result: Result) -> str:
    """Return the request as text."""
    return f"{result.request.body if result.request else ''}\n{result.curl}"


def without_values(text: str, sent: str | None = None) -> str:
    """Take out numbers, positions, pointers, quoted values, and names of members.

    With what was `sent`, only those names are taken out that it holds: the others are the server's own,
    such as that of a member which it misses.
    """
    words = set(WORD.findall(sent or ""))

    def of_request(name: str) -> bool:
        return sent is None or words.issuperset(WORD.findall(name))

    def quoted(found: re.Match[str]) -> str:
        inner = found[0][1:-1]
        return inner if IDENTIFIER.fullmatch(inner) and not of_request(inner) else "…"

    def name(found: re.Match[str]) -> str:
        return "…" if sent is not None and of_request(found[0]) else found[0]

    text = text[:LONGEST]
    for pattern in (POSITION, POINTER):
        text = pattern.sub("…", text)
    text = NAME.sub(name, QUOTED.sub(quoted, text))
    for pattern in (BRACKETED, NUMBER):
        text = pattern.sub("…", text)
    return " ".join(text.lower().split())


def _kind(actual: str) -> str:
    if actual in {"None", "none"}:
        return "nothing"
    if NUMBER.fullmatch(actual):
        return "number"
    return {"[": "list", "{": "object"}.get(actual[0], "text")
