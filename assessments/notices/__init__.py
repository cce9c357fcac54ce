"""Who is told what about presences, scores, projects and certificates."""

from .answers import AbsenceAnswered, RectificationAnswered, SentIn
from .attendance import AbsenceBudget
from .certificates import CertificateReady
from .projects import MilestoneNear, ProjectJudged
from .questionnaires import QuestionnaireWaiting
from .register import PresenceRectified, RegisterUnsigned
from .scores import ScoreOverdue, ScorePublished

KINDS = (
    ScorePublished(),
    ScoreOverdue(),
    RegisterUnsigned(),
    SentIn(),
    RectificationAnswered(),
    AbsenceAnswered(),
    PresenceRectified(),
    AbsenceBudget(),
    MilestoneNear(),
    ProjectJudged(),
    CertificateReady(),
    QuestionnaireWaiting(),
)
