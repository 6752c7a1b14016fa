"""Says in words what cleaning does about the rows that a rule finds, or what it did, with the numbers.

Nothing is decided here: that is done by `songatlas.tracks.clean`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from songatlas.options import CleanOptions

_ROW_WORDS = {"set-aside": "Set aside.", "mark": "Kept and marked.", "keep": "Kept."}
_INTO = {
    "duplicate_row": "the first",
    "same_id": "the first, and their genres united",
    "re_release": "the most popular",
}


@dataclass(frozen=True)
class Treatment:
    """The rules that are in force and, once cleaning is done, how many rows each of them touched."""

    options: CleanOptions = field(default_factory=CleanOptions)
    counts: Mapping[str, int] | None = None

    def mode(self, rule: str) -> str:
        """Return 'keep', 'mark', 'set-aside' or 'merge'."""
        return "keep" if self.options.keep_all else str(getattr(self.options, rule))

    def of_rows(self, rule: str) -> str:
        """Return what happens to the rows that a rule about single rows finds, as a sentence.

        Examples
        --------
        >>> Treatment(CleanOptions(loud="keep")).of_rows("loud")
        'Kept.'
        """
        return _ROW_WORDS[self.mode(rule)]

    def of_repeats(self, rule: str, n_found: int) -> str:
        """Return what happens to rows that repeat an earlier one, as a sentence.

        A rule merges fewer rows than repeat another where an earlier rule has merged them or set them aside.

        Examples
        --------
        >>> Treatment().of_repeats("re_release", 551)
        'A run merges them into the most popular.'
        >>> Treatment(counts={"re_release": 251}).of_repeats("re_release", 551)
        '251 were merged into the most popular; an earlier rule had merged or set aside the other 300.'
        >>> Treatment(CleanOptions(same_id="keep"), counts={}).of_repeats("same_id", 7)
        'Kept.'
        """
        if self.mode(rule) != "merge":
            return _ROW_WORDS[self.mode(rule)]
        if self.counts is None:
            return f"A run merges {'it' if n_found == 1 else 'them'} into {_INTO[rule]}."
        n_merged = self.counts.get(rule, 0)
        if n_merged >= n_found:
            return f"Merged into {_INTO[rule]}."
        if not n_merged:
            return f"An earlier rule had merged or set aside {'it' if n_found == 1 else 'all of them'}."
        others = n_found - n_merged
        return (
            f"{n_merged:,} {'was' if n_merged == 1 else 'were'} merged into {_INTO[rule]}; an earlier rule had merged "
            f"or set aside the other {'one' if others == 1 else f'{others:,}'}."
        )
