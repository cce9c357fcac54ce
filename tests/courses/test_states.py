from courses.states import SESSION_PASSAGES


def test_a_cancelled_session_may_be_planned_again_and_nothing_else():
    passages = {(before, after) for before, onward in SESSION_PASSAGES.items() for after in onward}
    assert passages == {("planned", "cancelled"), ("cancelled", "planned")}
