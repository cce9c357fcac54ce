from courses.states import APPOINTMENT_PASSAGES, DRAFT_PASSAGES, RUN_PASSAGES, SESSION_PASSAGES


def passages(table) -> set[tuple[str, str]]:
    return {(before, after) for before, onward in table.items() for after in onward}


def test_a_cancelled_session_may_be_planned_again_and_nothing_else():
    assert passages(SESSION_PASSAGES) == {("planned", "cancelled"), ("cancelled", "planned")}


def test_a_draft_ends_once():
    assert passages(DRAFT_PASSAGES) == {("open", "released"), ("open", "dropped")}


def test_an_answer_to_an_appointment_may_change_but_never_into_none_unasked():
    assert {before for before, after in passages(APPOINTMENT_PASSAGES) if after == "asked"} == {
        "confirmed",
        "declined",
        "withdrawn",
    }
    assert APPOINTMENT_PASSAGES["withdrawn"] == {"asked"}


def test_a_run_that_ended_is_never_taken_up_again():
    onward = {(before, after) for before, after in passages(RUN_PASSAGES) if after in {"waiting", "running"}}
    assert onward == {("waiting", "running")}
    assert {before for before, after in passages(RUN_PASSAGES) if after == "taken"} == {"done"}
