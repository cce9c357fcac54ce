"""How one attends when nothing else is chosen: the page, and what follows from it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from courses.models import Cohort
from enrollment.diary import diary
from tests.classroom import client_of
from tests.factories import a_cohort, a_person, a_room, a_session, an_enrollment, rome, somebody_of_the_office

pytestmark = pytest.mark.django_db

PAGE = "/places/"
BEGINS = rome(2022, 3, 25, 9)


@pytest.fixture
def lesson():
    cohort = a_cohort()
    rooms = [a_room(hub=cohort.hub), a_room()]
    return a_session(cohort, starts_at=BEGINS, rooms=rooms, link="https://meet.example.org/s001")


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(BEGINS - timedelta(days=3), tick=False)


def say(person, place, where):
    answers = {"place": place.pk, f"place-{place.pk}-where": where}
    return client_of(person).post(PAGE, answers)


def test_a_participant_says_where_and_the_diary_follows(lesson):
    mine = an_enrollment(cohort=lesson.cohort)
    main, other = (place.room for place in lesson.places.exclude(room=None).order_by("pk"))
    shown = []
    for where in (other.hub_id, "remotely", main.hub_id):
        assert say(mine.user, mine, where).status_code == 302
        (entry,) = diary(mine.user)
        shown.append((entry.mode, [place.room for place in entry.places], entry.online))
    assert shown == [
        ("in_person", [other.name], False),
        ("remote", [], True),
        ("in_person", [main.name], False),
    ]


def test_only_hubs_of_the_edition_are_offered_and_nothing_else_is_taken(lesson):
    mine, elsewhere = an_enrollment(cohort=lesson.cohort), a_room().hub
    page = client_of(mine.user).get(PAGE).text
    assert [str(hub) in page for hub in (lesson.cohort.hub, elsewhere)] == [True, False]
    assert say(mine.user, mine, elsewhere.pk).status_code == 422
    mine.refresh_from_db()
    assert mine.hub is None


def test_nobody_chooses_for_somebody_else_and_who_left_not_at_all(lesson):
    mine, left = an_enrollment(cohort=lesson.cohort), an_enrollment(state="withdrawn")
    assert say(a_person(), mine, "remotely").status_code == 404
    assert say(left.user, left, "remotely").status_code == 404
    assert {place.access for place in (mine, left)} == {"hybrid"}


def test_saving_what_is_ticked_at_first_changes_nothing(lesson):
    lesson.places.filter(room__hub=lesson.cohort.hub).delete()
    mine = an_enrollment(cohort=lesson.cohort)
    page = client_of(mine.user).get(PAGE)
    (_place, form), *_others = page.context["places"]
    before = diary(mine.user)
    assert [place.room for place in before[0].places] == [lesson.places.get(room__isnull=False).room.name]
    say(mine.user, mine, form["where"].initial)
    assert diary(mine.user) == before


def test_who_applied_for_both_is_told_what_counts(lesson):
    said = {
        access: "you are expected in person" in client_of(mine.user).get(PAGE).text
        for access in ("hybrid", "in_person", "remote")
        for mine in [an_enrollment(cohort=lesson.cohort, access=access)]
    }
    assert said == {"hybrid": True, "in_person": False, "remote": False}


def test_the_page_is_reached_from_home_profile_schedule_and_session(lesson):
    client = client_of(an_enrollment(cohort=lesson.cohort).user)
    for address in ("/home/", "/profile/", "/schedule/", reverse("enrollment:session", args=[lesson.pk])):
        assert f'href="{PAGE}"' in client.get(address).text


def test_who_follows_nothing_is_told_so():
    assert client_of(a_person()).get(PAGE).status_code == 200


def test_the_office_sets_until_when_a_place_can_be_chosen(lesson):
    office = client_of(somebody_of_the_office())
    address = reverse("admin:courses_cohort_change", args=[lesson.cohort_id])
    form = office.get(address).context["adminform"].form
    given = {name: form[name].value() for name in form.fields} | {"choice_hours": 48}
    given = {name: value for name, value in given.items() if value not in (None, False)}
    inlines = {
        f"{formset.formset.prefix}-{count}": 0
        for formset in office.get(address).context["inline_admin_formsets"]
        for count in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    assert office.post(address, given | inlines).status_code == 302
    assert Cohort.objects.get(pk=lesson.cohort_id).choice_hours == 48
