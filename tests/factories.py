"""Real rows for tests: plain functions, every default can be overridden by name.

    cohort = a_cohort(seats=10)
    session = a_session(cohort=cohort, starts_at=rome(2022, 1, 14, 9), minutes=240)

Nothing is drawn by lot; what must be unique is numbered.
"""

import hashlib
import itertools
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from stdnum.it.codicefiscale import calc_check_digit

from academy.models import Notice, User
from academy.rights import set_up_office
from assessments.actions.panels import Said, judge
from assessments.actions.standard_rubric import adopt_standard_rubric
from assessments.models import (
    PAPERS,
    Certificate,
    CertificatePaper,
    Milestone,
    ModuleTest,
    Outcome,
    PanelJudgement,
    PanelSeat,
    ProjectWork,
    Rubric,
    RubricCriterion,
    Score,
)
from courses.actions.materials import add_material
from courses.actions.timetable import Plan, plan_sessions
from courses.files import Upload
from courses.models import (
    Appointment,
    Availability,
    Block,
    Closure,
    Cohort,
    DraftSession,
    Hub,
    Instructor,
    Material,
    Module,
    Organisation,
    Override,
    PlanRun,
    Programme,
    Role,
    Room,
    Session,
    Substitution,
    TeachingKind,
    TimetableDraft,
    TimetableRelease,
)
from courses.timetable import workdays_of
from courses.workdays import Half
from enrollment.models import (
    Agreement,
    Application,
    ApplicationFile,
    Call,
    Consent,
    ContentType,
    Criterion,
    Enrollment,
    Evaluation,
    InterviewSlot,
    Nomination,
    Offer,
    Phase,
    Points,
    Ranking,
    RankingLine,
    Region,
    RequiredDocument,
    Team,
    TeamPlace,
)

ROME = ZoneInfo("Europe/Rome")
PASSWORD = "mobilita-2022"
PROFILE = {
    "employer": "Comune di Torino",
    "employer_kind": "public_body",
    "role": "mobility manager",
    "sector": "public",
    "region": Region.PIEMONTE,
    "access": "hybrid",
}
# block: title in Italian, in English, modules (code, title in Italian, in English, minutes)
SMALL_PROGRAMME = {
    "A": (
        "Conoscere il mobility manager",
        "Knowing the mobility manager",
        [("A1", "Il mestiere", "The trade", 300)],
    ),
    "B": (
        "Competenze specifiche",
        "Specific skills",
        [
            ("B1", "Piani di spostamento", "Travel plans", 600),
            ("B2", "Dati di mobilità", "Mobility data", 900),
        ],
    ),
    "V": (
        "Accoglienza e valutazione",
        "Welcome and assessment",
        [
            ("V1", "Accoglienza", "Welcome", 240),
            ("V2", "Valutazione finale", "Final assessment", 240),
        ],
    ),
}

# Names carry six digits: what is sorted by name keeps its order when a process has made its ten thousandth.
numbers = itertools.count(1)


