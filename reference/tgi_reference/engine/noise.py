"""What keeps real decoding from being exact: kernels add up otherwise when the batch has another size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tgi_reference.engine.ngram import Vector


class Noise:
    """Normal noise of the standard deviation ``sigma`` (in nats), new at each step.

    Without a seed no two servers add the same; with one, a server adds the same from its start on.
    """

    def __init__(self, sigma: float, seed: int | None = None) -> None:
        self._sigma = sigma
        self._random = np.random.default_rng(seed)

    def disturbed(self, scores: Vector) -> Vector:
        """The scores with noise; what is impossible stays so."""
        noisy: Vector = scores + self._random.normal(0.0, self._sigma, len(scores))
        return noisy
