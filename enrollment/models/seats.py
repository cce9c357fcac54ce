"""How many seats of an edition are taken, said once for every guard: live enrollments and open offers."""

from enrollment.states import LIVE_ENROLLMENTS

HOLDING_A_SEAT = ", ".join(repr(state) for state in sorted(LIVE_ENROLLMENTS))


def taken(cohort: str) -> str:
    """SQL for the seats taken in the edition whose key is the SQL expression `cohort`."""
    return f"""(
        (SELECT count(*) FROM enrollment_enrollment
         WHERE cohort_id = {cohort} AND state IN ({HOLDING_A_SEAT}))
        + (SELECT count(*) FROM enrollment_offer WHERE cohort_id = {cohort} AND state = 'open')
    )"""


def refuse_more_than_seats(condition: str) -> str:
    """The body of a guard on a row with `cohort_id` that takes a seat where `condition` holds.

    It takes the lock every action takes first, so that two transactions cannot both count the last seat.
    """
    return f"""
        IF {condition} THEN
            PERFORM 1 FROM courses_cohort WHERE id = NEW.cohort_id FOR NO KEY UPDATE;
            IF {taken("NEW.cohort_id")} > (SELECT seats FROM courses_cohort WHERE id = NEW.cohort_id)
            THEN {{refuse}} END IF;
        END IF;
        RETURN NULL;
    """
