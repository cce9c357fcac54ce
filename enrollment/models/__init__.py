"""Who follows an edition: from the call to the last day."""

from .application import (
    NEEDED,
    WRITTEN,
    Application,
    ApplicationPassage,
    ApplicationSnapshot,
    DocumentRequest,
    Ground,
)
from .call import Call, RequiredDocument
from .choice import PlaceChoice
from .consent import Agreement, Consent
from .enrollment import CohortSeats, Enrollment
from .evaluation import Criterion, Evaluation, InterviewSlot, Phase, Points
from .file import LARGEST_FILE, ApplicationFile, ContentType
from .interest import Interest
from .invitation import BY_INVITATION, Invitation
from .joining import Joining
from .nomination import Nomination
from .offer import Offer
from .profile import PROFILE_FIELDS, Region, WorkProfile
from .ranking import Ranking, RankingLine
from .team import Team, TeamPlace
from .visit import MaterialVisit

__all__ = [
    "BY_INVITATION",
    "LARGEST_FILE",
    "NEEDED",
    "PROFILE_FIELDS",
    "WRITTEN",
    "Agreement",
    "Application",
    "ApplicationFile",
    "ApplicationPassage",
    "ApplicationSnapshot",
    "Call",
    "CohortSeats",
    "Consent",
    "ContentType",
    "Criterion",
    "DocumentRequest",
    "Enrollment",
    "Evaluation",
    "Ground",
    "Interest",
    "InterviewSlot",
    "Invitation",
    "Joining",
    "MaterialVisit",
    "Nomination",
    "Offer",
    "Phase",
    "PlaceChoice",
    "Points",
    "Ranking",
    "RankingLine",
    "Region",
    "RequiredDocument",
    "Team",
    "TeamPlace",
    "WorkProfile",
]
