"""The page of the register: who may, what it saves, and what it says when it cannot."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.actions.register import Given
from assessments.models import PresenceInterval, Register
from courses.models import Role
from tests.classroom import client_of
from tests.factories import a_person, a_session, an_enrollment, an_instructor, somebody_of_the_office
from tests.lesson import BEGIN, END, WHOLE, Lesson, from_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(time_machine):
    time_machine.move_to(END, tick=False)
    return Lesson()


def page(lesson, name="register", *more) -> str:
    return reverse(f"assessments:{name}", args=[lesson.session.pk, *more])


def typed(lesson, *how: str, do="save", seen=None, **fields) -> dict:
    """What the page sends: per person in_person, remote or absent."""
    data = {"seen": lesson.revision if seen is None else seen, "topic": "Travel plans", "do": do}
    data |= {f"how-{person.pk}": word for person, word in zip(lesson.people, how, strict=False)}
    return data | fields


def test_everybody_is_called_with_exceptions_and_signed(lesson):
    teacher = client_of(lesson.teacher)
    late = f"from-{lesson.people[1].pk}"
    answer = teacher.post(page(lesson), typed(lesson, "in_person", "remote", "absent", **{late: "14:25"}))
    assert answer.status_code == 302
    assert lesson.minutes() == [240, 215, 0]
    everybody = typed(lesson, "in_person", "remote", "absent", do="sign", **{late: "14:25"})
    assert teacher.post(page(lesson), everybody).status_code == 302
    assert Register.objects.get().state == Register.State.SIGNED
    assert "Signed" in teacher.get(page(lesson)).text


def test_all_present_fills_in_only_who_has_no_word_yet(lesson):
    teacher = client_of(lesson.teacher)
    teacher.post(page(lesson), typed(lesson, "absent", do="all"))
    assert lesson.minutes() == [0, 240, 240]
    assert "All present" not in teacher.get(page(lesson)).text


def test_who_left_and_came_back_is_there_twice(lesson):
    key = lesson.people[0].pk
    times = {f"to-{key}": "15:00", f"again-{key}": "16:30"}
    client_of(lesson.teacher).post(page(lesson), typed(lesson, "in_person", **times))
    assert lesson.minutes()[0] == 60 + 90
    form = client_of(lesson.teacher).get(page(lesson)).context["call"]
    assert form.rows[0].times == {"from": "14:00", "to": "15:00", "again": "16:30", "until": "18:00"}


@pytest.mark.parametrize("time", ["13:00", "19:00", "nonsense", "25:99"])
def test_a_time_that_cannot_be_is_said_beside_the_person_and_nothing_typed_is_lost(lesson, time):
    key = lesson.people[0].pk
    answer = client_of(lesson.teacher).post(
        page(lesson), typed(lesson, "in_person", "absent", **{f"from-{key}": time})
    )
    assert answer.status_code == 422
    assert f'<a href="#person-{key}">{lesson.people[0].user.name}</a>' in answer.text
    assert f'value="{time}"' in answer.text
    assert answer.context["call"].rows[1].how == "absent"
    assert not PresenceInterval.objects.exists()


@pytest.mark.parametrize(("field", "longest"), [("topic", 300), ("note", 1000), ("reason", 1000)])
def test_what_is_too_long_is_said_and_not_lost(lesson, field, longest):
    lesson.call(WHOLE, WHOLE, WHOLE)
    lesson.sign()
    long = "x" * (longest + 1)
    answer = client_of(lesson.teacher).post(page(lesson), typed(lesson, "absent", **{field: long}))
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert long in answer.text
    assert lesson.minutes() == [240, 240, 240]


def test_of_two_people_the_second_is_told_and_may_insist(lesson):
    lesson.call(WHOLE, WHOLE, WHOLE)
    teacher = client_of(lesson.teacher)
    mine = typed(lesson, "absent", "in_person", "in_person", seen=0)
    answer = teacher.post(page(lesson), mine)
    assert answer.status_code == 409
    assert "Somebody changed this register meanwhile" in answer.text
    assert answer.context["call"].rows[0].how == "absent"
    assert lesson.minutes() == [240, 240, 240]
    seen = re.search(r'name="seen" value="([0-9]+)"', answer.text)[1]
    assert teacher.post(page(lesson), mine | {"seen": seen}).status_code == 302
    assert lesson.minutes() == [0, 240, 240]


def test_who_insists_takes_back_nothing_they_had_not_touched(lesson):
    lesson.call(WHOLE, WHOLE, WHOLE)
    teacher, second = client_of(lesson.teacher), lesson.people[1]
    opened = teacher.get(page(lesson)).text
    shown = dict(re.findall(r'name="(was-[0-9a-z]+)"\s+value="([^"]*)"', opened))
    mine = typed(lesson, "in_person", "absent", "in_person", **shown)
    lesson.call((), from_to(30, 240), WHOLE, by=lesson.tutor, given=Given(topic="Trams"))  # meanwhile
    answer = teacher.post(page(lesson), mine)
    shown = {row.key: row.how for row in answer.context["call"].rows}
    assert [shown[person.pk] for person in lesson.people] == ["absent", "absent", "in_person"]
    summary = answer.text.split("error-summary")[1].split("</ul>")[0]
    assert re.findall(r'href="#person-([0-9]+)"', summary) == [str(second.pk)]
    assert "14:30" in summary
    assert answer.context["call"].topic == "Trams"
    again = typed(lesson, "absent", "absent", "in_person")
    assert teacher.post(page(lesson), again).status_code == 302
    assert lesson.minutes() == [0, 0, 240]


def test_sent_twice_it_is_done_once(lesson):
    teacher, form = client_of(lesson.teacher), typed(lesson, "in_person", "in_person", "absent")
    for _time in range(2):
        assert teacher.post(page(lesson), form).status_code == 302
    assert PresenceInterval.objects.count() == 3


def test_a_signed_register_asks_why_and_a_closed_one_shows_rows(lesson):
    lesson.call(WHOLE, from_to(15, 240), ())
    lesson.sign()
    teacher = client_of(lesson.teacher)
    answer = teacher.post(page(lesson), typed(lesson, "absent", "in_person", "absent"))
    assert (answer.status_code, "needs a reason" in answer.text) == (409, True)
    lesson.close()
    text = " ".join(teacher.get(page(lesson)).text.split())
    assert "Present: 2, absent: 1" in text
    assert "in person, late" in text
    assert "14:15–18:00" in text
    assert "3 h 45 min" in text
    assert 'name="how-' not in text


def test_it_is_kept_by_who_teaches_tutors_and_the_office_and_closed_by_the_last_two(lesson):
    other = a_session(instructors=[an_instructor(user=a_person())])
    answers = {
        name: client_of(person).get(page(lesson)).status_code
        for name, person in {
            "teacher": lesson.teacher,
            "another": other.teachers.get().instructor.user,
            "participant": lesson.people[0].user,
            "office": somebody_of_the_office(),
        }.items()
    }
    assert answers == {"teacher": 200, "another": 404, "participant": 403, "office": 200}
    lesson.call(WHOLE, WHOLE, WHOLE)
    lesson.sign()
    form = typed(lesson, "in_person", "in_person", "in_person", do="close")
    assert client_of(lesson.teacher).post(page(lesson), form).status_code == 403
    Role.objects.create(user=lesson.tutor, cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    assert client_of(lesson.tutor).post(page(lesson), form).status_code == 302
    assert Register.objects.get().state == Register.State.CLOSED


def test_a_person_of_another_edition_or_nobody_is_not_there(lesson):
    teacher = client_of(lesson.teacher)
    assert teacher.post(page(lesson), typed(lesson) | {"how-999999": "in_person"}).status_code == 404
    assert teacher.post(page(lesson), typed(lesson, "asleep")).status_code == 400
    assert teacher.post(page(lesson), typed(lesson, do="dance")).status_code == 400
    assert teacher.post(page(lesson), {"do": "save"}).status_code == 400


def test_before_the_beginning_nothing_is_called(lesson, time_machine):
    time_machine.move_to(BEGIN - timedelta(minutes=1), tick=False)
    teacher = client_of(lesson.teacher)
    text = teacher.get(page(lesson)).text
    assert "The roll is called from" in text
    assert "On the roster: 3" in text
    assert "nobody has said yet" not in text
    assert teacher.post(page(lesson), typed(lesson, "in_person")).status_code == 409


def test_the_office_puts_right_what_is_closed_and_the_page_keeps_both(lesson):
    lesson.call(WHOLE, WHOLE, from_to(0, 235))
    lesson.sign()
    lesson.close()
    address = page(lesson, "put_right", lesson.people[2].pk)
    assert client_of(lesson.teacher).get(address).status_code == 403
    office = client_of(somebody_of_the_office())
    form = {"how": "in_person", "starts": "14:00", "ends": "18:00", "reason": ""}
    assert office.post(address, form).status_code == 422
    assert office.post(address, form | {"ends": "19:00", "reason": "Slow clock"}).status_code == 422
    assert office.post(address, form | {"reason": "Slow clock"}).status_code == 302
    text = " ".join(office.get(page(lesson)).text.split())
    assert re.search(r"3 h 55 min → <strong\s*>4 h</strong", text)
    assert "Slow clock" in text


def test_it_asks_as_much_for_three_people_as_for_thirty(lesson, django_assert_max_num_queries):
    teacher = client_of(lesson.teacher)
    lesson.call(WHOLE, WHOLE, WHOLE)
    with django_assert_max_num_queries(16) as few:
        teacher.get(page(lesson))
    lesson.people += [an_enrollment(cohort=lesson.cohort) for _ in range(27)]
    lesson.call(*[WHOLE] * 30)
    with django_assert_max_num_queries(len(few)):
        assert teacher.get(page(lesson)).text.count('class="roll-row"') == 30
