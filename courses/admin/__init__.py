"""The office's pages on what is taught, when, where and by whom."""

from . import instructor, material, place, planning, programme, role, session, timetable

__all__ = ["instructor", "material", "place", "planning", "programme", "role", "session", "timetable"]
