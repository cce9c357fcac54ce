"""The office's pages on registers, tests, scores, projects, questionnaires and certificates."""

from . import certificate, module_test, project, questionnaire, register, rubric, score

__all__ = ["certificate", "module_test", "project", "questionnaire", "register", "rubric", "score"]
