"""The office's pages on who follows an edition."""

from . import application, call, consent, enrollment, interest, interview, nomination, offer, ranking, team

__all__ = [
    "application",
    "call",
    "consent",
    "enrollment",
    "interest",
    "interview",
    "nomination",
    "offer",
    "ranking",
    "team",
]
