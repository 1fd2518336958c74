"""Other models, tokenizers and chat templates."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from tgi_reference.generation.images import seeing
from tgi_reference.injection.call import CHAT, GENERATE, GENERATION, OPENAI, Event
from tgi_reference.injection.variants import VARIANTS as VARIANT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgi_reference.api.services import Services
    from tgi_reference.injection.call import Call, Head
    from tgi_reference.settings import Settings

BEGINNING: Final = {"id": 1, "text": "<s>"}
FLIPPED: Final = 0.3  # share of requests that batching disturbs


def _each_token(value: Any, change: Callable[[dict[str, Any]], None]) -> Any:
    """Change every token of an answer: every object with an integer id and a text."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), int) and "text" in value:
            change(value)
        for member in value.values():
            _each_token(member, change)
    elif isinstance(value, list):
        for one in value:
            _each_token(one, change)
    return value


def _other_id(token: dict[str, Any]) -> None:
    token["id"] = token["id"] * 7 + 100_003


@VARIANT.answer(GENERATE, "tokenize", "chat-tokenize")
def other_vocabulary(body: Any, _: Call) -> Any:
    """Tokens have other ids."""
    return _each_token(body, _other_id)


@VARIANT.event(GENERATE, also=other_vocabulary)
def _other_vocabulary_of_events(event: Event, _: Call) -> Iterable[Event]:
    return [Event.of(_each_token(event.json, _other_id)) if event.has_token else event]


def _retrain(services: Services, text: str, endings: str) -> None:
    # The engine is heavy, and only here needed.
    from tgi_reference.engine.model import LanguageModel  # noqa: PLC0415

    model = LanguageModel(services.engine.vocabulary, text, endings)
    setattr(services.engine, "_prose", model)  # noqa: B010  # replaced in this one engine


