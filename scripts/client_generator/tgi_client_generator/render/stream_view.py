"""What is known of the end of a stream, and of the whole answer that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_client_generator.render.expressions import decoded_return
from tgi_client_generator.render.model_view import variants

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_client_generator.parser.parsed_document import AnswerInfo, Operation
    from tgi_client_generator.render.model_lookup import ModelLookup

FIRST_ERROR = 400


@frozen
class StreamView:
    """What is known of the end of a stream, and of the whole answer that it makes."""

    whole: str
    """Type of the whole answer."""

    decoded_whole: str
    """Its value, from the JSON value `value`; nothing if the whole answer is the list of the events."""

    end: str | None
    native: str
    is_in_list: bool
    asks_for_usage: bool

    def arguments(self, *, has_error_member: bool) -> str:
        """Write the arguments of `Events` that are not as usual."""
        told = {
            "decode_whole": "_whole" if self.decoded_whole else "",
            "has_error_member": "True" if has_error_member else "",
            "end": repr(self.end) if self.end else "",
            "native": repr(self.native) if self.native != "no" else "",
            "is_in_list": "True" if self.is_in_list else "",
            "asks_for_usage": "True" if self.asks_for_usage else "",
        }
        return "".join(f", {name}={value}" for name, value in told.items() if value)


@frozen
class StreamViews:
    """Makes views of the streams of one client."""

    _models: ModelLookup
    _props: Callable[[Operation], dict[str, Any]]
    """Gives the types of parameters, body and answers of an operation, by token."""

    def view(
        self, operation: Operation, answers: list[tuple[AnswerInfo, Any]], body: Any, events: list[Any]
    ) -> tuple[StreamView, list[Any]]:
        """Give what is known of a stream, and the types of the whole answer."""
        if not events:
            return StreamView("", "", None, "no", is_in_list=False, asks_for_usage=False), []
        code, (event,) = self._models.code, events
        forms = [self._models.wires(model) for model in self._models.models_in(event)]
        natives = ["generated_text" in form for form in forms]
        native = "all" if natives and all(natives) else "some" if any(natives) else "no"
        whole = self._whole(operation, answers, body) if native != "no" or _has_chunks(forms) else None
        end = next((answer.end for answer, prop in answers if prop is event), None)
        kind = code.annotation(whole) if whole else f"list[{code.annotation(event)}]"
        view = StreamView(
            whole=kind,
            decoded_whole=decoded_return(code, whole, operation.name) if whole else "",
            end=end,
            native=native,
            is_in_list=any(self._is_list_of_natives(item) for item in variants(whole)) if whole else False,
            asks_for_usage=bool(body) and any(map(self._has_usage_option, self._models.models_in(body))),
        )
        return view, [whole] if whole else []

    def _whole(self, operation: Operation, answers: list[tuple[AnswerInfo, Any]], body: Any) -> Any:
        """Give the type of the answer without a stream: the operation's, or one's with the same body."""
        own = _success(answers)
        if own is not None or body is None:
            return own
        for other in self._models.code.parsed.operations.values():
            props = self._props(other)
            if other is operation or "body" not in props or not self._is_same_model(body, props["body"]):
                continue
            answer = _success([(info, props[info.token]) for info in other.answers])
            if answer is not None and any(
                "generated_text" in self._models.wires(m) for m in self._models.models_in(answer)
            ):
                return answer
        return None

    def _is_same_model(self, one: Any, other: Any) -> bool:
        code = self._models.code
        return code.is_model(one) and code.is_model(other) and code.token(one) == code.token(other)

    def _is_list_of_natives(self, prop: Any) -> bool:
        inner = getattr(prop, "inner_property", None)
        return inner is not None and any(
            "generated_text" in self._models.wires(m) for m in self._models.models_in(inner)
        )

    def _has_usage_option(self, model: Any) -> bool:
        option = self._models.member(model, "stream_options")
        return option is not None and any(
            "include_usage" in self._models.wires(m) for m in self._models.models_in(option)
        )


def is_success(answer: AnswerInfo) -> bool:
    """Tell whether an answer is none of an error."""
    return answer.statuses[0] < FIRST_ERROR


def _success(answers: list[tuple[AnswerInfo, Any]]) -> Any:
    """Give the type of the JSON of a success, if there is one."""
    return next((prop for answer, prop in answers if answer.kind == "json" and is_success(answer)), None)


def _has_chunks(forms: list[dict[str, str]]) -> bool:
    return any("choices" in form for form in forms)
