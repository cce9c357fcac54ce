"""The office's pages on people and their post, and the editions, on which every floor speaks."""

from . import cohort, notice, session, user

__all__ = ["cohort", "notice", "session", "user"]
