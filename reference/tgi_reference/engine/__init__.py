"""The engine of the reference server: a small but real model behind the API."""

from tgi_reference.engine.engine import Engine
from tgi_reference.engine.grammar import Grammar
from tgi_reference.engine.noise import Noise
from tgi_reference.engine.parameters import SamplingParameters
from tgi_reference.engine.values import Encoding, Finish, GrammarError, Step, Token

__all__ = [
    "Encoding",
    "Engine",
    "Finish",
    "Grammar",
    "GrammarError",
    "Noise",
    "SamplingParameters",
    "Step",
    "Token",
]
