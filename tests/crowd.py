"""Many rows of everything at once, for tests that look at what a page costs."""

from datetime import date, timedelta

import pgtrigger
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import connection

from academy.models import Notice, User
from assessments.models import (
    AbsenceNotice,
    AttendanceRule,
    Certificate,
    CertificateRule,
    Milestone,
    ModuleTest,
    OutcomeEntry,
    PresenceInterval,
    ProjectOutcome,
    ProjectWork,
    Question,
    Questionnaire,
    Rectification,
    RectificationRequest,
    Register,
    Rubric,
    RubricCriterion,
    Score,
    Signature,
    Survey,
)
from courses.actions.ledger import sign
from courses.models import (
    Appointment,
    Availability,
    Block,
    Closure,
    Cohort,
    Hub,
    Instructor,
    Material,
    MaterialVersion,
    Module,
    Organisation,
    Override,
    PlanRun,
    Programme,
    Role,
    Room,
    Session,
    SessionPlace,
    SessionTeacher,
    Substitution,
    TimetableDraft,
    TimetableRelease,
)
from enrollment.models import (
    Agreement,
    Application,
    Call,
    Consent,
    Criterion,
    Enrollment,
    Interest,
    InterviewSlot,
    Nomination,
    Offer,
    Ranking,
    RequiredDocument,
    Team,
    TeamPlace,
)
from tests import factories
from tests.factories import PROFILE, rome

DAY = rome(2022, 2, 3, 9)
DAYS = {"starts_on": date(2022, 1, 13), "ends_on": date(2022, 6, 11)}
RECEIVED = {
    **PROFILE,
    "state": "submitted",
    "born_on": date(1985, 5, 17),
    "foreign": True,
    "motivation": "Coordino.",
    "submitted_at": DAY,
    "privacy_read_at": DAY,
}
NO_MINUTES = {"minutes": 0, "academic_minutes": 0, "company_minutes": 0}


def many(model, rows: int, **columns) -> list:
    """This many rows; a column that is a list gives each row its own."""
    return model.objects.bulk_create(
        model(**{key: value[n] if isinstance(value, list) else value for key, value in columns.items()})
        for n in range(rows)
    )


def analyze() -> None:
    """What PostgreSQL does by itself a minute later: until then it plans as if the tables were empty.

    Ours alone: the lock on those all databases of a server share would keep the tests beside us waiting.
    """
    ours = map(connection.ops.quote_name, connection.introspection.django_table_names())
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(ours)}")


