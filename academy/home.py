"""What one person needs today: asked of each room, by what the person is."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from academy.models import Notice, User
from assessments.access import tests_open_to
from assessments.attendance import Attendance, own_attendances, with_rules
from assessments.budget import Standing, tightest
from assessments.desk import waiting_for
from assessments.models import AnswerState, ModuleTest, RectificationRequest, Score
from assessments.progress import RowCount, overdue_since, published_scores, with_progress
from assessments.questionnaires import with_questionnaires
from courses.models import Appointment
from courses.timetable import appointments_to_answer, hit, unfilled
from enrollment.access import runs_the_office
from enrollment.diary import Entry, diary
from enrollment.judging import sheets_to_do
from enrollment.models import Application, Enrollment, Nomination, Offer

WEEK = timedelta(days=7)
LATEST_SCORES = 3


@dataclass
class Home:
    """The front page of one person; what does not concern them is empty.

    `followed` are the places in editions, each with the number of its new materials; `budgets` how one
    stands in those going on, and by which rule least is left. `tests` are those to
    record, each with the day its results were due if that is over. `application` comes with its request for
    documents, its interview and its call; `call_open` says whether a draft can still be sent. `to_confirm`
    are the appointments an instructor has not answered. `to_judge`
    counts a committee member's score sheets, `to_tutor` what waits for the tutor of an edition; `to_check`,
    `offered`, `hit`, `unfilled`, `to_answer` and `stuck` what waits for the office.
    """

    has_diary: bool = False
    next: Entry | None = None
    week: list[Entry] = field(default_factory=list)
    changes: list[Entry] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    followed: list[Enrollment] = field(default_factory=list)
    budgets: list[tuple[Attendance, Standing]] = field(default_factory=list)
    tests: list[tuple[ModuleTest, date | None]] = field(default_factory=list)
    application: Application | None = None
    call_open: bool = False
    to_confirm: list[Appointment] = field(default_factory=list)
    nominations: list[Nomination] = field(default_factory=list)
    questionnaires: int = 0
    to_judge: int | None = None
    to_tutor: int | None = None
    to_check: int | None = None
    offered: int | None = None
    hit: int | None = None
    unfilled: int | None = None
    to_answer: int | None = None
    stuck: int | None = None

    @property
    def empty(self) -> bool:
        """Nothing to say: somebody new."""
        works_here = any(one is not None for one in (self.to_judge, self.to_tutor, self.to_check))
        return not (self.has_diary or self.application or self.nominations or works_here)


def home(user, *, at: datetime) -> Home:
    """At most five queries, two more for the committee and one for tutors; as many for who has been here
    for long.
    """
    page = Home()
    follows, teaches = getattr(user, "is_participant", False), hasattr(user, "instructor")
    page.has_diary = follows or teaches or getattr(user, "is_tutor", False)
    if page.has_diary:
        page.next, page.week, page.changes = coming(user, at)
    if follows:
        page.scores = list(published_scores(user)[:LATEST_SCORES])
        followed = with_rules(Enrollment.objects.live().filter(user=user).with_new_materials(at))
        page.followed = list(with_questionnaires(followed, at).order_by("-cohort__starts_on"))
        page.questionnaires = sum(getattr(place, "questionnaires", 0) for place in page.followed)
        counted = [place for place in page.followed if place.state == "active" and not place.auditor]
        if counted:
            page.budgets = [(one, tightest(one.standings)) for one in own_attendances(counted, at=at)]
    if teaches:
        page.tests = tests_to_record(user, at)
        page.to_confirm = list(appointments_to_answer(user.instructor, at))
    if application := getattr(user, "application", None):
        with_all = "cohort__hub", "cohort__call", "document_request", "interview"
        page.application = Application.objects.select_related(*with_all).get(pk=application)
        call = getattr(page.application.cohort, "call", None)
        page.call_open = bool(call and call.is_open(at))
    if getattr(user, "is_on_committee", False):
        page.to_judge = sheets_to_do(user, at)
    if getattr(user, "is_tutor", False):
        page.to_tutor = waiting_for(user)
    if getattr(user, "is_contact", False):
        nominations = Nomination.objects.visible_to(user).order_by("-cohort__starts_on")
        page.nominations = list(nominations.select_related("organisation", "cohort"))
    if runs_the_office(user):
        waiting = (
            Application.objects.filter(state=Application.State.SUBMITTED),
            Offer.objects.filter(state=Offer.State.OPEN),
            hit(at),
            unfilled(at),
            RectificationRequest.objects.filter(state=AnswerState.SENT),
            Notice.objects.filter(state__in=[Notice.State.PARKED, Notice.State.REFUSED]),
        )
        counts = [RowCount(things.order_by().values("pk")) for things in waiting]
        [figures] = User.objects.filter(pk=user.pk).values_list(*counts)
        page.to_check, page.offered, page.hit, page.unfilled, page.to_answer, page.stuck = figures
    return page


def coming(user, at: datetime) -> tuple[Entry | None, list[Entry], list[Entry]]:
    """The next session, those of seven days from today, and what changed of those still to come."""
    today = timezone.localdate(at)
    entries = [entry for entry in diary(user) if entry.day == today or not entry.over(at)]
    standing = [entry for entry in entries if not entry.cancelled and not entry.over(at)]
    week = [entry for entry in entries if entry.day < today + WEEK]
    changes = [
        entry for entry in entries if entry.revision and entry.changed_at >= at - WEEK and not entry.over(at)
    ]
    return (standing[0] if standing else None), week, changes


def tests_to_record(user, at: datetime) -> list[tuple[ModuleTest, date | None]]:
    """Held tests of the instructor whose scores are not published yet, the oldest first."""
    tests = with_progress(tests_open_to(user).held(at).unpublished(), at=at)
    ordered = tests.select_related("module", "session", "cohort").order_by("session__starts_at")
    return [(test, overdue_since(test, at=at)) for test in ordered]
