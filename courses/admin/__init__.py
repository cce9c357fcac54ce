"""The office's pages on what is taught, when, where and by whom."""

from . import instructor, place, programme, role, session, timetable

__all__ = ["instructor", "place", "programme", "role", "session", "timetable"]