def fill(rows: int) -> None:
    """This many more of everything the office lists: as many editions, each with one of everything."""
    numbers = [next(factories.numbers) for _ in range(rows)]

    def named(word: str) -> list[str]:
        return [f"{word}-{number}" for number in numbers]

    people = many(User, rows, email=named("row"), name=named("Riga"))
    bodies = many(Organisation, rows, name=named("Ente"))
    hubs = many(Hub, rows, code=named("hub"), name=named("Sede"), city="Asti", organisation=bodies)
    rooms = many(Room, rows, hub=hubs, name=named("Aula"), capacity=9)
    teachers = many(Instructor, rows, name=named("Docente"), organisation=bodies, user=people, kind="company")
    programmes = many(Programme, rows, code=named("plan"), **NO_MINUTES)
    blocks = many(Block, rows, programme=programmes, code="A", position=1, minutes=0)
    modules = many(Module, rows, block=blocks, code="A1", position=1, **NO_MINUTES)
    cohorts = many(Cohort, rows, code=named("edition"), programme=programmes, hub=hubs, seats=40, **DAYS)
    many(Closure, rows, cohort=cohorts, hub=hubs, **DAYS)
    calls = many(Call, rows, cohort=cohorts, opens_at=DAY, closes_at=DAY + timedelta(days=1))
    title = {"title_it": named("Titolo"), "title_en": named("Title")}
    many(Criterion, rows, call=calls, phase="documents", position=1, maximum=60, **title)
    many(RequiredDocument, rows, call=calls, position=1, **title)
    many(Role, rows, user=people, cohort=cohorts, organisation=bodies)
    nominations = many(Nomination, rows, organisation=bodies, cohort=cohorts, places=2, contact=people)
    texts = many(Agreement, rows, kind="recording", version=numbers, in_force_from=DAY, **title)
    many(Consent, rows, user=people, agreement=texts, cohort=cohorts, given=True, at=DAY)
    many(Interest, rows, email=named("interest"), asked_at=DAY)
    inputs = {"edition": "SMTC", "seats": 40, "suitable_from": 50}
    inputs |= {key: [] for key in ("committee", "criteria", "candidates")}
    many(Ranking, rows, call=calls, version=1, published_at=DAY, published_by=people, inputs=inputs)
    hours = {"starts_at": DAY, "ends_at": DAY + timedelta(hours=1)}
    sessions = many(Session, rows, cohort=cohorts, module=modules, mode="hybrid", **hours)
    many(SessionPlace, rows, session=sessions, room=rooms)
    many(SessionPlace, rows, session=sessions, link="https://example.org")
    many(SessionTeacher, rows, session=sessions, instructor=teachers, kind="company", minutes=60, share=60)
    materials = many(Material, rows, cohort=cohorts, module=modules, kind="link", position=1, **title)
    many(MaterialVersion, rows, material=materials, number=1, link="https://example.org", at=DAY)
    drafts = many(TimetableDraft, rows, cohort=cohorts, opened_at=DAY, opened_by=people)
    many(PlanRun, rows, draft=drafts, by=people, at=DAY)
    change = {"difference": [], "snapshot": [], "number": 1}
    TimetableRelease.objects.bulk_create(
        TimetableRelease(cohort=draft.cohort, draft=draft, by=person, at=DAY, **change)
        for draft, person in zip(drafts, people, strict=True)
    )
    permitted = {"level": "low", "code": "overrun", "fingerprint": "0", "reason": "Bastano 10 minuti"}
    many(Override, rows, cohort=cohorts, by=people, at=DAY, **permitted)
    many(Availability, rows, instructor=teachers, **DAYS)
    many(Appointment, rows, instructor=teachers, cohort=cohorts, minutes=60, asked_at=DAY)
    many(Substitution, rows, session=sessions, into=teachers, by=people, at=DAY)
    applied = {"user": people, "cohort": cohorts, "nomination": nominations, "number": 1}
    applications = many(Application, rows, **applied, **RECEIVED)
    week = timedelta(days=7)
    chosen = {"application": applications, "offered_at": DAY, "starts_at": DAY + week, "chosen_at": DAY}
    many(InterviewSlot, rows, call=calls, where="Aula", **chosen)
    many(Offer, rows, application=applications, made_at=DAY, deadline=DAY + week)
    places = many(
        Enrollment,
        rows,
        user=people,
        cohort=cohorts,
        application=applications,
        admitted_at=DAY,
        starts_on=DAYS["starts_on"],
        **PROFILE,
    )
    many(AttendanceRule, rows, cohort=cohorts)
    many(CertificateRule, rows, cohort=cohorts, need="hours")
    registers = many(Register, rows, session=sessions, topic="Piani")
    said = {"enrollment": places, "session": sessions, "by": people, "at": DAY}
    many(PresenceInterval, rows, source="roll_call", attendance="in_person", **said)
    many(Signature, rows, register=registers, instructor=teachers, minutes=60, by=people, at=DAY)
    mine = Register.objects.filter(pk__in=[register.pk for register in registers])
    mine.update(state="signed", signed_at=DAY)
    mine.update(state="closed", closed_at=DAY, closed_by=people[0])
    right = {"before": {"minutes": 0}, "after": {"minutes": 60}, "reason": "Presente"}
    many(Rectification, rows, register=registers, enrollment=places, by=people, at=DAY, **right)
    sent = {
        "enrollment": places,
        "session": sessions,
        "sent_at": DAY + timedelta(hours=2),
        "reason": "Visita",
    }
    many(AbsenceNotice, rows, **sent)
    many(RectificationRequest, rows, attendance="in_person", **hours, **sent)
    tests = many(ModuleTest, rows, cohort=cohorts, module=modules, session=sessions)
    sign(by=people[0], at=DAY)
    many(Score, rows, enrollment=places, test=tests, outcome="mark", value=28)
    projects(rows, cohorts, places, people, title)
    asked = many(Questionnaire, rows, kind="satisfaction", version=[n % 32000 + 9 for n in numbers], **title)
    many(Question, rows, questionnaire=asked, position=1, **title)
    mine = Questionnaire.objects.filter(pk__in=[one.pk for one in asked])
    mine.update(frozen_at=DAY, digest="0" * 64)
    survey = {"questionnaire": asked, "moment": "module", "module": modules, "cohort": cohorts}
    many(Survey, rows, opens_at=DAY, closes_at=DAY + timedelta(days=7), **survey)
    many(Notice, rows, user=people, kind="session_tomorrow", key=1, due_at=DAY, not_before=DAY)
    many(EmailAddress, rows, user=people, email=named("row"))
    many(Authenticator, rows, user=people, type=Authenticator.Type.TOTP, data={})
    many(Group, rows, name=named("Gruppo"))
    written = {"facts": {"name": "Ada"}, "digest": "0" * 64, "issued_by": people[0], "issued_at": DAY}
    codes = [f"{place.pk:022}" for place in places]
    many(Certificate, rows, enrollment=places, kind="statement", year=2022, code=codes, **written)


