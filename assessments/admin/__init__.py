"""The office's pages on tests and scores."""

from . import module_test, score

__all__ = ["module_test", "score"]