def rome(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment on the clocks of Turin."""
    return datetime(year, month, day, hour, minute, tzinfo=ROME)


def a_person(password: str | None = None, **fields) -> User:
    """Somebody with an account; `is_staff=True` works in the office."""
    number = next(numbers)
    fields = {"email": f"person{number:06}@example.org", "name": f"Persona {number:06}"} | fields
    return User.objects.create_user(password=password, **fields)


def with_address(person: User) -> User:
    """`person` once the address is confirmed, as signing in asks."""
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    return person


def a_programme(**fields) -> Programme:
    """Two blocks of 30 hours together with three modules, and the assessments, which have no test."""
    fields = {
        "code": f"programme-{next(numbers)}",
        "title_it": "Smart Mobility",
        "title_en": "Smart Mobility",
        "minutes": 1800,
        "academic_minutes": 900,
        "company_minutes": 900,
    } | fields
    programme = Programme.objects.create(**fields)
    for position, (code, (title_it, title_en, modules)) in enumerate(SMALL_PROGRAMME.items(), start=1):
        counts = code != "V"
        block = Block.objects.create(
            programme=programme,
            code=code,
            title_it=title_it,
            title_en=title_en,
            position=position,
            minutes=sum(minutes for *_, minutes in modules),
            counts_towards_total=counts,
        )
        Module.objects.bulk_create(
            Module(
                block=block,
                code=code,
                title_it=title_it,
                title_en=title_en,
                position=place,
                minutes=minutes,
                academic_minutes=minutes // 2 if counts else 0,
                company_minutes=minutes // 2 if counts else 0,
                has_test=counts,
            )
            for place, (code, title_it, title_en, minutes) in enumerate(modules, start=1)
        )
    return programme


def a_module(cohort: Cohort, code: str = "B1") -> Module:
    """The module of the edition's programme with this code."""
    return Module.objects.get(block__programme=cohort.programme_id, code=code)


def an_organisation(**fields) -> Organisation:
    """A university."""
    fields = {"name": f"Organizzazione {next(numbers):06}", "kind": Organisation.Kind.UNIVERSITY} | fields
    return Organisation.objects.create(**fields)


def a_hub(**fields) -> Hub:
    """A hub in Turin."""
    number = next(numbers)
    fields = {
        "code": f"hub-{number}",
        "name": f"Sede {number}",
        "address": "corso Settembrini 178",
        "postal_code": "10135",
        "city": "Torino",
        "province": "TO",
        "region": "Piemonte",
    } | fields
    return Hub.objects.create(**fields)


def a_room(**fields) -> Room:
    """A classroom for 40."""
    if "hub" not in fields:
        fields["hub"] = a_hub()
    return Room.objects.create(**{"name": f"Aula {next(numbers):06}", "capacity": 40} | fields)


def an_instructor(**fields) -> Instructor:
    """Somebody who teaches, with an account unless `user=None`; academic unless `kind` says otherwise."""
    if "user" not in fields:
        fields["user"] = a_person(name=fields.get("name", f"Docente {next(numbers):06}"))
    if "organisation" not in fields:
        fields["organisation"] = an_organisation()
    name = fields["user"].name if fields["user"] else f"Docente {next(numbers):06}"
    return Instructor.objects.create(**{"name": name, "kind": TeachingKind.ACADEMIC} | fields)


def a_cohort(**fields) -> Cohort:
    """The edition of 13 January to 11 June 2022, 30 seats."""
    if "programme" not in fields:
        fields["programme"] = a_programme()
    if "hub" not in fields:
        fields["hub"] = a_hub()
    fields = {
        "code": f"SMTC-2022-{next(numbers)}",
        "starts_on": date(2022, 1, 13),
        "ends_on": date(2022, 6, 11),
        "seats": 30,
    } | fields
    return Cohort.objects.create(**fields)


def a_call(**fields) -> Call:
    """Open from 90 to 30 days before the edition begins."""
    if "cohort" not in fields:
        fields["cohort"] = a_cohort()
    first_day = datetime.combine(fields["cohort"].starts_on, time(14), tzinfo=ROME)
    dates = {
        "opens_at": first_day - timedelta(days=90),
        "closes_at": first_day - timedelta(days=30),
        "answers_by": first_day - timedelta(days=15),
    }
    return Call.objects.create(**dates | fields)


def a_document(call: Call, **fields) -> RequiredDocument:
    """A curriculum vitae, which the call requires."""
    position = call.documents.count() + 1
    fields = {"title_it": "Curriculum vitae", "title_en": "Curriculum vitae", "position": position} | fields
    return RequiredDocument.objects.create(call=call, **fields)


def a_criterion(call: Call, phase: str = Phase.DOCUMENTS, maximum: int = 30, **fields) -> Criterion:
    """What earns up to `maximum` points."""
    position = call.criteria.filter(phase=phase).count() + 1
    fields = {"title_it": f"Criterio {position}", "title_en": f"Criterion {position}"} | fields
    return Criterion.objects.create(call=call, phase=phase, position=position, maximum=maximum, **fields)


def a_scored_call(**fields) -> Call:
    """A call whose scheme is one criterion of 60 points for documents and one of 40 for the interview."""
    call = a_call(**fields)
    a_criterion(call, Phase.DOCUMENTS, 60)
    a_criterion(call, Phase.INTERVIEW, 40)
    return call


def a_member(cohort: Cohort, **fields) -> User:
    """Somebody of the committee of an edition; `organisation` is where they work."""
    organisation = fields.pop("organisation", None)
    person = a_person(**{"name": f"Commissario {next(numbers):06}"} | fields)
    Role.objects.create(user=person, cohort=cohort, kind=Role.Kind.COMMITTEE, organisation=organisation)
    return person


def a_tutor(cohort: Cohort, hub: Hub | None = None, **fields) -> User:
    """The tutor of an edition, or of one hub in it."""
    person = a_person(**{"name": f"Tutor {next(numbers):06}"} | fields)
    Role.objects.create(user=person, cohort=cohort, kind=Role.Kind.TUTOR, hub=hub)
    return person


def a_free_day(cohort: Cohort) -> date:
    """The first open day of the edition without a session."""
    planned = cohort.sessions.values_list("starts_at", flat=True)
    taken = {starts_at.astimezone(ROME).date() for starts_at in planned}
    days = (cohort.starts_on + timedelta(days=number) for number in itertools.count())
    open_days = workdays_of(cohort)
    return next(day for day in days if day not in taken and not open_days.closed(day, Half.MORNING))


def a_session(
    cohort: Cohort | None = None,
    *,
    module: Module | None = None,
    starts_at: datetime | None = None,
    minutes: int = 240,
    mode: str = Session.Mode.HYBRID,
    rooms: Iterable = (),
    instructors: Iterable = (),
    at: datetime | None = None,
    **plan,
) -> Session:
    """Four hours of module B1, by default at 9 of the edition's first free day."""
    cohort = cohort or a_cohort()
    starts_at = starts_at or datetime.combine(a_free_day(cohort), time(9), tzinfo=ROME)
    [session] = plan_sessions(
        cohort=cohort,
        plans=[
            Plan(
                module=module or a_module(cohort),
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes),
                mode=mode,
                rooms=tuple(rooms),
                instructors=tuple(instructors),
                **plan,
            )
        ],
        by=None,
        at=at or rome(2021, 12, 1, 9),
    )
    return Session.objects.get(pk=session.pk)


