from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tgi_reference.engine.chat import DEFAULT_TOOL_PROMPT

if TYPE_CHECKING:
    from tgi_reference.engine import Engine

TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
ASKED = "<|im_start|>user\nHi<|im_end|>\n"
OPENED = "<|im_start|>assistant\n"


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def test_turns_are_written_in_chatml(engine: Engine) -> None:
    messages = [{"role": "system", "content": "Be brief"}, user("Hi")]
    assert "<|im_start|>system\nBe brief<|im_end|>\n" + ASKED + OPENED == engine.render_chat(messages)


def test_no_messages_open_an_answer(engine: Engine) -> None:
    assert OPENED == engine.render_chat([])


def test_the_opening_can_be_left_out(engine: Engine) -> None:
    assert ASKED == engine.render_chat([user("Hi")], add_generation_prompt=False)


def test_chunks_are_joined_and_images_become_links(engine: Engine) -> None:
    chunks = [{"type": "text", "text": "H"}, {"type": "text", "text": "i"}]
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
    assert ASKED + OPENED == engine.render_chat([user(chunks)])
    assert "![](data:image/png;base64,AA)" in engine.render_chat([user([image])])


def test_the_assistants_last_words_are_continued(engine: Engine) -> None:
    messages = [user("Hi"), {"role": "assistant", "content": "It is "}]
    assert ASKED + OPENED + "It is" == engine.render_chat(messages)


def test_words_that_look_like_a_template_stay_words(engine: Engine) -> None:
    assert "{{ 7 * 7 }}" in engine.render_chat([user("{{ 7 * 7 }}")])


def test_tools_stand_before_the_answer_and_words_about_them_in_the_last_message(engine: Engine) -> None:
    prompt = engine.render_chat([user("Hi")], TOOLS, "Use:")
    listed = json.dumps(TOOLS, separators=(",", ":"), sort_keys=True) + "\n"
    assert ASKED.replace("Hi", "Hi\n---\nUse:") + listed + OPENED == prompt


@pytest.mark.parametrize("given", [None, ""])
def test_tools_have_a_prompt_of_their_own(engine: Engine, given: str | None) -> None:
    assert f"Hi\n---\n{DEFAULT_TOOL_PROMPT}<|im_end|>" in engine.render_chat([user("Hi")], TOOLS, given)


def test_a_last_message_that_calls_a_tool_is_left_as_it_is(engine: Engine) -> None:
    messages = [user("Hi"), {"role": "assistant", "tool_calls": [], "content": None}]
    assert "Use:" not in engine.render_chat(messages, TOOLS, "Use:")


def test_tool_calls_are_written_as_json(engine: Engine) -> None:
    call = {"id": "0", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "é"}}}
    messages = [user("Hi"), {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "content": "sun"}]
    function = '{"description":null,"name":"get_weather","arguments":{"city":"é"}}'
    written = f'[{{"id":"0","type":"function","function":{function}}}]'
    expected = f"{ASKED}{OPENED}{written}<|im_end|>\n<|im_start|>tool\nsun<|im_end|>\n{OPENED}"
    assert expected == engine.render_chat(messages)


def test_rendering_leaves_the_messages_alone(engine: Engine) -> None:
    messages = [user("Hi")]
    engine.render_chat(messages, TOOLS)
    assert [user("Hi")] == messages


def test_chat_markers_are_special_tokens(engine: Engine) -> None:
    ids = engine.encode(engine.render_chat([user("Hi")])).ids
    assert 3 == sum(number in engine.vocabulary.special_ids for number in ids)
