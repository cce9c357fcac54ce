"""What must never be among applications and places, broken by SQL and refused by PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.models import Role, sentence_for
from enrollment.actions.visits import visit_materials
from enrollment.models import (
    Agreement,
    Application,
    ApplicationFile,
    ApplicationSnapshot,
    Consent,
    Criterion,
    DocumentRequest,
    Enrollment,
    Evaluation,
    Interest,
    InterviewSlot,
    Invitation,
    Joining,
    Nomination,
    Offer,
    Phase,
    PlaceChoice,
    Points,
    Ranking,
    RankingLine,
    RequiredDocument,
    Team,
    TeamPlace,
)
from tests import factories
from tests.factories import rome
from tests.invariants import another, cases, execute, refused_as, rules

pytestmark = pytest.mark.django_db

RECEIVED = rome(2021, 11, 2, 10)
SOMEBODY = "(SELECT max(id) FROM academy_user)"  # on no committee, applied for nothing
SENT = "(SELECT id FROM enrollment_application WHERE number = 1 AND nomination_id IS NOT NULL)"
APPLICANT = SENT.replace("id", "user_id", 1)
DRAFT = "(SELECT id FROM enrollment_application WHERE state = 'draft')"
ANOTHERS = "(SELECT application_id FROM enrollment_offer)"
UNUSED_CALL = "(SELECT max(id) FROM enrollment_call)"
INTERVIEW = "(SELECT min(id) FROM enrollment_criterion WHERE phase = 'interview')"
SIGNED = "(SELECT id FROM enrollment_evaluation WHERE signed_at IS NOT NULL)"
APPLICATION, SLOT = "UPDATE enrollment_application", "UPDATE enrollment_interviewslot"
OFFER, REQUEST = "UPDATE enrollment_offer", "UPDATE enrollment_documentrequest"
RENOUNCE = "UPDATE enrollment_enrollment SET state = 'renounced', ended_at = admitted_at,"
WITHDRAW = (
    "UPDATE enrollment_enrollment"
    " SET state = 'withdrawn', reason = 'Assenze.', ended_at = admitted_at, ends_on = starts_on"
)
ANSWER = """
    INSERT INTO enrollment_consent (user_id, agreement_id, cohort_id, given, at)
    SELECT user_id, agreement.id, offer.cohort_id, {given}, made_at
    FROM enrollment_offer offer
    JOIN enrollment_application application ON application.id = application_id
    JOIN enrollment_agreement agreement ON agreement.kind = '{kind}'
"""


def one_more_application(**changes: str) -> str:
    """The first application again, of somebody else and with a number of its own."""
    return another(Application, **{"user_id": SOMEBODY, "number": "99", "nomination_id": "NULL"} | changes)


def one_more_criterion(**changes: str) -> str:
    """In a call whose committee has not begun."""
    return another(Criterion, call_id=UNUSED_CALL, **changes)


def one_more_file(**changes: str) -> str:
    """The draft's file again."""
    columns = [field.column for field in ApplicationFile._meta.concrete_fields]
    values = ", ".join(({"id": "gen_random_uuid()"} | changes).get(column, column) for column in columns)
    return (
        f"INSERT INTO enrollment_applicationfile ({', '.join(columns)})"
        f" SELECT {values} FROM enrollment_applicationfile WHERE application_id = {DRAFT}"
    )