def a_timetable_draft(cohort: Cohort | None = None, **fields) -> TimetableDraft:
    """Open since 1 December 2021, without a session."""
    cohort = cohort or a_cohort()
    return TimetableDraft.objects.create(**{"cohort": cohort, "opened_at": rome(2021, 12, 1, 9)} | fields)


def a_drafted_session(draft: TimetableDraft | None = None, *, minutes: int = 240, **fields) -> DraftSession:
    """Four remote hours of module B1 at 9 on 20 January 2022, of nobody."""
    draft = draft or a_timetable_draft()
    starts_at = fields.pop("starts_at", rome(2022, 1, 20, 9))
    rooms, instructors = fields.pop("rooms", ()), fields.pop("instructors", ())
    facts = {"module": fields.pop("module", None) or a_module(draft.cohort), "mode": Session.Mode.REMOTE}
    ends_at = starts_at + timedelta(minutes=minutes)
    row = DraftSession.objects.create(
        **{"draft": draft, "starts_at": starts_at, "ends_at": ends_at} | facts | fields
    )
    row.rooms.set(rooms)
    row.instructors.set(instructors)
    return row


def a_release(draft: TimetableDraft | None = None, **fields) -> TimetableRelease:
    """The next of the draft's edition, in which nothing changed."""
    draft = draft or a_timetable_draft(state="released", closed_at=rome(2021, 12, 2, 9))
    number = draft.cohort.releases.count() + 1
    facts = {"number": number, "at": rome(2021, 12, 2, 9), "difference": [], "snapshot": []}
    return TimetableRelease.objects.create(**{"cohort": draft.cohort, "draft": draft} | facts | fields)


