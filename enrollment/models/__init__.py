"""Who follows an edition."""

from .application import Application
from .call import Call
from .enrollment import CohortSeats, Enrollment
from .profile import PROFILE_FIELDS, Region, WorkProfile

__all__ = ["PROFILE_FIELDS", "Application", "Call", "CohortSeats", "Enrollment", "Region", "WorkProfile"]