BROKEN_BY = {
    # the call
    "a_call_closes_after_it_opens": "UPDATE enrollment_call SET closes_at = opens_at",
    "first_offers_expire_after_the_call": "UPDATE enrollment_call SET answers_by = closes_at",
    "an_edition_needs_somebody_to_start": "UPDATE enrollment_call SET minimum = 0",
    "a_later_offer_leaves_time_to_answer": "UPDATE enrollment_call SET reserve_days = 0",
    "a_call_somebody_answered_is_kept": "DELETE FROM enrollment_call",
    "documents_of_a_call_stand_in_line": another(RequiredDocument),
    "one_interest_per_address": another(Interest, email="upper(email)"),
    "one_nomination_per_organisation_and_edition": another(Nomination),
    "a_nomination_has_places": "UPDATE enrollment_nomination SET places = 0",
    # the application
    "an_application_has_a_known_state": one_more_application(state="'lost'"),
    "an_exclusion_has_a_known_ground": one_more_application(state="'excluded'", ground="'a whim'"),
    "nobody_both_has_a_tax_code_and_has_none": [
        one_more_application(foreign="true"),
        f"{APPLICATION} SET \"foreign\" = true, tax_code = 'RSSMRA85E17L219R' WHERE id = {DRAFT}",
    ],
    "exactly_the_excluded_have_a_ground": [
        one_more_application(state="'excluded'"),
        one_more_application(ground="'absent'"),
    ],
    "one_live_application_per_person_and_edition": [
        another(Application, number="99", nomination_id="NULL", state=state)
        for state in ("'draft'", "'eligible'", "'not_suitable'", "'renounced'", "'enrolled'")
    ],
    "one_receipt_number_per_application": one_more_application(number="number"),
    "an_application_received_has_its_moment_and_number": [
        one_more_application(number="NULL"),
        one_more_application(submitted_at="NULL"),
        one_more_application(privacy_read_at="NULL"),
        one_more_application(state="'withdrawn'", submitted_at="NULL"),
    ],
    "an_application_received_is_complete": [
        one_more_application(born_on="NULL"),
        *(one_more_application(**{name: "''"}) for name in ("role", "sector", "region", "motivation")),
    ],
    "an_employer_and_its_kind_go_together": [
        one_more_application(employer="''"),
        one_more_application(employer_kind="'none'"),
    ],
    "a_tax_code_looks_like_one": one_more_application(tax_code="'RSSMRA85E17Z00'"),
    "only_a_foreigner_applies_without_tax_code": one_more_application(tax_code="''"),
    "an_application_changes_state_by_the_rules": [
        f"{APPLICATION} SET state = 'draft' WHERE id = {SENT}",
        f"{APPLICATION} SET state = 'enrolled' WHERE id = {SENT}",
        f"{APPLICATION} SET state = 'admitted' WHERE id = {SENT}",
    ],
    "an_application_received_stays_as_it_was": [
        f"{APPLICATION} SET {change} WHERE id = {SENT}"
        for change in (
            "motivation = 'Another one.'",
            "employer = 'Another one'",
            "born_on = born_on + 1",
            "special_needs = 'None.'",
            "submitted_at = submitted_at - interval '1 day'",
            "number = 7",
            f"user_id = {SOMEBODY}",
            "cohort_id = cohort_id + 1",
            "nomination_id = NULL",
            "employer_may_know = true",
        )
    ],
    "an_application_received_is_kept": f"DELETE FROM enrollment_application WHERE id = {SENT}",
    "a_nomination_has_only_its_places": one_more_application(nomination_id="nomination_id"),
    "passages_are_only_added": [
        "UPDATE enrollment_applicationpassage SET reason = 'Another one.'",
        "DELETE FROM enrollment_applicationpassage",
    ],
    "snapshots_of_an_application_are_numbered": another(ApplicationSnapshot),
    "an_application_is_sent_once_and_completed_once": another(ApplicationSnapshot, number="3"),
    "snapshots_are_only_added": [
        "UPDATE enrollment_applicationsnapshot SET digest = ''",
        "DELETE FROM enrollment_applicationsnapshot",
    ],
    "documents_asked_for_are_due_later": f"{REQUEST} SET due_at = asked_at",
    "documents_asked_for_come_in_time": [
        f"{REQUEST} SET answered_at = due_at",
        f"{REQUEST} SET answered_at = asked_at - interval '1 second'",
    ],
    "a_file_is_of_a_known_kind": one_more_file(content_type="'text/html'"),
    "a_file_is_neither_empty_nor_too_large": [
        one_more_file(size="0"),
        one_more_file(size=str(5 * 1024 * 1024 + 1)),
    ],
    "files_come_while_they_are_asked_for": one_more_file(application_id=SENT),
    "a_file_never_changes": "UPDATE enrollment_applicationfile SET name = 'another.pdf'",
    "files_received_are_kept": f"DELETE FROM enrollment_applicationfile WHERE application_id = {SENT}",
    # the committee
    "a_criterion_has_a_known_phase": one_more_criterion(phase="'dance'"),
    "criteria_of_a_phase_stand_in_line": one_more_criterion(),
    "a_criterion_earns_points": one_more_criterion(position="9", maximum="0"),
    "criteria_stay_once_used": [
        another(Criterion, position="9"),
        "UPDATE enrollment_criterion SET maximum = maximum + 1",
        f"UPDATE enrollment_criterion SET call_id = {UNUSED_CALL}, position = 9",
        "DELETE FROM enrollment_criterion",
    ],
    "a_score_sheet_has_a_known_phase": another(Evaluation, phase="'dance'"),
    "one_score_sheet_per_member_application_and_phase": another(Evaluation),
    "only_the_committee_scores": [
        another(Evaluation, member_id=SOMEBODY),
        f"{another(Role, user_id=APPLICANT)}; {another(Evaluation, member_id=APPLICANT)}",
    ],
    "a_signed_score_sheet_stays": [
        f"UPDATE enrollment_evaluation SET remark = 'Another one.' WHERE id = {SIGNED}",
        f"UPDATE enrollment_evaluation SET signed_at = NULL WHERE id = {SIGNED}",
        f"DELETE FROM enrollment_evaluation WHERE id = {SIGNED}",
    ],
    "a_signed_score_sheet_is_complete": (
        "UPDATE enrollment_evaluation SET signed_at = now() WHERE id = (SELECT max(id) FROM"
        " enrollment_evaluation WHERE signed_at IS NULL)"
    ),
    "points_for_a_criterion_are_given_once": another(Points),
    "points_stay_within_their_criterion": [
        "UPDATE enrollment_points SET value = 61",
        f"UPDATE enrollment_points SET criterion_id = {INTERVIEW}",
    ],
    "points_of_a_signed_sheet_stay": [
        f"UPDATE enrollment_points SET value = 1 WHERE evaluation_id = {SIGNED}",
        f"DELETE FROM enrollment_points WHERE evaluation_id = {SIGNED}",
        another(Points, evaluation_id=SIGNED),
    ],
    "an_interview_has_a_known_outcome": f"{SLOT} SET turnout = 'late' WHERE application_id IS NOT NULL",
    "one_interview_at_a_time_and_place": another(InterviewSlot, application_id="NULL", chosen_at="NULL"),
    "an_interview_is_offered_four_days_before": f"{SLOT} SET offered_at = starts_at - interval '95 hours'",
    "a_chosen_interview_has_its_moment": [
        f"{SLOT} SET chosen_at = NULL WHERE application_id IS NOT NULL",
        f"{SLOT} SET chosen_at = starts_at WHERE application_id IS NOT NULL",
        f"{SLOT} SET chosen_at = offered_at WHERE application_id IS NULL",
    ],
    "only_a_chosen_interview_has_an_outcome": f"{SLOT} SET turnout = 'held' WHERE application_id IS NULL",
    "an_interview_is_of_its_own_call": (
        f"{SLOT} SET application_id = {DRAFT}, chosen_at = offered_at WHERE application_id IS NULL"
    ),
    # the ranking
    "versions_of_a_ranking_are_numbered": another(Ranking),
    "a_new_version_of_a_ranking_has_a_reason": another(Ranking, version="2"),
    "rankings_are_only_superseded": [
        "UPDATE enrollment_ranking SET inputs = '{}'",
        "DELETE FROM enrollment_ranking",
    ],
    "a_line_of_a_ranking_has_a_known_outcome": another(RankingLine, outcome="'lost'"),
    "an_application_stands_once_in_a_ranking": another(RankingLine, place="2"),
    "each_place_in_a_ranking_is_taken_once": another(RankingLine, application_id=DRAFT),
    "exactly_the_suitable_have_a_place": [
        another(RankingLine, application_id=DRAFT, place="NULL"),
        another(RankingLine, application_id=DRAFT, place="2", outcome="'not_suitable'"),
    ],
    "the_excluded_stand_with_their_ground_alone": [
        another(RankingLine, application_id=DRAFT, place="NULL", outcome="'excluded'", **changes)
        for changes in (
            {"ground": "'absent'"},
            {"ground": "'absent'", "interview": "NULL", "total": "NULL"},
            {"documents": "NULL", "interview": "NULL", "total": "NULL"},
        )
    ]
    + [another(RankingLine, application_id=DRAFT, place="2", ground="'absent'")],
    "lines_of_a_ranking_are_only_added": [
        "UPDATE enrollment_rankingline SET total = 100",
        "DELETE FROM enrollment_rankingline",
    ],
    # the offer
    "an_offer_has_a_known_state": another(Offer, state="'lost'", answered_at="made_at"),
    "one_open_offer_per_application": another(Offer),
    "an_offer_leaves_time_to_answer": f"{OFFER} SET deadline = made_at",
    "a_settled_offer_has_its_moment": [
        f"{OFFER} SET answered_at = made_at",
        f"{OFFER} SET state = 'revoked'",
    ],
    "an_offer_is_answered_before_its_hour": f"{OFFER} SET state = 'declined', answered_at = deadline",
    "a_seat_is_accepted_with_its_agreement": [
        f"{OFFER} SET state = 'accepted', answered_at = made_at",
        *(
            f"{ANSWER.format(given=given, kind=kind)};"
            f" {OFFER} SET state = 'accepted', answered_at = made_at + interval '{seconds} second'"
            for given, kind, seconds in (
                (False, "participation", 0),
                (True, "recording", 0),
                (True, "participation", 1),
            )
        ),
    ],
    "an_offer_lapses_at_its_hour": (
        f"{OFFER} SET state = 'lapsed', answered_at = deadline - interval '1 second'"
    ),
    "an_offer_is_for_the_edition_applied_to": (
        f"{OFFER} SET cohort_id = (SELECT cohort_id FROM enrollment_application WHERE id = {DRAFT})"
    ),
    "an_offer_changes_state_by_the_rules": (
        f"{OFFER} SET state = 'declined', answered_at = made_at;"
        f" {OFFER} SET state = 'open', answered_at = NULL"
    ),
    "no_more_offers_than_seats": another(Offer, application_id=SENT),
    "an_agreement_has_a_known_kind": another(Agreement, kind="'other'"),
    "versions_of_an_agreement_are_numbered": another(Agreement),
    "the_participation_agreement_is_required": another(Agreement, version="9", required="false"),
    "agreements_are_only_superseded": [
        "UPDATE enrollment_agreement SET text_it = 'Altro.'",
        "DELETE FROM enrollment_agreement",
    ],
    "one_answer_at_a_time": another(Consent),
    "consents_are_only_added": [
        "UPDATE enrollment_consent SET given = NOT given",
        "DELETE FROM enrollment_consent",
    ],
    # the enrollment
    # the places of a session
    "one_choice_per_person_and_session": another(PlaceChoice),
    "who_moved_up_sits": "UPDATE enrollment_placechoice SET seated = false, moved_up_at = now()",
    "nobody_waits_for_a_remote_place": "UPDATE enrollment_placechoice SET seated = false, room_id = NULL",
    "a_choice_is_for_a_session_of_the_edition": another(
        PlaceChoice, enrollment_id="(SELECT min(id) FROM enrollment_enrollment)"
    ),
    "a_room_is_never_oversold": another(
        PlaceChoice, enrollment_id="(SELECT id FROM enrollment_enrollment WHERE access = 'remote')"
    ),
    "joinings_are_append_only": [
        "UPDATE enrollment_joining SET at = now()",
        "DELETE FROM enrollment_joining",
    ],
    "one_joins_the_calls_of_the_own_edition": another(
        Joining, enrollment_id="(SELECT min(id) FROM enrollment_enrollment)"
    ),
    "one_is_invited_to_a_session_once": another(Invitation),
    "one_is_invited_to_sessions_of_the_own_edition": another(
        Invitation, enrollment_id="(SELECT min(id) FROM enrollment_enrollment)"
    ),
    "an_enrollment_has_a_known_state": another(
        Enrollment, state="'lost'", ends_on="starts_on", ended_at="admitted_at"
    ),
    "one_live_enrollment_per_person_and_edition": [
        another(Enrollment),
        another(Enrollment, state="'completed'", ends_on="starts_on", ended_at="admitted_at"),
    ],
    "an_ended_enrollment_has_its_last_day": [
        "UPDATE enrollment_enrollment SET ends_on = starts_on",
        "UPDATE enrollment_enrollment SET ended_at = admitted_at",
        WITHDRAW.replace("starts_on", "NULL"),
        WITHDRAW.replace("admitted_at", "NULL"),
    ],
    "who_followed_an_edition_left_after_joining_it": (
        "UPDATE enrollment_enrollment SET starts_on = starts_on + 9;"
        " UPDATE enrollment_enrollment SET state = 'withdrawn', reason = 'Assenze.',"
        " ended_at = admitted_at, ends_on = starts_on - 1"
    ),
    "a_withdrawal_forfeiture_or_exclusion_has_its_reason": [
        f"UPDATE enrollment_enrollment SET state = '{state}', ends_on = starts_on, ended_at = admitted_at"
        for state in ("withdrawn", "forfeited", "excluded")
    ],
    "one_renounces_before_the_first_day": [
        f"{RENOUNCE} ends_on = starts_on",
        another(Enrollment, state="'renounced'", ends_on="starts_on", ended_at="admitted_at"),
    ],
    "one_withdraws_from_the_first_day_on": [
        "UPDATE enrollment_enrollment SET reason = 'Assenze.', ended_at = admitted_at,"
        f" state = '{state}', ends_on = starts_on - 1"
        for state in ("withdrawn", "completed")
    ],
    "the_end_of_a_place_stays_as_it_is": [
        f"{WITHDRAW}; UPDATE enrollment_enrollment SET {change}"
        for change in (
            "reason = 'Altro.'",
            "ends_on = ends_on + 1",
            "ended_at = now()",
            "ended_by_id = user_id",
        )
    ],
    "an_enrollment_changes_state_by_the_rules": [
        f"{WITHDRAW}; UPDATE enrollment_enrollment SET state = '{state}'"
        for state in ("active", "completed", "forfeited", "excluded")
    ],
    "no_more_enrollments_than_seats": [
        another(Enrollment, user_id=SOMEBODY),
        "UPDATE enrollment_enrollment SET cohort_id = (SELECT min(id) FROM courses_cohort)",
    ],
    "a_visit_follows_the_one_before": "UPDATE enrollment_materialvisit SET new_since = seen_at + '1 s'",
    "teams_of_an_edition_are_numbered_once": another(Team),
    "a_place_in_a_team_ends_after_it_begins": ("UPDATE enrollment_teamplace SET ends_on = starts_on - 1"),
    "one_team_at_a_time": [
        another(TeamPlace),
        another(TeamPlace, ends_on="starts_on + 9", starts_on="starts_on + 9"),
        "UPDATE enrollment_teamplace SET ends_on = starts_on + 5;"
        + another(TeamPlace, starts_on="starts_on + 5", ends_on="NULL"),
    ],
    "a_team_is_made_of_participants_of_its_edition": (
        "UPDATE enrollment_teamplace SET enrollment_id = (SELECT max(id) FROM enrollment_enrollment),"
        " starts_on = starts_on + 300"
    ),
    "a_place_in_a_team_is_of_its_edition": (
        "UPDATE enrollment_teamplace place SET cohort_id = other.cohort_id, enrollment_id = other.id,"
        " starts_on = place.starts_on + 300 FROM enrollment_enrollment other"
        " WHERE other.id = (SELECT max(id) FROM enrollment_enrollment)"
    ),
    "who_is_in_a_team_belongs_to_the_edition": [
        "UPDATE enrollment_teamplace SET starts_on = starts_on - 1",
        f"{WITHDRAW}; UPDATE enrollment_teamplace SET ends_on = starts_on + 500",
    ],
    "seats_never_fall_below_those_taken": [
        "UPDATE courses_cohort SET seats = 0 WHERE seats = 1",
        "UPDATE courses_cohort SET seats = 0 WHERE id = (SELECT cohort_id FROM enrollment_offer)",
    ],
}


