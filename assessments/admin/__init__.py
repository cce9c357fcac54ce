"""The office's pages on registers, tests and scores."""

from . import module_test, register, score

__all__ = ["module_test", "register", "score"]
