"""A draft becomes the timetable in one go: what it changes, what stands in its way, what stays written."""

from datetime import timedelta

import pytest

from courses.actions.drafting import (
    add_draft_session,
    cancel_draft_session,
    drop_draft,
    edit_draft_session,
    open_draft,
    permit,
)
from courses.actions.releasing import release_draft
from courses.actions.timetable import move_session
from courses.changes import Kind, change_of
from courses.models import Session, Substitution, TimetableRelease
from courses.refusals import Refusal
from courses.timetable import judgement_of
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

BEFORE, AT = rome(2021, 12, 2, 9), rome(2021, 12, 3, 9)
NINE = rome(2022, 1, 20, 9)
DAY, HOURS = timedelta(days=1), timedelta(hours=4)


@pytest.fixture
def office():
    return factories.a_person(is_staff=True)


@pytest.fixture
def sessions():
    """Four released mornings, each with its room and instructor."""
    cohort = factories.a_cohort()
    return [
        factories.a_session(
            cohort,
            starts_at=NINE + number * DAY,
            rooms=[factories.a_room()],
            instructors=[factories.an_instructor()],
        )
        for number in (0, 1, 4, 5)
    ]


def opened(session):
    return open_draft(cohort=session.cohort, by=None, at=BEFORE)


def edited(draft, session, **facts):
    row = draft.sessions.get(session=session)
    return edit_draft_session(draftsession=row, by=None, at=BEFORE, **facts)


def released(draft, office, **more) -> TimetableRelease:
    return release_draft(timetabledraft=draft, by=office, at=AT, **more)


def test_all_that_a_draft_changes_is_done_at_once_and_kept(office, sessions):
    moved, elsewhere, gone, taught = sessions
    draft = opened(moved)
    room, teacher = factories.a_room(name="Aula Nuova"), factories.an_instructor()
    edited(draft, moved, starts_at=NINE + HOURS + HOURS / 4, ends_at=NINE + 2 * HOURS + HOURS / 4)
    edited(draft, elsewhere, rooms=[room], mode="in_person")
    cancel_draft_session(draftsession=draft.sessions.get(session=gone), by=None, at=BEFORE)
    edited(draft, taught, instructors=[teacher], topic_it="Monopattini")
    add_draft_session(
        draft=draft,
        module=moved.module,
        starts_at=NINE + 7 * DAY,
        ends_at=NINE + 7 * DAY + HOURS,
        mode="remote",
        link="https://example.org",
        instructors=[teacher],
        by=None,
        at=BEFORE,
    )
    release = released(draft, office, note="Sciopero")
    assert (release.number, release.by, release.note) == (1, office, "Sciopero")
    assert [change_of(one).kinds for one in release.difference] == [
        (Kind.MOVED,),
        (Kind.PLACE, Kind.MODE),
        (Kind.CANCELLED,),
        (Kind.INSTRUCTOR, Kind.TOPIC),
        (Kind.ADDED,),
    ]
    for session in sessions:
        session.refresh_from_db()
    new = release.added.get()
    assert moved.starts_at == NINE + HOURS + HOURS / 4
    assert (moved.revision, moved.changed_at, moved.previous_starts_at) == (1, AT, NINE)
    assert [place.room for place in elsewhere.places.all()] == [room]
    assert (gone.cancelled, gone.change_reason) == (True, "Sciopero")
    assert (taught.revision, taught.topic_it, taught.teachers.get().instructor) == (0, "Monopattini", teacher)
    assert (new.starts_at, new.places.get().link, new.revision) == (
        NINE + 7 * DAY,
        "https://example.org",
        0,
    )
    draft.refresh_from_db()
    assert (draft.state, draft.closed_at) == ("released", AT)
    assert {one["session"] for one in release.snapshot} == {moved.pk, elsewhere.pk, taught.pk, new.pk}
    assert draft.sessions.get(starts_at=new.starts_at).session == new


def test_two_sessions_change_places_in_one_release(office, sessions):
    one, other, *_ = sessions
    draft = opened(one)
    room, other_room = one.places.get().room, other.places.get().room
    edited(draft, one, starts_at=other.starts_at, ends_at=other.ends_at, rooms=[other_room])
    edited(draft, other, starts_at=one.starts_at, ends_at=one.ends_at, rooms=[room])
    released(draft, office)
    first, second = Session.objects.order_by("starts_at")[:2]
    assert (first.pk, second.pk) == (other.pk, one.pk)
    assert {first.revision, second.revision} == {1}