def an_override(cohort: Cohort | None = None, **fields) -> Override:
    """A journey too short, permitted."""
    facts = {"code": "travel", "fingerprint": f"{next(numbers):064}", "level": "high"}
    said = {"reason": "Collegamento da remoto", "at": rome(2021, 12, 1, 9)}
    by = fields.pop("by", None) or a_person(is_staff=True)
    return Override.objects.create(**{"cohort": cohort or a_cohort(), "by": by} | facts | said | fields)


def a_run(draft: TimetableDraft | None = None, **fields) -> PlanRun:
    """Asked for, not begun."""
    return PlanRun.objects.create(
        **{"draft": draft or a_timetable_draft(), "at": rome(2021, 12, 1, 9)} | fields
    )


def an_absence(instructor: Instructor | None = None, **fields) -> Availability:
    """20 January 2022, the whole day."""
    day = date(2022, 1, 20)
    return Availability.objects.create(
        **{"instructor": instructor or an_instructor(), "starts_on": day, "ends_on": day} | fields
    )


def an_appointment(instructor: Instructor | None = None, cohort: Cohort | None = None, **fields):
    """For 12 hours, awaiting an answer since 1 December 2021."""
    facts = {"instructor": instructor or an_instructor(), "cohort": cohort or a_cohort()}
    return Appointment.objects.create(**facts | {"minutes": 720, "asked_at": rome(2021, 12, 1, 9)} | fields)


def a_substitution(session: Session | None = None, **fields) -> Substitution:
    """Of one instructor by another, on 1 December 2021."""
    both = {"out": an_instructor(), "into": an_instructor(), "at": rome(2021, 12, 1, 9)}
    return Substitution.objects.create(**{"session": session or a_session()} | both | fields)


def a_material(cohort: Cohort | None = None, *, code: str = "B1", link: str = "", **fields) -> Material:
    """A small PDF, or `link`, of a module: seen since 20 January 2022; None is waiting to be published."""
    cohort, at = cohort or a_cohort(), fields.pop("at", rome(2022, 1, 20, 9))
    number = next(numbers)
    name, content = (
        fields.pop("name", f"dispensa-{number:06}.pdf"),
        fields.pop("content", b"%PDF-1.4\n%%EOF\n"),
    )
    titles = {"title_it": f"Dispensa {number:06}", "title_en": f"Handout {number:06}"}
    return add_material(
        cohort=cohort,
        module=a_module(cohort, code),
        upload=None if link else Upload(name, "application/pdf", content),
        link=link,
        at=at,
        **titles | {"published_at": at, "by": None} | fields,
    )


def an_application(**fields) -> Application:
    """Received and waiting for the office's check; any other `state` is as good."""
    if "user" not in fields:
        fields["user"] = a_person()
    if "cohort" not in fields:
        fields["cohort"] = a_cohort()
    received = rome(2021, 11, 2, 10)
    fields = {
        **PROFILE,
        "state": Application.State.SUBMITTED,
        "motivation": "Coordino gli spostamenti casa-lavoro.",
        "born_on": date(1985, 5, 17),
        "tax_code": a_tax_code(),
        "privacy_read_at": received,
        "submitted_at": received,
        "saved_at": received,
    } | fields
    if fields["state"] == Application.State.EXCLUDED:
        fields.setdefault("ground", Application.Ground.REQUIREMENTS)
    if fields["submitted_at"]:
        fields.setdefault("number", Application.objects.sent().filter(cohort=fields["cohort"]).count() + 1)
    return Application.objects.create(**fields)


def a_tax_code() -> str:
    """Another one each time, of a place that nobody comes from; its check letter is right."""
    body = f"RSSMRA85E17Z{next(numbers) % 1000:03}"
    return body + calc_check_digit(body)


