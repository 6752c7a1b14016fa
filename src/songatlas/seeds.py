"""One seed per run, one derived seed per stage, so that a new stage does not reshuffle the others."""

from zlib import crc32

import numpy as np


def stage_seed(seed: int, stage: str) -> int:
    """Return the seed of a stage, derived from the run's seed and the stage's name.

    Examples
    --------
    >>> stage_seed(0, "kmeans") == stage_seed(0, "kmeans")
    True
    >>> stage_seed(0, "kmeans") == stage_seed(0, "map")
    False
    """
    return int(np.random.SeedSequence([seed, crc32(stage.encode())]).generate_state(1)[0])
