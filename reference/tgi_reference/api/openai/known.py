"""The OpenAI-style routes by release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tgi_reference.api.openai.v2_0 import OpenAi20
from tgi_reference.api.openai.v2_4 import OpenAi24
from tgi_reference.api.openai.v3_3 import OpenAi
from tgi_reference.releases import V2_0, V2_4, V3_3

if TYPE_CHECKING:
    from tgi_reference.engine import Engine
    from tgi_reference.settings import Settings

_BY_RELEASE: Final = {V3_3.name: OpenAi, V2_4.name: OpenAi24, V2_0.name: OpenAi20}


def openai_routes(settings: Settings, engine: Engine) -> OpenAi:
    """How the release of the settings prepares and answers OpenAI-style requests."""
    return _BY_RELEASE[settings.release.name](settings, engine)