@pytest.fixture
def world():
    """An edition with one seat, taken, and all that can belong to an application to it; a draft, an
    open offer and an enrollment in three other editions."""
    cohort = factories.a_cohort(seats=1)
    call = factories.a_scored_call(cohort=cohort)
    document = factories.a_document(call)
    nomination = factories.a_nomination(cohort=cohort, places=1)
    sent = factories.an_application(
        cohort=cohort, nomination=nomination, state="draft", submitted_at=None, privacy_read_at=RECEIVED
    )
    factories.a_file(sent, document)
    Application.objects.update(state="submitted", submitted_at=RECEIVED, number=1)
    ApplicationSnapshot.objects.create(application=sent, number=1, taken_at=RECEIVED, content={}, digest="0")
    DocumentRequest.objects.create(
        application=sent,
        message="Il curriculum non si legge.",
        asked_at=RECEIVED,
        asked_by=sent.user,
        due_at=RECEIVED + timedelta(days=5),
    )
    scored = factories.a_score_sheet(sent, factories.a_member(cohort), 40, signed=False)
    factories.a_score_sheet(sent, factories.a_member(cohort), 50)
    Evaluation.objects.create(application=sent, member=factories.a_member(cohort), phase=Phase.INTERVIEW)
    assert scored.pk == min(Evaluation.objects.values_list("pk", flat=True))
    factories.a_slot(call, application=sent, chosen_at=call.closes_at)
    factories.a_slot(call)
    ranking = Ranking.objects.create(
        call=call, version=1, published_at=RECEIVED, published_by=sent.user, inputs={}, digest="0"
    )
    RankingLine.objects.create(
        ranking=ranking, application=sent, place=1, documents=45, interview=30, total=75, outcome="admitted"
    )
    visitor = factories.an_enrollment(cohort=cohort)
    visit_materials(enrollment=visitor, by=visitor.user, at=RECEIVED)
    factories.an_enrollment()
    hybrid = factories.a_session(cohort=factories.a_cohort(seats=2), rooms=[factories.a_room(capacity=1)])
    PlaceChoice.objects.create(
        enrollment=factories.an_enrollment(cohort=hybrid.cohort),
        session=hybrid,
        room=hybrid.places.get().room,
        chosen_at=RECEIVED,
        seated=True,
    )
    away = factories.an_enrollment(cohort=hybrid.cohort, access="remote")
    Joining.objects.create(enrollment=away, session=hybrid, at=RECEIVED)
    Invitation.objects.create(enrollment=away, session=hybrid)
    factories.an_offer()
    draft = factories.a_draft(cohort=factories.a_scored_call().cohort)
    factories.a_file(draft)
    agreement = factories.an_agreement()
    factories.an_agreement(kind="recording")
    Consent.objects.create(user=sent.user, agreement=agreement, cohort=cohort, given=True, at=RECEIVED)
    Interest.objects.create(email="ada@example.org", asked_at=RECEIVED)
    factories.a_team(cohort, visitor)
    factories.a_person()


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY))
@pytest.mark.usefixtures("world")
def test_past_the_forms_it_is_refused_under_its_name(name, statement):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("enrollment")[name].message


