"""A timetable in the making: opened, laid out, edited, judged, caught up and dropped."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.actions.drafting import (
    CURRICULA,
    add_draft_session,
    cancel_draft_session,
    catch_up_draft,
    drop_draft,
    edit_draft_session,
    lay_out_draft,
    open_draft,
    permit,
    restore_draft_session,
)
from courses.actions.programme import load_curriculum
from courses.actions.timetable import cancel_session, move_session
from courses.changes import Kind
from courses.drafts import Finding
from courses.models import DraftSession, Override, Session, TimetableDraft
from courses.refusals import Refusal
from courses.timetable import changed_meanwhile, changes_in, judgement_of
from courses.wording import in_words
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

BEFORE = rome(2021, 11, 20, 9)
NINE = rome(2022, 1, 20, 9)
HOURS = timedelta(hours=4)


@pytest.fixture
def office():
    return factories.a_person(is_staff=True)


@pytest.fixture
def real():
    """An edition of the programme there is a weekly pattern for, with a classroom and two laboratories."""
    programme = load_curriculum(path=CURRICULA / "smtc-2022.toml", by=None, at=BEFORE)
    hub = factories.a_hub()
    for capacity, kind in ((40, "classroom"), (35, "classroom"), (18, "lab"), (16, "lab"), (8, "lab")):
        factories.a_room(hub=hub, name=f"{kind} {capacity}", capacity=capacity, kind=kind)
    return factories.a_cohort(programme=programme, hub=hub, seats=30)


def opened(cohort, by=None) -> TimetableDraft:
    return open_draft(cohort=cohort, by=by, at=BEFORE)


def test_a_draft_begins_as_what_is_released_and_changes_nothing(office):
    teachers = [factories.an_instructor(), factories.an_instructor(kind="company")]
    session = factories.a_session(
        starts_at=NINE, rooms=[factories.a_room()], link="https://example.org", instructors=teachers
    )
    cancelled = factories.a_session(session.cohort, starts_at=NINE + timedelta(days=1))
    cancel_session(session=cancelled, by=None, at=BEFORE)
    draft = opened(session.cohort, office)
    assert changes_in(draft) == changed_meanwhile(draft) == ()
    [row] = draft.sessions.all()
    assert (row.session, row.link, row.parallel) == (session, "https://example.org", False)
    [load, other] = judgement_of(draft).loads
    assert {load.minutes, other.minutes} == {120}


def test_a_second_draft_of_an_edition_has_to_wait(office):
    draft = opened(factories.a_cohort())
    with pytest.raises(IntegrityError, match="an_edition_has_one_open_draft"), transaction.atomic():
        opened(draft.cohort)
    drop_draft(timetabledraft=draft, by=office, at=NINE)
    assert opened(draft.cohort).open


def test_a_draft_is_seen_by_nobody_else_and_changes_no_version():
    session = factories.a_session(starts_at=NINE)
    before = type(session.cohort).objects.get(pk=session.cohort_id).version
    draft = opened(session.cohort)
    edit_draft_session(
        draftsession=draft.sessions.get(), starts_at=NINE + HOURS, ends_at=NINE + 2 * HOURS, by=None, at=NINE
    )
    session.refresh_from_db()
    session.cohort.refresh_from_db()
    assert (session.starts_at, session.cohort.version) == (NINE, before)
    [change] = changes_in(draft)
    assert change.kinds == (Kind.MOVED,)


def test_the_weekly_pattern_lays_out_the_whole_programme_without_a_word_against_its_hours(real, office):
    factories.a_closure()
    draft = lay_out_draft(cohort=real, by=office, at=BEFORE)
    judgement = judgement_of(draft)
    assert draft.sessions.count() == 78
    assert judgement.tally.total.planned == judgement.tally.total.due == 18_000
    assert judgement.teaching == 18_000
    assert date(2022, 4, 1) not in {
        row.starts_at.astimezone(NINE.tzinfo).date() for row in draft.sessions.all()
    }
    assert judgement.barring == ()
    said = {one.reason.code for one in judgement.found}
    assert {Finding.NO_INSTRUCTOR, Finding.NO_LINK} <= said
    assert said.isdisjoint({Finding.MODULE_SHORT, Finding.MODULE_OVER, Finding.NO_ROOM})


def test_a_laboratory_smaller_than_the_class_is_split_into_groups_side_by_side(real, office):
    draft = lay_out_draft(cohort=real, by=office, at=BEFORE)
    labs = draft.sessions.filter(purpose="teaching", mode="in_person")
    assert labs.count() > 0
    assert {tuple(row.rooms.values_list("capacity", flat=True).order_by("-capacity")) for row in labs} == {
        (18, 16)
    }
    assert set(labs.values_list("parallel", flat=True)) == {True}
    classrooms = draft.sessions.filter(mode="hybrid")
    assert {tuple(row.rooms.values_list("capacity", flat=True)) for row in classrooms} == {(35,)}


def test_a_room_taken_by_another_edition_is_not_proposed(real, office):
    plain = lay_out_draft(cohort=real, by=office, at=BEFORE)
    first = plain.sessions.filter(mode="hybrid").first()
    room = first.rooms.get()
    drop_draft(timetabledraft=plain, by=office, at=BEFORE)
    other = factories.a_cohort(hub=real.hub)
    factories.a_session(other, starts_at=first.starts_at, rooms=[room])
    again = lay_out_draft(cohort=real, by=office, at=BEFORE)
    assert [room.capacity for room in again.sessions.get(starts_at=first.starts_at).rooms.all()] == [40]


def test_laid_out_again_a_released_session_moves_and_is_not_forgotten(real):
    module = factories.a_module(real, "STM1")
    teacher = factories.an_instructor()
    session = factories.a_session(
        real, module=module, starts_at=rome(2022, 1, 25, 9), mode="remote", instructors=[teacher]
    )
    draft = lay_out_draft(cohort=real, by=None, at=BEFORE)
    row = draft.sessions.get(session=session)
    assert row.starts_at == draft.sessions.filter(module=module).first().starts_at != session.starts_at
    assert list(row.instructors.all()) == [teacher]
    assert draft.sessions.count() == 78


def test_laid_out_again_what_stays_at_its_time_keeps_its_room(real):
    plan = lay_out_draft(cohort=real, by=None, at=BEFORE)
    first = plan.sessions.filter(mode="hybrid").first()
    drop_draft(timetabledraft=plan, by=None, at=BEFORE)
    room = factories.a_room(hub=real.hub, capacity=60)
    session = factories.a_session(real, module=first.module, starts_at=first.starts_at, rooms=[room])
    draft = lay_out_draft(cohort=real, by=None, at=BEFORE)
    assert list(draft.sessions.get(session=session).rooms.all()) == [room]
    assert session.pk not in {change.standing.session for change in changes_in(draft)}


@pytest.mark.parametrize("begun", [True, False])
def test_what_cannot_be_laid_out_is_refused_and_leaves_no_draft(begun, real):
    cohort = real if begun else factories.a_cohort()
    factories.a_session(cohort, module=factories.a_module(cohort, "STM1" if begun else "B1"), starts_at=NINE)
    with pytest.raises(Refusal):
        lay_out_draft(cohort=cohort, by=None, at=NINE + HOURS)
    assert not TimetableDraft.objects.exists()


def test_sessions_are_added_edited_cancelled_and_put_back():
    session = factories.a_session(starts_at=NINE)
    draft = opened(session.cohort)
    new = add_draft_session(
        draft=draft,
        module=session.module,
        starts_at=NINE + HOURS,
        ends_at=NINE + 2 * HOURS,
        mode="remote",
        instructors=[factories.an_instructor()],
        by=None,
        at=NINE,
    )
    assert [change.kinds for change in changes_in(draft)] == [(Kind.ADDED,)]
    cancel_draft_session(draftsession=new, by=None, at=NINE)
    kept = cancel_draft_session(draftsession=draft.sessions.get(), by=None, at=NINE)
    assert [change.kinds for change in changes_in(draft)] == [(Kind.CANCELLED,)]
    restore_draft_session(draftsession=kept, by=None, at=NINE)
    assert changes_in(draft) == ()
    assert Session.objects.count() == 1


@pytest.mark.parametrize("state", ["released", "dropped"])
def test_a_closed_draft_takes_no_change(state):
    row = factories.a_drafted_session()
    TimetableDraft.objects.update(state=state, closed_at=NINE)
    for change in (edit_draft_session, cancel_draft_session, restore_draft_session):
        with pytest.raises(Refusal):
            change(draftsession=row, by=None, at=NINE)
    with pytest.raises(Refusal):
        drop_draft(timetabledraft=row.draft, by=None, at=NINE)


def test_what_was_released_meanwhile_is_taken_over_and_the_drafts_own_changes_stay():
    cohort, days = factories.a_cohort(), [NINE + timedelta(days=day) for day in (0, 1, 2, 4, 5)]
    moved, both, gone, mine = (factories.a_session(cohort, starts_at=day) for day in days[:4])
    draft = opened(cohort)
    for session in (both, mine):
        row = draft.sessions.get(session=session)
        edit_draft_session(draftsession=row, topic_it="Nel piano", by=None, at=NINE)
    for session in (moved, both):
        begin = session.starts_at + timedelta(hours=1)
        move_session(session=session, starts_at=begin, ends_at=begin + HOURS, by=None, at=BEFORE)
    cancel_session(session=gone, by=None, at=BEFORE)
    added = factories.a_session(cohort, starts_at=days[4])
    assert [change.kinds for change in changed_meanwhile(draft)] == [
        (Kind.MOVED,),
        (Kind.MOVED,),
        (Kind.CANCELLED,),
        (Kind.ADDED,),
    ]
    draft = catch_up_draft(timetabledraft=draft, by=None, at=NINE)
    assert changed_meanwhile(draft) == ()
    assert {change.standing.session: change.kinds for change in changes_in(draft)} == {
        both.pk: (Kind.MOVED, Kind.TOPIC),
        mine.pk: (Kind.TOPIC,),
    }
    assert draft.sessions.filter(session=added).exists()
    assert not draft.sessions.filter(session=gone).exists()


def test_a_soft_clash_is_permitted_in_a_name_with_a_reason_and_only_for_what_was_seen(office):
    teacher = factories.an_instructor()
    factories.an_absence(teacher)
    session = factories.a_session(starts_at=NINE, instructors=[teacher])
    draft = opened(session.cohort)
    [found] = judgement_of(draft).barring
    permit(draft=draft, fingerprint=found.fingerprint, reason="Si collega", by=office, at=NINE)
    judgement = judgement_of(draft)
    assert judgement.barring == ()
    assert [one.permit.reason for one in judgement.permitted] == ["Si collega"]
    with pytest.raises(Refusal):
        permit(draft=draft, fingerprint="0" * 64, reason="Perché sì", by=office, at=NINE)
    edit_draft_session(draftsession=draft.sessions.get(), ends_at=NINE + timedelta(hours=3), by=None, at=NINE)
    assert len(judgement_of(draft).barring) == 1
    assert Override.objects.get().facts["said"] == in_words(found.reason)


def test_a_room_taken_in_another_edition_is_named_with_its_session():
    room = factories.a_room(name="Aula Magna")
    other = factories.a_session(starts_at=NINE, rooms=[room])
    draft = factories.a_timetable_draft()
    factories.a_drafted_session(draft, starts_at=NINE, mode="hybrid", rooms=[room])
    [found] = [one for one in judgement_of(draft).barring if one.reason.code == Finding.ROOM_TAKEN]
    sentence = in_words(found.reason)
    assert "Aula Magna" in sentence
    assert f"{other.cohort.code}, B1" in sentence
    assert draft.cohort.code not in sentence


def test_judging_costs_as_many_queries_for_many_sessions(django_assert_num_queries):
    draft = factories.a_timetable_draft()
    room, teacher = factories.a_room(), factories.an_instructor()
    for day in range(20):
        begin = NINE + timedelta(days=day)
        factories.a_drafted_session(draft, starts_at=begin, rooms=[room], instructors=[teacher])
    with django_assert_num_queries(13):
        judgement_of(TimetableDraft.objects.select_related("cohort__hub").get(pk=draft.pk))
    assert DraftSession.objects.count() == 20
