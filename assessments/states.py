"""The states of a register, of what participants send in, of a judgement, a certificate and a team plan."""

from __future__ import annotations

# The instructor signs, the tutor closes, the office locks; each takes the responsibility of the one
# before, so there is no way back: after closing there are only rectifications.
REGISTER_PASSAGES: dict[str, frozenset[str]] = {
    "open": frozenset({"signed"}),
    "signed": frozenset({"closed"}),
    "closed": frozenset({"locked"}),
    "locked": frozenset(),
}

# These take only rectifications with a reason: the office's own, and requests the tutor or the office grants.
FINAL_REGISTERS: frozenset[str] = frozenset({"closed", "locked"})

# Of what a participant sends in. An answer may be changed until the register is locked.
ANSWER_PASSAGES: dict[str, frozenset[str]] = {
    "sent": frozenset({"accepted", "refused", "withdrawn"}),
    "accepted": frozenset({"refused"}),
    "refused": frozenset({"accepted"}),
    "withdrawn": frozenset(),
}

# Of an assessor's judgement of a project: given, it stays as it is.
JUDGEMENT_PASSAGES: dict[str, frozenset[str]] = {
    "draft": frozenset({"given"}),
    "given": frozenset(),
}

# Of a certificate: nobody brings back what was revoked or superseded; another one is issued.
CERTIFICATE_PASSAGES: dict[str, frozenset[str]] = {
    "valid": frozenset({"revoked", "superseded"}),
    "revoked": frozenset(),
    "superseded": frozenset(),
}

# Of a questionnaire put to an edition: what was said is shown once it is closed, so nobody opens it again.
SURVEY_PASSAGES: dict[str, frozenset[str]] = {
    "open": frozenset({"closed"}),
    "closed": frozenset(),
}

# Of teams asked for: a search whose worker was lost begins again, and what it found changes the teams only
# when somebody takes it over.
TEAM_PLAN_PASSAGES: dict[str, frozenset[str]] = {
    "waiting": frozenset({"running", "failed"}),
    "running": frozenset({"waiting", "done", "failed"}),
    "done": frozenset({"taken"}),
    "taken": frozenset(),
    "failed": frozenset(),
}
