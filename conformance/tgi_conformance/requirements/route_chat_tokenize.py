"""POST /chat_tokenize: a conversation as the model sees it, and its tokens."""

from __future__ import annotations

from tgi_conformance.protocol.forms import PROMPT
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.generated import generated
from tgi_conformance.requirements.refusals import refusals

CATALOGUE = Catalogue(__name__, "chat-tokenize", "POST /chat_tokenize")
BODY = {"messages": [{"role": "user", "content": PROMPT}]}

refusals(CATALOGUE, BODY, "messages")
generated(CATALOGUE)