def a_draft(**fields) -> Application:
    """Begun, with nothing written yet."""
    empty = dict.fromkeys((*PROFILE, "motivation", "tax_code"), "") | {"access": "hybrid"}
    nothing = dict.fromkeys(("born_on", "privacy_read_at", "submitted_at"))
    return an_application(**{"state": Application.State.DRAFT} | empty | nothing | fields)


def a_file(application: Application, document: RequiredDocument | None = None, **fields) -> ApplicationFile:
    """A small PDF; the application must be a draft or asked for documents."""
    document = document or a_document(application.cohort.call)
    content = fields.pop("content", b"%PDF-1.4 invented\n%%EOF\n")
    fields = {
        "name": "cv.pdf",
        "content_type": ContentType.PDF,
        "size": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
        "content": content,
        "uploaded_at": rome(2021, 11, 2, 9),
    } | fields
    return ApplicationFile.objects.create(application=application, document=document, **fields)


def a_score_sheet(
    application: Application, member: User, *points: int, phase=Phase.DOCUMENTS, signed=True
) -> Evaluation:
    """The sheet of a member: points for each criterion of the phase, in their order."""
    sheet = Evaluation.objects.create(application=application, member=member, phase=phase)
    criteria = Criterion.objects.filter(call__cohort=application.cohort_id, phase=phase)
    for criterion, value in zip(criteria, points, strict=True):
        Points.objects.create(evaluation=sheet, criterion=criterion, value=value)
    if signed:
        Evaluation.objects.filter(pk=sheet.pk).update(signed_at=rome(2021, 12, 15, 18))
    sheet.refresh_from_db()
    return sheet


def a_slot(call: Call, **fields) -> InterviewSlot:
    """A free interview, offered a week before."""
    starts_at = fields.pop("starts_at", None) or call.closes_at + timedelta(days=7, minutes=next(numbers))
    fields = {"offered_at": starts_at - timedelta(days=7), "where": "https://meet.example.org/c"} | fields
    return InterviewSlot.objects.create(call=call, starts_at=starts_at, **fields)


def a_ranking(call: Call, *applications: Application) -> Ranking:
    """A version published on 17 December 2021: these people in this order, as admitted or on reserve."""
    version = call.rankings.count() + 1
    ranking = Ranking.objects.create(
        call=call,
        version=version,
        published_at=rome(2021, 12, 17, 9),
        published_by=a_person(is_staff=True),
        reason="" if version == 1 else "Ricorso accolto.",
        inputs={"seats": call.cohort.seats, "suitable_from": 50, "criteria": [], "candidates": []},
        digest="",
    )
    RankingLine.objects.bulk_create(
        RankingLine(ranking=ranking, application=application, place=place, outcome=application.state)
        for place, application in enumerate(applications, start=1)
    )
    return ranking


def an_offer(application: Application | None = None, **fields) -> Offer:
    """A seat offered on 17 December 2021 until the 23rd, 14:00; the application is admitted."""
    application = application or an_application(state=Application.State.ADMITTED)
    fields = {"made_at": rome(2021, 12, 17, 9), "deadline": rome(2021, 12, 23, 14)} | fields
    if fields.get("state") == Offer.State.ACCEPTED:
        agrees(application.user, application.cohort, at=fields["answered_at"])
    offer = Offer.objects.create(application=application, **fields)
    return Offer.objects.get(pk=offer.pk)


def agrees(person: User, cohort: Cohort, at: datetime) -> Consent:
    """The yes to the participation agreement with which a seat is accepted."""
    agreement = Agreement.objects.filter(kind=Agreement.Kind.PARTICIPATION).last() or an_agreement()
    return Consent.objects.create(user=person, agreement=agreement, cohort=cohort, given=True, at=at)


def a_yes() -> dict[int, bool]:
    """To every agreement there is; one, the participation agreement, there always is."""
    if not Agreement.objects.filter(kind=Agreement.Kind.PARTICIPATION).exists():
        an_agreement()
    return dict.fromkeys(Agreement.objects.values_list("pk", flat=True), True)


