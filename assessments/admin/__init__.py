"""The office's pages on registers, tests, scores and projects."""

from . import module_test, project, register, rubric, score

__all__ = ["module_test", "project", "register", "rubric", "score"]