def test_releases_count_on_and_tell_of_what_they_changed_only(office, sessions):
    for number in (1, 2):
        draft = opened(sessions[0])
        begin = NINE + number * timedelta(hours=1)
        edited(draft, sessions[0], starts_at=begin, ends_at=begin + HOURS)
        release = released(draft, office)
        assert (release.number, len(release.difference), len(release.snapshot)) == (number, 1, 4)


def test_what_changed_since_the_draft_was_made_is_shown_and_nothing_is_released(office, sessions):
    draft = opened(sessions[0])
    edited(draft, sessions[0], topic_it="Monopattini")
    begin = sessions[1].starts_at + timedelta(hours=1)
    move_session(session=sessions[1], starts_at=begin, ends_at=begin + HOURS, by=None, at=BEFORE)
    with pytest.raises(Refusal, match=r"B1.*10:00–14:00") as refusal:
        released(draft, office)
    assert "09:00" not in str(refusal.value)
    sessions[0].refresh_from_db()
    assert (sessions[0].topic_it, TimetableRelease.objects.count()) == ("", 0)


def test_words_of_a_room_mended_meanwhile_hold_nothing_up(office, sessions):
    draft = opened(sessions[0])
    edited(draft, sessions[0], topic_it="Monopattini")
    room = sessions[1].places.get().room
    room.name = "Sala Emma Strada"
    room.save()
    assert released(draft, office).number == 1


def test_a_hard_clash_is_named_and_nothing_is_released(office, sessions):
    draft = opened(sessions[0])
    room = factories.a_room(name="Aula Magna")
    other = factories.a_session(starts_at=NINE, rooms=[room])
    edited(draft, sessions[0], rooms=[room])
    with pytest.raises(Refusal, match="Aula Magna") as refusal:
        released(draft, office)
    assert other.cohort.code in str(refusal.value)
    assert not TimetableRelease.objects.exists()


def test_a_soft_clash_waits_for_somebody_to_permit_it(office, sessions):
    draft = opened(sessions[0])
    teacher = factories.an_instructor(name="Ada Lovati")
    factories.an_absence(teacher)
    edited(draft, sessions[0], instructors=[teacher])
    with pytest.raises(Refusal, match="Ada Lovati"):
        released(draft, office)
    [found] = judgement_of(draft).barring
    permit(draft=draft, fingerprint=found.fingerprint, reason="Si collega", by=office, at=AT)
    assert released(draft, office).number == 1


def test_a_draft_that_changes_nothing_is_not_released(office, sessions):
    with pytest.raises(Refusal):
        released(opened(sessions[0]), office)


def test_what_has_begun_is_not_moved_by_a_release_and_nothing_moves_into_the_past(office, sessions):
    """Whoever came would never hear of it: nobody is told of what is past."""
    for number, facts in enumerate(
        ({"starts_at": NINE + 2 * DAY, "ends_at": NINE + 2 * DAY + HOURS}, {"starts_at": NINE - DAY})
    ):
        draft = opened(sessions[0])
        edited(draft, sessions[number], **({"ends_at": NINE - DAY + HOURS} | facts))
        with pytest.raises(Refusal):
            release_draft(timetabledraft=draft, by=office, at=NINE)
        drop_draft(timetabledraft=draft, by=None, at=NINE)
    assert not TimetableRelease.objects.exists()


def test_who_taught_what_has_begun_can_still_be_corrected(office, sessions):
    draft = opened(sessions[0])
    edited(draft, sessions[0], topic_it="Monopattini", instructors=[factories.an_instructor()])
    assert release_draft(timetabledraft=draft, by=office, at=NINE).number == 1


def test_a_draft_is_released_once(office, sessions):
    draft = opened(sessions[0])
    edited(draft, sessions[0], topic_it="Monopattini")
    released(draft, office)
    with pytest.raises(Refusal):
        released(draft, office)


def test_who_goes_and_who_comes_is_recorded_with_the_note(office, sessions):
    session, before = sessions[0], sessions[0].teachers.get().instructor
    two = [factories.an_instructor(), factories.an_instructor(kind="company")]
    draft = opened(session)
    edited(draft, session, instructors=two)
    released(draft, office, note="Malattia")
    rows = Substitution.objects.order_by("pk").values_list("session", "out", "into", "reason", "by", "at")
    assert list(rows) == [
        (session.pk, before.pk, two[0].pk, "Malattia", office.pk, AT),
        (session.pk, None, two[1].pk, "Malattia", office.pk, AT),
    ]
    assert sorted(session.teachers.values_list("kind", "minutes", "share")) == [
        ("academic", 120, 120),
        ("company", 120, 120),
    ]