def an_agreement(**fields) -> Agreement:
    """The participation agreement, which a seat needs."""
    kind = fields.get("kind", Agreement.Kind.PARTICIPATION)
    fields = {
        "kind": kind,
        "version": Agreement.objects.filter(kind=kind).count() + 1,
        "title_it": "Patto formativo",
        "title_en": "Participation agreement",
        "text_it": "Frequento e rispetto le regole.",
        "text_en": "I attend and keep the rules.",
        "required": kind == Agreement.Kind.PARTICIPATION,
        "in_force_from": rome(2021, 9, 1, 9),
    } | fields
    return Agreement.objects.create(**fields)


def a_nomination(**fields) -> Nomination:
    """An organisation that may nominate two people."""
    if "organisation" not in fields:
        fields["organisation"] = an_organisation()
    if "cohort" not in fields:
        fields["cohort"] = a_cohort()
    return Nomination.objects.create(**{"places": 2} | fields)


def an_enrollment(**fields) -> Enrollment:
    """A place in an edition, from its first day; one that has ended says when and why."""
    if "user" not in fields:
        fields["user"] = a_person()
    if "cohort" not in fields:
        fields["cohort"] = a_cohort()
    fields = {
        **PROFILE,
        "starts_on": fields["cohort"].starts_on,
        "admitted_at": rome(2021, 12, 20, 10),
    } | fields
    if fields.get("state", Enrollment.State.ACTIVE) != Enrollment.State.ACTIVE:
        end = {"ends_on": fields["starts_on"], "ended_at": rome(2022, 6, 12, 9), "reason": "Cambio lavoro."}
        fields = end | fields
    return Enrollment.objects.create(**fields)


def a_test(session: Session | None = None, **fields) -> ModuleTest:
    """The test sat in `session`, of its module and edition."""
    session = session or a_session()
    return ModuleTest.objects.create(
        **{"session": session, "cohort": session.cohort, "module": session.module} | fields
    )


def somebody_of_the_office(**fields) -> User:
    """Works in the office, with all its rights and no more."""
    person = a_person(**{"is_staff": True, "name": f"Segreteria {next(numbers):06}"} | fields)
    person.groups.add(set_up_office())
    return person


def a_score(test: ModuleTest | None = None, **fields) -> Score:
    """28 in a test, not published; `published_at` makes it seen, and signed by somebody."""
    test = test or a_test()
    if fields.get("published_at") and "signed_by" not in fields:
        fields |= {"signed_by": a_person(), "signed_at": fields["published_at"]}
    if "enrollment" not in fields:
        fields["enrollment"] = an_enrollment(cohort=test.cohort)
    score = Score.objects.create(**{"test": test, "outcome": Outcome.MARK, "value": 28} | fields)
    return Score.objects.get(pk=score.pk)


def a_notice(**fields) -> Notice:
    """Due to be sent."""
    if "user" not in fields:
        fields["user"] = a_person()
    due = rome(2022, 1, 12, 18)
    fields = {"kind": "session_tomorrow", "key": next(numbers), "due_at": due, "not_before": due} | fields
    return Notice.objects.create(**fields)


def a_closure(**fields) -> Closure:
    """1 April 2022, of the whole Academy."""
    day = date(2022, 4, 1)
    fields = {"starts_on": day, "ends_on": day, "reason_it": "Chiusura", "reason_en": "Closed"} | fields
    return Closure.objects.create(**fields)


def permission(app: str, name: str) -> Permission:
    """A right, such as "view_score"."""
    return Permission.objects.get(content_type__app_label=app, codename=name)


def a_role(kind: str, cohort: Cohort, **fields) -> Role:
    """Somebody with a part in the edition: a mentor, an assessor of projects."""
    return Role.objects.create(
        **{"user": fields.pop("user", None) or a_person(), "cohort": cohort, "kind": kind} | fields
    )


