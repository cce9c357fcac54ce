"""The record of what participants did and achieved."""

from .absence import AbsenceAttachment, AbsenceNotice, AnswerState, RectificationRequest
from .module_test import FULL_MARKS, ModuleTest, Outcome, Score, ScoreEntry
from .presence import Attending, Presence, PresenceInterval, RecordedSession, SaidBy
from .register import Rectification, Register, RegisterState, Signature
from .report import Platform, PlatformReport
from .rules import AttendanceRule, RuleScope

__all__ = [
    "FULL_MARKS",
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
    "Score",
    "ScoreEntry",
    "Signature",
]
