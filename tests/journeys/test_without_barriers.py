"""Every main page, for each kind of person: on a telephone and a desk, in light and dark, and very narrow.

Axe finds what a machine can; the stories by keyboard find more.
"""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from assessments.actions.absences import send_notice
from assessments.actions.register import Call, Given, Spell, call_roll
from assessments.actions.requests import ask_for_rectification
from assessments.models import AttendanceRule, CertificateRule
from assessments.presence import Attendance
from courses.actions.timetable import cancel_session, move_session
from courses.models import Role
from enrollment.access import interest_token
from enrollment.actions.eligibility import ask_for_documents
from enrollment.actions.interest import leave_address
from tests.factories import (
    a_certificate,
    a_cohort,
    a_document,
    a_draft,
    a_file,
    a_module,
    a_nomination,
    a_notice,
    a_person,
    a_room,
    a_score,
    a_scored_call,
    a_session,
    a_test,
    an_application,
    an_enrollment,
    an_instructor,
    rome,
    somebody_of_the_office,
)
from tests.projects import projects_of_every_state

NOW = rome(2022, 2, 3, 9)
# Widths move and hide things, so all rules are asked at both; the other scheme changes colours alone.
EVERYTHING, COLOURS = {}, {"runOnly": ["color-contrast", "link-in-text-block"]}
LOOKS = [
    (390, "dark", EVERYTHING),
    (390, "light", COLOURS),
    (1280, "light", EVERYTHING),
    (1280, "dark", COLOURS),
]
NARROW = 320  # as 1280 pixels at 400 %
AXE = Axe().axe_script
VIOLATIONS = """async asked => {
  await Promise.all(document.getAnimations().map(change => change.finished)); // of colours
  const found = await axe.run(document, {resultTypes: ["violations"], ...asked});
  return found.violations.flatMap(rule => rule.nodes.map(node => rule.id + ": " + node.html));
}"""


