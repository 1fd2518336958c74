"""Let the model call a tool through the openai package, and give it what the tool found.

Usage: python examples/openai_tools.py http://127.0.0.1:8080
"""

from __future__ import annotations

import json
import sys

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from openai.types.chat.chat_completion_message_function_tool_call_param import Function

WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
            "required": ["city", "unit"],
        },
    },
}

client = OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="-")
messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Is it warm in Paris?"}]

# Streamed, the arguments come in pieces.
chunks = client.chat.completions.create(
    model="tgi",
    messages=messages,
    tools=[WEATHER],
    tool_choice={"type": "function", "function": {"name": "get_weather"}},
    temperature=0,
    max_tokens=100,
    stream=True,
)
for chunk in chunks:
    for piece in chunk.choices[0].delta.tool_calls or []:
        if piece.function:
            print(piece.function.arguments, end="", flush=True)
print()

# As a whole, the arguments are a JSON text.
asked = client.chat.completions.create(
    model="tgi", messages=messages, tools=[WEATHER], tool_choice="required", temperature=0, max_tokens=100
)
for call in asked.choices[0].message.tool_calls or []:
    if call.type == "function":
        print(call.id, call.function.name, json.loads(call.function.arguments))
        function: Function = {"name": call.function.name, "arguments": call.function.arguments}
        messages += [
            {"role": "assistant", "tool_calls": [{"id": call.id, "type": "function", "function": function}]},
            {"role": "tool", "tool_call_id": call.id, "content": "18 degrees"},
        ]

answer = client.chat.completions.create(model="tgi", messages=messages, temperature=0, max_tokens=20)
print(answer.choices[0].message.content)
