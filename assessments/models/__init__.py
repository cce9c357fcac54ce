"""The record of what participants achieved."""

from .module_test import FULL_MARKS, ModuleTest, Outcome, Score, ScoreEntry

__all__ = ["FULL_MARKS", "ModuleTest", "Outcome", "Score", "ScoreEntry"]
