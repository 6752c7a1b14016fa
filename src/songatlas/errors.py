"""The errors and warnings songatlas raises; every message says what was expected, what came, and the next step."""


class SongAtlasError(Exception):
    """Root of all errors that a user can cause and mend."""


class ParameterError(SongAtlasError, ValueError):
    """An option or argument has a value that cannot be used."""


class DataError(SongAtlasError, ValueError):
    """The data cannot be read or used as asked."""


class OutputError(SongAtlasError, OSError):
    """A result cannot be written where it was asked for."""


class MissingDependencyError(SongAtlasError, ImportError):
    """An optional library is needed and not installed."""


class DataWarning(UserWarning):
    """The data is doubtful; the message carries the count and the first case."""
