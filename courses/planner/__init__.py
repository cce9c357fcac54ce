"""The planner."""

from .checker import Verdict as Verdict, check as check
from .problem import (
    Edition as Edition,
    Instructor as Instructor,
    Kind as Kind,
    Mode as Mode,
    Module as Module,
    Pin as Pin,
    Placed as Placed,
    Plan as Plan,
    Problem as Problem,
    Purpose as Purpose,
    Room as Room,
    Slot as Slot,
    Span as Span,
    Unit as Unit,
)
