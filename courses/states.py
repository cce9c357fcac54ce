"""The states of a session, a draft, an appointment and a run of the planner, and the passages between.

A moved session has no state of its own: moving it raises its revision. Whether it was held is
derived from its register. A cancellation can be undone; the revision rises each
time.
"""

from __future__ import annotations

SESSION_PASSAGES: dict[str, frozenset[str]] = {
    "planned": frozenset({"cancelled"}),
    "cancelled": frozenset({"planned"}),
}

# Released or dropped, a draft is history.
DRAFT_PASSAGES: dict[str, frozenset[str]] = {
    "open": frozenset({"released", "dropped"}),
    "released": frozenset(),
    "dropped": frozenset(),
}

# Asked anew when the minutes change; an instructor may change their mind.
APPOINTMENT_PASSAGES: dict[str, frozenset[str]] = {
    "asked": frozenset({"confirmed", "declined", "withdrawn"}),
    "confirmed": frozenset({"asked", "declined", "withdrawn"}),
    "declined": frozenset({"asked", "confirmed"}),
    "withdrawn": frozenset({"asked"}),
}

# What a run has found changes the draft only when somebody takes it over.
RUN_PASSAGES: dict[str, frozenset[str]] = {
    "waiting": frozenset({"running", "failed"}),
    "running": frozenset({"done", "failed"}),
    "done": frozenset({"taken"}),
    "taken": frozenset(),
    "failed": frozenset(),
}
