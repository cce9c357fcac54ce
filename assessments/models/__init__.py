"""The record of what participants did and achieved."""

from .absence import AbsenceAttachment, AbsenceNotice, AnswerState, RectificationRequest
from .badge import Badge, RevocationList
from .certificate import (
    PAPERS,
    Certificate,
    CertificateKind,
    CertificatePaper,
    CertificateState,
    PaperKind,
)
from .module_test import ModuleTest, Scale
from .panel import (
    Adjustment,
    CriterionJudgement,
    OutcomeEntry,
    PanelJudgement,
    PanelSeat,
    ProjectOutcome,
    Side,
)
from .presence import Attending, Presence, PresenceInterval, RecordedSession, SaidBy
from .project import Deposit, Mentoring, MentorNote, Milestone, ProjectWork
from .questionnaire import Question, Questionnaire, QuestionnaireKind
from .register import Rectification, Register, RegisterState, Signature
from .report import Platform, PlatformReport
from .rubric import Rubric, RubricCriterion, RubricLevel
from .rules import AttendanceRule, CertificateNeed, CertificateRule, RuleScope
from .score import Outcome, Score, ScoreBatch, ScoreChange, ScoreEntry
from .survey import Answered, Moment, Opinion, Remark, Reply, ReplyLevel, Survey, SurveyState
from .team_plan import TeamPlan

__all__ = [
    "PAPERS",
    "AbsenceAttachment",
    "AbsenceNotice",
    "Adjustment",
    "AnswerState",
    "Answered",
    "AttendanceRule",
    "Attending",
    "Badge",
    "Certificate",
    "CertificateKind",
    "CertificateNeed",
    "CertificatePaper",
    "CertificateRule",
    "CertificateState",
    "CriterionJudgement",
    "Deposit",
    "MentorNote",
    "Mentoring",
    "Milestone",
    "ModuleTest",
    "Moment",
    "Opinion",
    "Outcome",
    "OutcomeEntry",
    "PanelJudgement",
    "PanelSeat",
    "PaperKind",
    "Platform",
    "PlatformReport",
    "Presence",
    "PresenceInterval",
    "ProjectOutcome",
    "ProjectWork",
    "Question",
    "Questionnaire",
    "QuestionnaireKind",
    "RecordedSession",
    "Rectification",
    "RectificationRequest",
    "Register",
    "RegisterState",
    "Remark",
    "Reply",
    "ReplyLevel",
    "RevocationList",
    "Rubric",
    "RubricCriterion",
    "RubricLevel",
    "RuleScope",
    "SaidBy",
    "Scale",
    "Score",
    "ScoreBatch",
    "ScoreChange",
    "ScoreEntry",
    "Side",
    "Signature",
    "Survey",
    "SurveyState",
    "TeamPlan",
]
