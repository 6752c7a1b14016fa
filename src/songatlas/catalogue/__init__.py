"""A synthetic music catalogue with invented titles and known scenes, for demonstrations and tests."""

from .make import make_catalogue

__all__ = ["make_catalogue"]
