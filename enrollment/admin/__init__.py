"""The office's pages on who follows an edition."""

from . import application, call, enrollment

__all__ = ["application", "call", "enrollment"]
