"""How a number was made: exact over all tracks, or an estimate that says so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Provenance:
    """How a number was made: exact over ``n_tracks``, or an estimate from ``sample_size`` of them.

    ``low`` and ``high`` are the ends of an estimate's 95 % interval.
    """

    n_tracks: int
    sample_size: int | None = None
    low: float | None = None
    high: float | None = None

    @property
    def exact(self) -> bool:
        """Whether all tracks took part."""
        return self.sample_size is None
