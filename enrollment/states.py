"""The states of applications and enrollments and the passages between them.

Each table maps a state to the states it may pass to; a state that leads nowhere is an end. The
database refuses every other passage, so these tables are the only place to change one.
"""

from __future__ import annotations

APPLICATION_PASSAGES: dict[str, frozenset[str]] = {
    "draft": frozenset({"submitted", "withdrawn"}),
    "submitted": frozenset({"admitted", "on_reserve", "declined", "withdrawn"}),
    "on_reserve": frozenset({"admitted", "declined", "withdrawn"}),
    "admitted": frozenset(),
    "declined": frozenset(),
    "withdrawn": frozenset(),
}

# A person has at most one of these per cohort. An admitted application stays live: whoever gives
# up the place ends the enrollment, not the application.
LIVE_APPLICATIONS: frozenset[str] = frozenset({"draft", "submitted", "on_reserve", "admitted"})

# The four ends differ in Italian practice: rinuncia (renounced, before the start), ritiro
# (withdrawn, after it), decadenza (forfeited), esclusione (excluded).
ENROLLMENT_PASSAGES: dict[str, frozenset[str]] = {
    "active": frozenset({"completed", "renounced", "withdrawn", "forfeited", "excluded"}),
    "completed": frozenset(),
    "renounced": frozenset(),
    "withdrawn": frozenset(),
    "forfeited": frozenset(),
    "excluded": frozenset(),
}

# These hold a seat, and a person has at most one per cohort: completing the course frees neither.
LIVE_ENROLLMENTS: frozenset[str] = frozenset({"active", "completed"})