def a_team(cohort: Cohort | None = None, *members: Enrollment, **fields) -> Team:
    """The next of the edition, with these `members` from its first day on."""
    cohort = cohort or a_cohort()
    team = Team.objects.create(**{"cohort": cohort, "number": cohort.teams.count() + 1} | fields)
    for member in members:
        TeamPlace.objects.create(team=team, enrollment=member, starts_on=cohort.starts_on)
    return team


def a_rubric(**fields) -> Rubric:
    """Four criteria of five levels, not in use yet."""
    fields = {"code": f"rubric-{next(numbers)}", "title_it": "Progetti", "title_en": "Projects"} | fields
    return adopt_standard_rubric(rubric=Rubric.objects.create(**fields), by=None, at=rome(2022, 3, 1, 9))


def a_project(team: Team | None = None, *, milestones: int = 1, **fields) -> ProjectWork:
    """A team's project, with a milestone on 8 April 2022, 18:00, and a rubric."""
    titles = {"title_it": "Una linea a idrogeno", "title_en": "A hydrogen line"}
    rubric = fields.pop("rubric", None) or a_rubric()
    facts = {"team": team or a_team(), "rubric": rubric, "brief": "Studiare la linea."}
    project = ProjectWork.objects.create(**facts | titles | fields)
    for number in range(milestones):
        a_milestone(project, due_at=rome(2022, 4, 8 + number, 18))
    return project


def a_milestone(project: ProjectWork, **fields) -> Milestone:
    """Due on 8 April 2022, 18:00."""
    titles = {"title_it": "Piano di lavoro", "title_en": "Work plan"}
    return Milestone.objects.create(project=project, **titles | {"due_at": rome(2022, 4, 8, 18)} | fields)


def a_seat(project: ProjectWork, side: str, **fields) -> PanelSeat:
    """An assessor of the project's edition."""
    role = fields.pop("role", None) or a_role("panel", project.team.cohort, **fields)
    return PanelSeat.objects.create(project=project, role=role, side=side)


def a_judgement(
    seat: PanelSeat, *levels: int, at: datetime | None = None, give: bool = True
) -> PanelJudgement:
    """Given by this assessor, with a level for each criterion in their order."""
    criteria = RubricCriterion.objects.filter(rubric=seat.project.rubric_id)
    said = {
        criterion.pk: Said(level, f"Motivo {criterion.position}-{seat.side}")
        for criterion, level in zip(criteria, levels, strict=True)
    }
    moment = at or rome(2022, 6, 9, 18)
    return judge(seat=seat, said=said, words="Nel complesso.", give=give, by=seat.role.user, at=moment)


def a_certificate(enrollment: Enrollment | None = None, *, ready: bool = True, **fields) -> Certificate:
    """A statement of attendance of 20 June 2022 on 280 of 300 hours; its papers are no real PDFs."""
    enrollment, at = enrollment or an_enrollment(), rome(2022, 6, 20, 9)
    told = {"name": enrollment.user.name, "edition": enrollment.cohort.code, "attended": 16_800}
    told |= {
        "title": {"it": "Programma", "en": "Programme"},
        "minutes": 18_000,
        "verdict": {"verdict": "fail"},
    }
    fields = {"kind": "statement", "year": 2022, "issued_at": at, "facts": told, "digest": "0" * 64} | fields
    fields.setdefault("issued_by", a_person())
    certificate = Certificate.objects.create(enrollment=enrollment, **fields)
    for kind in PAPERS[certificate.kind]:
        for language in ("it", "en"):
            content = f"%PDF-1.7 {kind} {language} {certificate.pk}".encode() if ready else None
            digest = hashlib.sha256(content).hexdigest() if content else ""
            CertificatePaper.objects.create(
                certificate=certificate, kind=kind, language=language, content=content, digest=digest
            )
    if ready:
        certificate.ready_at = at
        certificate.save(update_fields=["ready_at"])
    certificate.refresh_from_db()
    return certificate
