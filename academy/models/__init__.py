"""People and the ledger of what they were told."""

from .notice import Notice, SweepHeartbeat
from .user import User, tidy_email

__all__ = ["Notice", "SweepHeartbeat", "User", "tidy_email"]
