"""The releases by their names."""

from __future__ import annotations

from typing import Final

from tgi_reference.releases.v2_0 import V2_0
from tgi_reference.releases.v2_4 import V2_4
from tgi_reference.releases.v3_3 import V3_3

NEWEST: Final = V3_3
RELEASES: Final = {one.name: one for one in (V3_3, V2_4, V2_0)}