class Portal:
    """A little of everything a page can show, and who sees what of it."""

    def __init__(self):
        self.teacher = an_instructor()
        self.member = an_enrollment()
        cohort = self.member.cohort
        call = {"rooms": [a_room()], "instructors": [self.teacher], "link": "https://call.example.org/1"}
        held = a_session(cohort, starts_at=rome(2022, 1, 20, 9), **call)
        today = a_session(cohort, module=a_module(cohort, "B2"), starts_at=rome(2022, 2, 3, 9, 10), **call)
        self.soon = today
        moved, cancelled = (a_session(cohort, starts_at=rome(2022, 2, day, 9), **call) for day in (4, 9))
        change = {"reason": "Sciopero dei treni", "by": None, "at": NOW - timedelta(hours=2)}
        later = {"starts_at": rome(2022, 2, 10, 14), "ends_at": rome(2022, 2, 10, 18)}
        self.moved = move_session(session=moved, **later, **change)
        cancel_session(session=cancelled, **change)
        self.published, self.draft = a_test(held), a_test(today)
        self.score = a_score(self.published, enrollment=self.member, published_at=NOW - timedelta(days=2))
        a_score(self.draft, enrollment=self.member, value=17)
        a_notice(user=self.member.user, key=today.pk)
        self.held, self.tutor = held, a_person()
        self.write_into_the_register(cohort)
        self.judge()
        next_year = {
            "starts_on": NOW.date() + timedelta(days=90),
            "ends_on": NOW.date() + timedelta(days=240),
        }
        opened = {"opens_at": NOW - timedelta(days=1), "closes_at": NOW + timedelta(days=30)}
        asks = {"requirements_it": "Una laurea.", "requirements_en": "A degree.", "minimum": 12}
        self.call = a_scored_call(cohort=a_cohort(**next_year), **opened, **asks)
        self.application = an_application(cohort=self.call.cohort, submitted_at=NOW - timedelta(hours=1))
        card = a_document(self.call)
        self.begun = a_draft(cohort=self.call.cohort, tax_code="RSSMRA85E17L219R", born_on=NOW.date())
        a_file(self.begun, card)
        self.asked = an_application(cohort=self.call.cohort)
        ask_for_documents(
            application=self.asked,
            documents=[card],
            message="Manca il retro.",
            due_at=NOW + timedelta(days=5),
            by=self.teacher.user,
            at=NOW - timedelta(hours=1),
        )
        self.nomination = a_nomination(cohort=self.call.cohort, contact=a_person())
        an_application(cohort=self.call.cohort, nomination=self.nomination)
        self.interest = leave_address(email="anna@example.org", language="it", at=NOW)

    def judge(self) -> None:
        """A certificate, and a project with its team and panel."""
        CertificateRule.objects.create(cohort=self.member.cohort, need="hours")
        for need in ("project", "final"):
            CertificateRule.objects.create(cohort=self.member.cohort, need=need, letter="A")
        self.certificate = a_certificate(self.member)
        self.project = projects_of_every_state()[1]

    def write_into_the_register(self, cohort) -> None:
        """Somebody came late, asks for more and will not come; rules of every kind."""
        Role.objects.create(user=self.tutor, cohort=cohort, kind=Role.Kind.TUTOR)
        end, me = self.held.ends_at, {"enrollment": self.member, "by": self.member.user}
        late = (Spell(Attendance.IN_PERSON, self.held.starts_at + timedelta(minutes=20), end),)
        calls = [Call(self.member.pk, late)]
        told = {"given": Given(topic="Piani"), "seen": 0, "by": self.teacher.user, "at": end}
        call_roll(session=self.held, calls=calls, **told)
        asked = Spell(Attendance.IN_PERSON, self.held.starts_at, end)
        self.request = ask_for_rectification(session=self.held, spell=asked, reason="Io c’ero", at=end, **me)
        self.absence = send_notice(session=self.soon, spell=None, reason="Influenza", at=NOW, **me)
        AttendanceRule.objects.create(cohort=cohort, scope="module", share=9000)

    def visits(self) -> dict:
        """Who opens which pages."""
        edition, cohort = f"/cohorts/{self.call.cohort.code}", f"/cohorts/{self.member.cohort.code}"
        application, tests = f"/applications/{self.application.pk}", "/teaching/tests"
        office_session = f"/admin/courses/session/{self.moved.pk}"
        admission = "/admin/enrollment"
        office_application = f"{admission}/application/{self.application.pk}"
        return {
            "a stranger": (
                None,
                *("/", "/programme/", "/cohorts/", f"{edition}/", f"{cohort}/"),
                *(f"/certificates/{self.certificate.code}/", f"/certificates/{'0' * 22}/"),
                *("/privacy/", "/accessibility/", "/contacts/", "/nowhere/"),
                *("/accounts/login/", "/accounts/signup/", "/accounts/login/code/"),
                *("/interest/", "/interest/left/"),
                *(
                    f"/interest/{purpose}/{interest_token(self.interest, purpose)}/"
                    for purpose in ("confirm", "leave")
                ),
            ),
            "an employer's contact": (
                self.nomination.contact,
                *("/home/", f"/nominations/{self.nomination.pk}/"),
            ),
            "somebody new": (a_person(), "/home/", f"{edition}/apply/", "/profile/"),
            "an applicant": (self.application.user, "/home/", f"{application}/", f"{application}/withdraw/"),
            "somebody with a draft": (
                self.begun.user,
                *(f"{edition}/apply/{step}/" for step in ("you", "work", "motivation", "review")),
                *(f"{edition}/apply/throw-away/", f"/applications/{self.begun.pk}/"),
            ),
            "somebody asked for documents": (
                self.asked.user,
                *(f"/applications/{self.asked.pk}/", f"/applications/{self.asked.pk}/documents/"),
            ),
            "a participant": (
                self.member.user,
                *("/home/", "/schedule/", "/schedule/?view=week", "/schedule/?view=month"),
                *(f"/sessions/{self.soon.pk}/", f"/sessions/{self.moved.pk}/join/"),
                *("/calendar/", "/results/", "/notices/", "/documents/"),
                f"/results/certificate/{self.member.pk}/",
                *("/attendance/", f"/attendance/?miss={self.moved.pk}"),
                *(f"/attendance/{self.moved.pk}/absence/", f"/attendance/{self.held.pk}/rectification/"),
                *(f"/sessions/{self.soon.pk}/checkin/", f"/checkin/{self.soon.pk}/nonsense/"),
            ),
            "a tutor": (
                self.tutor,
                *("/home/", "/teaching/", f"/teaching/editions/{self.member.cohort_id}/attendance/"),
                *(f"/teaching/absences/{self.absence.pk}/", f"/teaching/requests/{self.request.pk}/"),
                *(f"/teaching/sessions/{self.held.pk}/{page}/" for page in ("register", "report")),
                *(f"/sessions/{self.soon.pk}/", f"/teaching/sessions/{self.soon.pk}/code/"),
            ),
            "an instructor": (
                self.teacher.user,
                *("/home/", "/teaching/", f"{tests}/{self.published.pk}/scores/"),
                *(f"{tests}/{self.draft.pk}/scores/", f"{tests}/{self.draft.pk}/scores/publish/"),
            ),
            "the office": (
                somebody_of_the_office(),
                *("/home/", "/admin/", "/admin/courses/session/", f"{office_session}/change/"),
                *(f"{office_session}/move/", "/admin/enrollment/application/"),
                *(f"/admin/courses/cohort/{self.call.cohort.pk}/change/", "/admin/assessments/score/"),
                *(
                    f"/teaching/editions/{self.member.cohort_id}/certificates/{page}"
                    for page in ("", "issue/")
                ),
                f"/teaching/editions/{self.member.cohort_id}/teams/",
                f"/admin/assessments/certificate/{self.certificate.pk}/change/",
                f"/admin/assessments/score/{self.score.pk}/change/",
            ),
            "a team": (
                self.project.team.places.first().enrollment.user,
                *("/home/", "/team/", f"/team/milestones/{self.project.milestones.first().pk}/"),
            ),
            "an assessor": (
                self.project.panel.first().role.user,
                *("/teaching/projects/", f"/teaching/projects/{self.project.pk}/"),
                f"/teaching/projects/{self.project.pk}/judgement/",
            ),
            "the office admitting": (
                somebody_of_the_office(),
                *(f"{office_application}/{page}/" for page in ("change", "eligible", "documents", "exclude")),
                *(f"{admission}/application/", f"{admission}/application/import/"),
                *(f"{admission}/call/{self.call.pk}/change/", f"{admission}/call/add/"),
                *(f"{admission}/interviewslot/", f"{admission}/interviewslot/add/?call={self.call.pk}"),
                *(f"{admission}/nomination/{self.nomination.pk}/change/", f"{admission}/agreement/add/"),
                *(f"/admin/courses/cohort/{self.call.cohort.pk}/seats/", "/admin/courses/role/add/"),
            ),
        }


@pytest.mark.parametrize(
    "who",
    [
        *("a stranger", "somebody new", "somebody with a draft", "an applicant"),
        *(
            "an employer's contact",
            "somebody asked for documents",
            "a participant",
            "an instructor",
            "a tutor",
            "the office",
            "the office admitting",
            "a team",
            "an assessor",
        ),
    ],
)
def test_no_page_has_a_barrier(who, transactional_db, browser_of, time_machine):
    time_machine.move_to(NOW)
    person, *addresses = Portal().visits()[who]
    page = browser_of(person, bypass_csp=True)  # axe sets styles
    found = []
    for address in addresses:
        page.goto(address)
        page.evaluate(AXE)
        for width, scheme, asked in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            found += [(address, width, scheme, fault) for fault in page.evaluate(VIOLATIONS, asked)]
        page.set_viewport_size({"width": NARROW, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((address, NARROW, "scrolls sideways"))
    assert found == []
