"""The states of a session and the passages between them.

A moved session has no state of its own: moving it raises its revision. Whether it was held is
derived from its register. A cancellation can be undone; the revision rises each
time.
"""

from __future__ import annotations

SESSION_PASSAGES: dict[str, frozenset[str]] = {
    "planned": frozenset({"cancelled"}),
    "cancelled": frozenset({"planned"}),
}
