"""The enum `FinishReason`."""

from __future__ import annotations

from typing import Literal

FinishReason = Literal["length", "eos_token", "stop_sequence"] | str
"""Why a native generation ended: `length` at the token limit, `eos_token` when the model ended it,
`stop_sequence` at a string of `stop`.
"""
