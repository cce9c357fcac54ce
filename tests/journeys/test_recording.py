"""An instructor records the scores of a class by keyboard alone; participants see what is published."""

import pytest
from playwright.sync_api import expect

from assessments.models import Score
from tests.factories import a_cohort, a_person, a_session, a_test, an_enrollment, an_instructor, rome


@pytest.fixture
def teacher(transactional_db):
    return an_instructor(user=a_person(name="Anna Docente"))


@pytest.fixture
def test(teacher):
    cohort = a_cohort()
    for name in ("Ada Bianchi", "Bruno Neri", "Carla Rossi"):
        an_enrollment(user=a_person(name=name), cohort=cohort)
    return a_test(a_session(cohort, starts_at=rome(2022, 2, 3, 9), instructors=[teacher]))


def test_a_class_is_recorded_by_keyboard_and_published_in_one_act(test, teacher, browser_of, time_machine):
    time_machine.move_to(rome(2022, 2, 7, 10))
    page = browser_of(teacher.user)
    ada = browser_of(test.cohort.enrollments.get(user__name="Ada Bianchi").user)

    page.goto("/teaching/")
    page.get_by_role("link", name="Travel plans").first.press("Enter")
    expect(page.get_by_text("Enter and the arrow keys move up and down")).to_be_visible()  # from now on
    page.get_by_label("Ada Bianchi").focus()
    for typed in ("30L", "abs"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    expect(page.get_by_label("Carla Rossi")).to_be_focused()
    page.keyboard.type("31")
    page.get_by_role("button", name="Save draft").press("Enter")

    # Nothing is saved while a cell is wrong, nothing typed is lost, and the summary leads to the cell.
    expect(page.get_by_role("alert")).to_be_focused()
    assert not Score.objects.exists()
    page.get_by_role("alert").get_by_role("link", name="Carla Rossi").press("Enter")
    expect(page.get_by_label("Carla Rossi")).to_be_focused()
    expect(page.get_by_label("Ada Bianchi")).to_have_value("30L")
    page.keyboard.press("Control+A")
    page.keyboard.type("17")
    page.get_by_role("button", name="Save draft").press("Enter")
    expect(page.get_by_text("3 scores saved as a draft.")).to_be_visible()

    ada.goto("/results/")
    expect(ada.get_by_text("not published yet")).to_be_visible()

    page.get_by_role("button", name="Save and go on to publish").press("Enter")
    page.get_by_role("button", name="Sign and publish").press("Enter")
    expect(page.get_by_text("every participant can now see their own result")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)

    ada.reload()
    result = ada.get_by_role("row", name="Travel plans")
    expect(result).to_contain_text("30 with honours")
    expect(result).to_contain_text("passed")
    expect(ada.get_by_text("Carla Rossi")).to_have_count(0)


def test_of_two_who_record_at_once_the_second_sees_both_values_and_chooses(
    test, teacher, browser_of, time_machine
):
    time_machine.move_to(rome(2022, 2, 7, 10))
    first, second = browser_of(teacher.user), browser_of(teacher.user)
    for page, mark in ((first, "24"), (second, "27")):
        page.goto(f"/teaching/tests/{test.pk}/scores/")
        page.get_by_label("Bruno Neri").fill(mark)
    first.get_by_role("button", name="Save draft").click()
    expect(first.get_by_text("1 score saved as a draft.")).to_be_visible()

    second.get_by_role("button", name="Save draft").click()
    expect(second.get_by_role("alert")).to_be_visible()
    second.get_by_label("yours: 27").check()
    second.get_by_role("button", name="Save draft").click()
    expect(second.get_by_text("1 score saved as a draft.")).to_be_visible()
    assert Score.objects.get().value == 27
