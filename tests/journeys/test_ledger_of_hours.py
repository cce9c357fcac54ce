"""The ledger of hours as the office sees it."""

from tests.factories import somebody_of_the_office
from tests.lesson import END, WHOLE, Lesson


def test_the_line_above_the_totals_goes_from_end_to_end(transactional_db, browser_of, time_machine):
    time_machine.move_to(END)
    lesson = Lesson()
    lesson.call(WHOLE, WHOLE, ())
    page = browser_of(somebody_of_the_office())
    page.goto(f"/admin/courses/cohort/{lesson.cohort.pk}/hours/")
    lines = page.locator("tfoot :is(th, td)").evaluate_all(
        "cells => cells.map(cell => {"
        " const it = getComputedStyle(cell); return `${it.borderTopWidth} ${it.borderBottomWidth}`; })"
    )
    assert lines == ["2px 0px"] * 5