def test_every_rule_of_admission_is_broken_here():
    assert rules("enrollment").keys() == BROKEN_BY.keys()


def test_who_left_may_come_back():
    left = factories.an_enrollment(cohort=factories.a_cohort(seats=1))
    execute(WITHDRAW)
    factories.an_enrollment(user=left.user, cohort=left.cohort)
    assert Enrollment.objects.live().get().user == left.user


def test_completing_keeps_the_seat():
    taken = factories.an_enrollment(cohort=factories.a_cohort(seats=1))
    execute(WITHDRAW.replace("withdrawn", "completed"))
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        factories.an_enrollment(cohort=taken.cohort)
    assert refused_as(refusal.value) == "no_more_enrollments_than_seats"


def test_an_open_offer_keeps_a_seat_and_a_settled_one_does_not():
    offer = factories.an_offer(factories.an_application(state="admitted", cohort=factories.a_cohort(seats=1)))
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        factories.an_enrollment(cohort=offer.cohort)
    assert refused_as(refusal.value) == "no_more_enrollments_than_seats"
    Offer.objects.update(state="lapsed", answered_at=offer.deadline)
    factories.an_enrollment(cohort=offer.cohort)


def test_who_withdrew_may_apply_again_and_who_was_excluded_may_not():
    gone = factories.an_application(state="withdrawn")
    factories.an_application(user=gone.user, cohort=gone.cohort)
    out = factories.an_application(state="excluded")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        factories.an_application(user=out.user, cohort=out.cohort)
    assert refused_as(refusal.value) == "one_live_application_per_person_and_edition"


@pytest.mark.parametrize("record", ["academy_user", "courses_cohort"])
def test_nothing_with_records_is_deleted_and_nothing_cascades(record):
    application = factories.an_application()
    factories.an_enrollment(user=application.user, cohort=application.cohort, application=application)
    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        execute(f"DELETE FROM {record}")