@VARIANT.services()
def other_words(services: Services) -> None:
    """A model trained on another text."""
    from tgi_reference.engine.corpus import ENDINGS, PROSE, read_corpus  # noqa: PLC0415

    lines = read_corpus(PROSE).splitlines()
    _retrain(services, "\n".join(reversed(lines[: len(lines) // 2])), read_corpus(ENDINGS))


@VARIANT.services()
def terse_model(services: Services) -> None:
    """A model that ends its answers after a few words."""
    text = "Yes. It is so. No. Why not? That is all. I see. Thank you. "
    _retrain(services, text * 3, "\n".join([" Yes.", " No.", " It is so.", " That is all."] * 200))


def _babble(words: list[str], count: int) -> str:
    """Words by chance, the same each time; the first ones are the likeliest."""
    chance = random.Random(0)  # noqa: S311  # chance that repeats is the purpose
    weights = [1 / (place + 1) for place in range(len(words))]
    return "".join(chance.choices(words, weights, k=count))


@VARIANT.services()
def repetitive_model(services: Services) -> None:
    """A model that repeats the same few words."""
    _retrain(services, _babble([" again", " and", " again and again", " over", " more", " once"], 4000), "")


@VARIANT.services()
def foreign_model(services: Services) -> None:
    """A model that writes characters of several bytes, and emoji."""
    words = [
        "深層学習",
        "とは",
        "何です",
        "か。",
        "🤖",
        " это",
        " ответ",
        " модели",
        " — ",
        "naïve",
        " café",
        " ☕️",
        "日本語",
        "の",
        "文章",
    ]
    _retrain(services, _babble(words, 3000), "")


@VARIANT.request(*GENERATION)
def decoding_that_does_not_repeat(call: Call) -> None:
    """Batching disturbs decoding: the same request may get different answers."""
    if isinstance(call.body, dict) and call.random.random() < FLIPPED:
        name = "presence_penalty" if call.kind == CHAT else "repetition_penalty"
        call.parameters.setdefault(name, 0.5 if call.kind == CHAT else 1.7)


@VARIANT.answer(GENERATE)
def ties_among_top_tokens(body: Any, _: Call) -> Any:
    """All equally likely tokens are shown, more than were requested."""
    for tokens in (body.get("details") or {}).get("top_tokens") or ():
        tokens.append({**tokens[-1], "id": tokens[-1]["id"] + 100_000})
    return body


@VARIANT.event(GENERATE, also=ties_among_top_tokens)
def _ties_of_events(event: Event, _: Call) -> Iterable[Event]:
    body = event.json
    tokens = body.get("top_tokens")
    if not tokens:
        return [event]
    tokens.append({**tokens[-1], "id": tokens[-1]["id"] + 100_000})
    return [Event.of(body)]


@VARIANT.answer(GENERATE)
def prefill_is_not_supported(body: Any, _: Call) -> Any:
    """The prompt's tokens are never shown, as in TGI since 3.0."""
    if (body.get("details") or {}).get("prefill"):
        body["details"]["prefill"] = []
    return body


@VARIANT.answer("tokenize", "chat-tokenize")
def beginning_of_text(body: Any, call: Call) -> Any:
    """Every prompt begins with a special token that has no text."""
    first = {**BEGINNING, "start": 0, "stop": 0}
    if call.kind == "tokenize":
        return [first, *body]
    return {**body, "tokenize_response": [first, *body["tokenize_response"]]}


@VARIANT.settings(also=beginning_of_text)
def _room_for_the_beginning(settings: Settings) -> Settings:
    total, prompt = settings.max_total_tokens, settings.max_input_tokens
    return evolve(settings, max_total_tokens=total - 1, max_input_tokens=prompt - 1)


@VARIANT.answer("info", also=beginning_of_text)
def _room_is_advertised(body: Any, _: Call) -> Any:
    _one_more(body, "max_total_tokens", "max_input_tokens", count=1)
    return body


@VARIANT.request(GENERATE, also=beginning_of_text)
def _beginning_is_cut_to(call: Call) -> None:
    """A prompt may be cut to as many tokens as are advertised, the beginning included."""
    limit = call.services.settings.max_input_tokens + 1
    if call.wanted("truncate") == limit:
        call.parameters["truncate"] = limit - 1


@VARIANT.answer(GENERATE, also=beginning_of_text)
def _beginning_of_prefill(body: Any, call: Call) -> Any:
    prefill = (body.get("details") or {}).get("prefill")
    if prefill and call.wanted("truncate") is None:
        prefill[0]["logprob"] = -3.5
        prefill.insert(0, {**BEGINNING, "logprob": None})
    return body


@VARIANT.answer(*OPENAI, also=beginning_of_text)
def _beginning_in_usage(body: Any, _: Call) -> Any:
    _one_more(body["usage"], "prompt_tokens", "total_tokens", count=len(body["choices"]))
    return body


@VARIANT.event(*GENERATION, also=beginning_of_text)
def _beginning_in_events(event: Event, call: Call) -> Iterable[Event]:
    body = event.json
    if body.get("usage"):
        _one_more(body["usage"], "prompt_tokens", "total_tokens", count=1)
    elif body.get("details") and call.wanted("truncate") is None:
        _one_more(body["details"], "input_length", count=1)
    else:
        return [event]
    return [Event.of(body)]


@VARIANT.head(*GENERATION, also=beginning_of_text)
def _beginning_in_headers(head: Head, call: Call) -> None:
    prompt = (call.asked or {}).get("prompt")
    count = len(prompt) if isinstance(prompt, list) else 1
    if "x-prompt-tokens" in head.headers and call.wanted("truncate") is None:
        head.headers["x-prompt-tokens"] = str(int(head.headers["x-prompt-tokens"]) + count)


def _one_more(counts: dict[str, Any], *names: str, count: int) -> None:
    for name in names:
        counts[name] += count


@VARIANT.services()
def quotes_stand_alone(services: Services) -> None:
    """A model without a token of a quote and a comma, so that TGI's streams of tool calls begin `{,`."""
    vocabulary = services.engine.vocabulary
    joined = [number for number, text in enumerate(vocabulary.texts) if '"' in text and "," in text]
    model: Any = getattr(services.engine, "_objects")  # noqa: B009  # changed in this one engine
    possible = getattr(model, "_well_formed")(b"")  # noqa: B009  # what the model keeps, and looks at each time
    possible[joined] = 0.0


@VARIANT.services()
def sees_images(services: Services) -> None:
    """A vision model: an image in a prompt becomes a token, and an unreadable one is refused."""
    vocabulary = seeing(services.engine.vocabulary)
    setattr(services.engine, "_vocabulary", vocabulary)  # noqa: B010  # replaced in this one engine


@VARIANT.services()
def writes_replacement_characters(services: Services) -> None:
    """A model that generates U+FFFD itself."""
    broken = [" caf\ufffd", " na\ufffdve", " \ufffd", " the", " of", "\ufffd\ufffd"]
    _retrain(services, _babble(broken, 4_000), "")


def _rendering(services: Services, change: Callable[[list[Any]], list[Any]]) -> None:
    """Let the chat template see other messages."""
    render = services.engine.render_chat

    def changed(messages: list[Any], *others: Any, **rest: Any) -> Any:
        return render(change(messages), *others, **rest)

    setattr(services.engine, "render_chat", changed)  # noqa: B010  # replaced in this one engine


@VARIANT.services()
def template_with_a_system_of_its_own(services: Services) -> None:
    """A chat template that adds a long system message where there is none."""
    own = {"role": "system", "content": "You are a helpful assistant, made by somebody, who answers in full."}
    _rendering(
        services,
        lambda messages: messages if messages and messages[0]["role"] == "system" else [own, *messages],
    )
