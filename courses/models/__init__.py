"""What is taught, when, where and by whom."""

from .cohort import Cohort, Role
from .instructor import Instructor, TeachingKind
from .invariants import sentence_for
from .once import Once
from .place import Closure, Hub, Organisation, Room
from .programme import Block, Module, Programme
from .session import Session, SessionPlace, SessionTeacher

__all__ = [
    "Block",
    "Closure",
    "Cohort",
    "Hub",
    "Instructor",
    "Module",
    "Once",
    "Organisation",
    "Programme",
    "Role",
    "Room",
    "Session",
    "SessionPlace",
    "SessionTeacher",
    "TeachingKind",
    "sentence_for",
]
