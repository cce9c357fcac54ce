from courses.states import SESSION_PASSAGES


def test_a_cancelled_session_may_be_planned_again_and_nothing_else():
    assert SESSION_PASSAGES == {
        "planned": frozenset({"cancelled"}),
        "cancelled": frozenset({"planned"}),
    }
