"""The office's pages on registers, tests, scores and projects."""

from . import certificate, module_test, project, register, rubric, score

__all__ = ["certificate", "module_test", "project", "register", "rubric", "score"]
