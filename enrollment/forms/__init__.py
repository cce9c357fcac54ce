"""Forms, by who fills them in."""

from .application import ApplicationForm

__all__ = ["ApplicationForm"]
