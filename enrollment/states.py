"""The states of applications, offers and enrollments and the passages between them.

Each table maps a state to the states it may pass to; a state that leads nowhere is an end. The
database refuses every other passage, so these tables are the only place to change one.
docs/states.md draws them.
"""

from __future__ import annotations

# A published ranking settles admitted, on_reserve and not_suitable; only a later version, or an
# appeal that lifts an exclusion, moves somebody between them.
APPLICATION_PASSAGES: dict[str, frozenset[str]] = {
    "draft": frozenset({"submitted"}),  # thrown away, it is deleted
    "submitted": frozenset({"documents_asked", "eligible", "excluded", "withdrawn"}),
    "documents_asked": frozenset({"submitted", "excluded", "withdrawn"}),
    "eligible": frozenset({"admitted", "on_reserve", "not_suitable", "excluded", "withdrawn"}),
    "admitted": frozenset({"enrolled", "renounced", "on_reserve", "not_suitable", "excluded"}),
    "on_reserve": frozenset({"admitted", "not_suitable", "excluded", "withdrawn"}),
    "not_suitable": frozenset({"admitted", "on_reserve", "excluded"}),
    "excluded": frozenset({"eligible"}),
    "enrolled": frozenset(),
    "renounced": frozenset(),
    "withdrawn": frozenset(),
}

# A person has at most one of these per cohort: whoever was answered does not apply again, whoever
# stepped back may. An enrolled application stays: giving up the place ends the enrollment.
LIVE_APPLICATIONS: frozenset[str] = frozenset(APPLICATION_PASSAGES) - {"withdrawn"}

# Sent, and no outcome of the ranking yet.
UNDER_EXAMINATION: frozenset[str] = frozenset({"submitted", "documents_asked", "eligible"})

# What the committee has before it, or has had: found admissible, and not stopped since.
JUDGED: frozenset[str] = frozenset(
    {"eligible", "admitted", "on_reserve", "not_suitable", "enrolled", "renounced"}
)

# The outcomes a ranking gives to those it ranks.
RANKED: frozenset[str] = frozenset({"admitted", "on_reserve", "not_suitable"})

# Silence is a renunciation: an offer not answered by its hour has lapsed. A later version of the
# ranking, or the office for a reason it writes down, revokes an open one.
OFFER_PASSAGES: dict[str, frozenset[str]] = {
    "open": frozenset({"accepted", "declined", "lapsed", "revoked"}),
    "accepted": frozenset(),
    "declined": frozenset(),
    "lapsed": frozenset(),
    "revoked": frozenset(),
}

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