def projects(rows: int, cohorts: list, places: list, people: list, title: dict) -> None:
    """A team in each edition, with its project, its rubric, its judgement, and a change of that."""
    teams = many(Team, rows, cohort=cohorts, number=1)
    many(TeamPlace, rows, team=teams, enrollment=places, starts_on=DAYS["starts_on"])
    rubrics = many(Rubric, rows, code=[cohort.code for cohort in cohorts], **title)
    many(RubricCriterion, rows, rubric=rubrics, position=1, **title)
    works = many(ProjectWork, rows, team=teams, rubric=rubrics, **title)
    many(Milestone, rows, project=works, due_at=DAY, **title)
    said = {"word": "distinto", "overall": 4, "text": "Bene", "saved_at": DAY}
    with pgtrigger.ignore("assessments.ProjectOutcome:an_outcome_rests_on_two_readings"):
        outcomes = many(ProjectOutcome, rows, project=works, **said)
    many(OutcomeEntry, rows, outcome=outcomes, before={"word": "buono"}, by=people, at=DAY, reason="Refuso")


class Edition:
    """An edition with as many modules, moved sessions, materials, tests, participants and applicants.

    Everything is on `DAY`, a minute for each session, and taught by `instructor`. The first test is a
    draft; the second is published, and so is the third, whose retake is a draft. `participant` has a
    published score in every test but the first.
    """

    def __init__(self, rows: int) -> None:
        numbers = list(range(1, rows + 1))
        programme = factories.a_programme()
        block = programme.blocks.first()
        title = [f"Modulo {number}" for number in numbers]
        code = [f"M{number}" for number in numbers]
        modules = many(
            Module,
            rows,
            block=block,
            code=code,
            title_it=title,
            title_en=title,
            position=numbers,
            **NO_MINUTES,
        )
        self.cohort = factories.a_cohort(programme=programme, seats=rows)
        self.instructor = factories.an_instructor()
        self.sessions = many(
            Session,
            rows,
            cohort=self.cohort,
            module=modules,
            mode="hybrid",
            starts_at=[DAY + timedelta(minutes=n) for n in range(rows)],
            ends_at=[DAY + timedelta(minutes=n + 1) for n in range(rows)],
            revision=1,
            changed_at=DAY - timedelta(days=1),
            previous_starts_at=DAY - timedelta(days=2),
        )
        many(SessionPlace, rows, session=self.sessions, room=factories.a_room())
        many(SessionPlace, rows, session=self.sessions, link="https://example.org")
        many(
            SessionTeacher,
            rows,
            session=self.sessions,
            instructor=self.instructor,
            kind="academic",
            minutes=1,
            share=1,
        )
        self.materials = many(
            Material,
            rows,
            cohort=self.cohort,
            module=modules,
            session=self.sessions,
            kind="link",
            title_it=[f"Dispensa {number}" for number in numbers],
            title_en=[f"Handout {number}" for number in numbers],
            position=1,
            published_at=DAY - timedelta(days=1),
        )
        link = {"link": "https://example.org", "by": self.instructor.user, "at": DAY - timedelta(days=1)}
        many(MaterialVersion, rows, material=self.materials, number=1, **link)
        self.tests = many(ModuleTest, rows, cohort=self.cohort, module=modules, session=self.sessions)
        ModuleTest.objects.filter(pk__in=[test.pk for test in self.tests[1:3]]).update(published_at=DAY)
        self.enrollments = many(
            Enrollment,
            rows,
            user=self.people("Persona", numbers),
            cohort=self.cohort,
            admitted_at=DAY,
            starts_on=DAYS["starts_on"],
            **PROFILE,
        )
        self.participant = self.enrollments[0].user
        applicants = self.people("Candidato", numbers)
        many(Application, rows, user=applicants, cohort=self.cohort, number=numbers, **RECEIVED)
        self.applicant = applicants[0]
        many(
            Notice,
            rows,
            user=self.participant,
            kind="session_tomorrow",
            key=numbers,
            due_at=DAY,
            not_before=DAY,
            state="parked",
        )
        self.record(rows)

    def people(self, word: str, numbers: list[int]) -> list[User]:
        """With a name and a number; the number repeats in the next edition, the address does not."""
        emails = [f"{word}{next(factories.numbers)}@example.org".lower() for _ in numbers]
        return many(User, len(numbers), email=emails, name=[f"{word} {number}" for number in numbers])

    def record(self, rows: int) -> None:
        """Low marks, so that a retake is open to all."""
        sign(by=self.instructor.user, at=DAY)
        draft, published, retaken = self.tests[:3]
        low = {"outcome": "mark", "value": 12}
        everybody = {"enrollment": self.enrollments, **low}
        seen = {"published_at": DAY, "signed_at": DAY, "signed_by": self.instructor.user}
        many(Score, rows, test=draft, **everybody)
        many(Score, rows, test=published, **seen, **everybody)
        many(Score, rows, test=retaken, **seen, **everybody)
        many(Score, rows, test=retaken, attempt=2, **everybody)
        mine = {"enrollment": self.enrollments[0], **seen, **low}
        many(Score, rows - 3, test=self.tests[3:], **mine)
        analyze()
