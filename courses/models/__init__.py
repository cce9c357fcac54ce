"""What is taught, when, where and by whom."""

from .cohort import Cohort, Role
from .instructor import Appointment, Availability, Instructor, TeachingKind, Weekday
from .invariants import sentence_for
from .material import LARGEST_MATERIAL, Material, MaterialVersion
from .once import Once
from .place import Closure, Hub, Organisation, Room
from .programme import Block, Module, Programme
from .session import Session, SessionPlace, SessionTeacher, Substitution
from .timetable import DraftSession, Override, PlanRun, TimetableDraft, TimetableRelease

__all__ = [
    "LARGEST_MATERIAL",
    "Appointment",
    "Availability",
    "Block",
    "Closure",
    "Cohort",
    "DraftSession",
    "Hub",
    "Instructor",
    "Material",
    "MaterialVersion",
    "Module",
    "Once",
    "Organisation",
    "Override",
    "PlanRun",
    "Programme",
    "Role",
    "Room",
    "Session",
    "SessionPlace",
    "SessionTeacher",
    "Substitution",
    "TeachingKind",
    "TimetableDraft",
    "TimetableRelease",
    "Weekday",
    "sentence_for",
]
