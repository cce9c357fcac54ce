"""The record of what participants did and achieved."""

from .absence import AbsenceAttachment, AbsenceNotice, AnswerState, RectificationRequest
from .module_test import ModuleTest, Scale
from .presence import Attending, Presence, PresenceInterval, RecordedSession, SaidBy
from .register import Rectification, Register, RegisterState, Signature
from .report import Platform, PlatformReport
from .rules import AttendanceRule, RuleScope
from .score import Outcome, Score, ScoreBatch, ScoreChange, ScoreEntry

__all__ = [
    "AbsenceAttachment",
    "AbsenceNotice",
    "AnswerState",
    "AttendanceRule",
    "Attending",
    "ModuleTest",
    "Outcome",
    "Platform",
    "PlatformReport",
    "Presence",
    "PresenceInterval",
    "RecordedSession",
    "Rectification",
    "RectificationRequest",
    "Register",
    "RegisterState",
    "RuleScope",
    "SaidBy",
    "Scale",
    "Score",
    "ScoreBatch",
    "ScoreChange",
    "ScoreEntry",
    "Signature",
]
