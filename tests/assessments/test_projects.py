"""The pages of projects: who reaches what, what is handed in, and nothing before its day."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.actions.panels import decide, publish_judgements
from assessments.actions.projects import hand_in, write_note
from assessments.models import (
    Deposit,
    Mentoring,
    MentorNote,
    PanelJudgement,
    PanelSeat,
    ProjectOutcome,
    Side,
)
from assessments.models.panel import PanelJudgementQuerySet
from courses.files import Upload
from courses.models import Once
from courses.refusals import Refusal
from enrollment.actions.offers import end_enrollment
from enrollment.actions.teams import join_team, leave_teams
from enrollment.models import Enrollment
from tests.classroom import client_of
from tests.factories import (
    a_judgement,
    a_milestone,
    a_person,
    a_project,
    a_role,
    a_seat,
    a_team,
    an_enrollment,
    an_organisation,
    rome,
    somebody_of_the_office,
)
from tests.judging import main_of

pytestmark = pytest.mark.django_db

NOW = rome(2022, 4, 6, 12)
LATER = rome(2022, 4, 9, 12)  # than the last deadline
PDF = b"%PDF-1.4 invented\n%%EOF\n"
LATE = ">late</span>"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


class Work:
    """A team of two with its project, a mentor, two assessors and somebody of another team."""

    def __init__(self):
        self.member = an_enrollment()
        self.cohort = self.member.cohort
        self.mate = an_enrollment(cohort=self.cohort)
        self.team = a_team(self.cohort, self.member, self.mate)
        self.project = a_project(self.team)
        self.milestone = self.project.milestones.get()
        self.mentor = a_role("mentor", self.cohort).user
        Mentoring.objects.create(project=self.project, role=self.mentor.roles.get())
        self.academic = a_seat(self.project, "academic")
        self.company = a_seat(self.project, "company")
        self.stranger = an_enrollment(cohort=self.cohort)
        a_project(a_team(self.cohort, self.stranger))

    def address(self, what="") -> str:
        return {
            "": "/team/",
            "milestone": f"/team/milestones/{self.milestone.pk}/",
            "project": f"/teaching/projects/{self.project.pk}/",
            "judgement": f"/teaching/projects/{self.project.pk}/judgement/",
        }[what]

    def handed_in(self, **facts) -> Deposit:
        upload = Upload("piano.pdf", "application/pdf", facts.pop("content", PDF))
        return hand_in(milestone=self.milestone, upload=upload, by=self.member.user, at=NOW, **facts)

    def judge(self, academic=(4, 4, 3, 4), company=(4, 4, 3, 4)) -> None:
        a_judgement(self.academic, *academic, at=LATER)
        a_judgement(self.company, *company, at=LATER)

    def decide(self, **facts) -> ProjectOutcome:
        return decide(projectwork=self.project, text="Un lavoro solido.", by=None, at=NOW, **facts)


@pytest.fixture
def work():
    return Work()


def typed(seat, *levels, do="give", seen=0, **other):
    criteria = seat.project.rubric.criteria.all()
    fields = {}
    for criterion, level in zip(criteria, levels, strict=False):
        fields |= {f"level-{criterion.pk}": level, f"words-{criterion.pk}": f"Perché {level}"}
    return fields | {"do": do, "seen": seen, "words": "Bene"} | other


# --- Who reaches what -----------------------------------------------------------------------------


def test_everybody_reaches_their_own_pages_and_no_other(work):
    deposit = work.handed_in()
    office = somebody_of_the_office()
    people = {
        "member": work.member.user,
        "mentor": work.mentor,
        "academic": work.academic.role.user,
        "stranger": work.stranger.user,
        "office": office,
        "nobody": a_person(),
    }
    pages = [work.address(what) for what in ("milestone", "project", "judgement")]
    pages.append(f"/team/deposits/{deposit.pk}/")
    found = {who: [client_of(one).get(page).status_code for page in pages] for who, one in people.items()}
    assert found == {
        "member": [200, 404, 404, 200],
        "mentor": [404, 200, 404, 200],
        "academic": [404, 200, 200, 200],
        "stranger": [404, 404, 404, 404],
        "office": [404, 200, 404, 200],
        "nobody": [404, 404, 404, 404],
    }


def test_who_left_the_team_no_longer_reads_what_it_does(work):
    deposit = work.handed_in()
    client = client_of(work.mate.user)
    assert client.get(work.address("milestone")).status_code == 200
    leave_teams(enrollment=work.mate, on=NOW.date().replace(day=5), by=None, at=NOW)
    assert client.get(work.address("milestone")).status_code == 404
    assert client.get(f"/team/deposits/{deposit.pk}/").status_code == 404
    assert "You are not in a team" in client.get("/team/").text


def test_the_list_is_for_those_with_a_part_in_projects(work):
    assert client_of(a_person()).get("/teaching/projects/").status_code == 403
    for person in (work.mentor, work.academic.role.user, somebody_of_the_office()):
        assert work.project.title in client_of(person).get("/teaching/projects/").text


# --- Handing in -----------------------------------------------------------------------------------


def parcel(*files, **other):
    return {"do": "files", "uploads": [SimpleUploadedFile(name, content) for name, content in files]} | other


def test_a_team_hands_in_and_replaces_and_everything_stays(work):
    client = client_of(work.member.user)
    page = client.get(work.address("milestone"))
    key = re.search(r'name="once" value="([^"]+)"', page.text)[1]
    for _ in range(2):  # sent twice, kept once
        sent = client.post(work.address("milestone"), parcel(("piano.pdf", PDF), once=key))
        assert (sent.status_code, sent.url) == (302, work.address("milestone"))
    [first] = Deposit.objects.all()
    assert (first.name, first.number, first.by) == ("piano.pdf", 1, work.member.user)
    assert Once.objects.count() == 1
    mate = client_of(work.mate.user)
    again = parcel(("piano2.pdf", PDF + b"\n"), replaces=str(first.pk))
    assert mate.post(work.address("milestone"), again).status_code == 302
    second = Deposit.objects.get(number=2)
    assert (second.replaces, second.by) == (first, work.mate.user)
    page = client.get(work.address("milestone")).text
    assert "piano.pdf" in page
    assert "piano2.pdf" in page
    team = client.get("/team/").text
    assert "piano2.pdf" in team
    assert "piano.pdf" not in team


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("piano.pdf", b"<html><script>alert(1)</script></html>"),
        ("piano.svg", b"<svg onload='alert(1)'/>"),
        ("piano.pdf", b""),
    ],
)
def test_a_file_is_judged_by_its_content(work, name, content):
    answer = client_of(work.member.user).post(work.address("milestone"), parcel((name, content)))
    assert answer.status_code == 422
    assert not Deposit.objects.exists()


def test_what_was_handed_in_is_saved_and_never_shown(work):
    answer = client_of(work.academic.role.user).get(f"/team/deposits/{work.handed_in().pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.content == PDF


def test_a_link_leads_on_without_saying_from_where(work):
    sent = {"do": "link", "link": "https://example.org/p", "name": "Prototipo"}
    assert client_of(work.member.user).post(work.address("milestone"), sent).status_code == 302
    answer = client_of(work.mentor).get(f"/team/deposits/{Deposit.objects.get().pk}/")
    assert (answer.status_code, answer.url) == (302, "https://example.org/p")
    assert answer["Referrer-Policy"] == "no-referrer"


def test_after_the_deadline_it_is_taken_and_said_to_be_late(work, time_machine):
    time_machine.move_to(rome(2022, 4, 9, 9), tick=False)
    client = client_of(work.member.user)
    assert client.post(work.address("milestone"), parcel(("piano.pdf", PDF))).status_code == 302
    assert LATE in client.get("/team/").text
    assert LATE in client_of(work.mentor).get(work.address("project")).text


def test_once_somebody_has_judged_nothing_more_is_taken(work):
    a_judgement(work.academic, 4, 4, 3, 4, at=LATER)
    client = client_of(work.member.user)
    answer = client.post(work.address("milestone"), parcel(("piano.pdf", PDF)))
    assert answer.status_code == 422
    assert "<form class=" not in main_of(client.get(work.address("milestone")))
    with pytest.raises(Refusal):
        work.handed_in()


def test_two_of_a_team_do_not_replace_the_same_file(work):
    first = work.handed_in()
    work.handed_in(replaces=first, content=PDF + b"\n")
    with pytest.raises(Refusal):
        work.handed_in(replaces=first, content=PDF + b"\n\n")


# --- Notes ----------------------------------------------------------------------------------------


def test_the_team_reads_the_notes_meant_for_it_and_the_panel_none(work):
    client = client_of(work.mentor)
    for text, more in (("Parola al gruppo", {"for_team": "on"}), ("Parola ai mentor", {})):
        assert client.post(work.address("project"), {"text": text, **more}).status_code == 302
    assert MentorNote.objects.count() == 2
    reads = {
        who: [words in client_of(one).get(page).text for words in ("Parola al gruppo", "Parola ai mentor")]
        for who, one, page in (
            ("team", work.member.user, "/team/"),
            ("mentor", work.mentor, work.address("project")),
            ("office", somebody_of_the_office(), work.address("project")),
            ("panel", work.academic.role.user, work.address("project")),
        )
    }
    assert reads == {
        "team": [True, False],
        "mentor": [True, True],
        "office": [True, True],
        "panel": [False, False],
    }


def test_only_mentors_write_notes(work):
    answer = client_of(work.academic.role.user).post(work.address("project"), {"text": "x"})
    assert answer.status_code == 403


# --- Judging --------------------------------------------------------------------------------------


def test_while_the_team_hands_in_a_judgement_stays_a_draft(work):
    client, page = client_of(work.academic.role.user), work.address("judgement")
    assert 'value="give"' not in client.get(page).text
    answer = client.post(page, typed(work.academic, 4, 3, 5, 4))
    assert answer.status_code == 409
    assert "Perché 5" in answer.text
    assert not PanelJudgement.objects.exists()
    assert client.post(page, typed(work.academic, 4, 3, 5, 4, do="save")).status_code == 302


def test_a_draft_may_lack_levels_and_a_given_judgement_none(work, time_machine):
    time_machine.move_to(LATER, tick=False)
    client = client_of(work.academic.role.user)
    page = work.address("judgement")
    assert client.post(page, typed(work.academic, 4, 3, do="save")).status_code == 302
    assert client.post(page, typed(work.academic, 4, 3, seen=1)).status_code == 422
    assert client.post(page, typed(work.academic, 4, 3, 5, 4, seen=1)).status_code == 302
    judgement = PanelJudgement.objects.get()
    assert (judgement.state, judgement.given_at) == ("given", LATER)
    assert [one.level for one in judgement.criteria.all()] == [4, 3, 5, 4]
    rubric = work.project.rubric
    rubric.refresh_from_db()
    assert (rubric.frozen_at, rubric.digest) == (LATER, rubric.hash)
    assert client.post(page, typed(work.academic, 1, 1, 1, 1, seen=2)).status_code == 409


def test_two_windows_of_an_assessor_notice_each_other(work):
    client, page = client_of(work.academic.role.user), work.address("judgement")
    client.post(page, typed(work.academic, 4, 3, do="save"))
    other = client.post(page, typed(work.academic, 2, 2, do="save", seen=0))
    assert other.status_code == 409
    assert "4 · Perché 4" in other.text
    assert [one.level for one in PanelJudgement.objects.get().criteria.all()] == [4, 3]


def pages_if_the_other_gave(work, level):
    """All an assessor sees while the other has given this level everywhere."""
    PanelJudgement.objects.filter(seat=work.company).exists() or a_judgement(
        work.company, level, level, level, level, at=LATER
    )
    client = client_of(work.academic.role.user)
    pages = ("/teaching/projects/", work.address("project"), work.address("judgement"))
    return [re.sub(r"-\d+|_\d+|/\d+/|\d{6}|\d{4}|T\d+", "#", main_of(client.get(page))) for page in pages]


def test_before_both_have_judged_pages_are_the_same_whatever_the_other_gave():
    few, many = (pages_if_the_other_gave(Work(), level) for level in (1, 5))
    names = [re.sub(r"Persona|Organizzazione", "", page) for page in few]
    assert names == [re.sub(r"Persona|Organizzazione", "", page) for page in many]
    assert "Motivo" not in "".join(few)


def test_who_has_judged_reads_the_other_only_once_that_one_has_too(work):
    first, second = (client_of(seat.role.user) for seat in (work.academic, work.company))
    a_judgement(work.academic, 4, 4, 3, 4, at=LATER)
    assert "Motivo 1-company" not in first.get(work.address("judgement")).text
    assert "Motivo 1-academic" not in second.get(work.address("judgement")).text
    a_judgement(work.company, 5, 4, 3, 4, at=LATER)
    for client in (first, second):
        page = client.get(work.address("judgement")).text
        assert "Motivo 1-academic" in page
        assert "Motivo 1-company" in page


def whose_each_reads(work) -> dict[str, set[str]]:
    """By assessor, of which sides the judgements are open."""
    seats = PanelSeat.objects.filter(project=work.project).select_related("role__user")
    reads = {seat.side: PanelJudgement.objects.open_to(seat.role.user) for seat in seats}
    return {side: set(found.values_list("seat__side", flat=True)) for side, found in reads.items()}


def test_whose_judgement_each_reads_step_by_step(work):
    third, both = a_seat(work.project, "third"), {"academic", "company"}
    a_judgement(work.academic, 5, 4, 3, 4, at=LATER)
    a_judgement(work.company, 2, 4, 3, 4, at=LATER, give=False)
    assert whose_each_reads(work) == {"academic": {"academic"}, "company": {"company"}, "third": set()}
    a_judgement(work.company, 2, 4, 3, 4, at=LATER)
    assert whose_each_reads(work) == {"academic": both, "company": both, "third": set()}
    a_judgement(third, 4, 4, 3, 4, at=LATER, give=False)
    assert whose_each_reads(work) == {"academic": both, "company": both, "third": {"third"}}
    a_judgement(third, 4, 4, 3, 4, at=LATER)
    assert set(map(frozenset, whose_each_reads(work).values())) == {frozenset(Side.values)}


@pytest.mark.parametrize("opened", ["all", "given"])
def test_control_without_the_guard_of_the_blind_the_tests_of_it_fail(opened, monkeypatch):
    everything = {"all": lambda rows, _member: rows.all(), "given": lambda rows, _member: rows.given()}
    monkeypatch.setattr(PanelJudgementQuerySet, "open_to", everything[opened])
    for check in (
        test_whose_judgement_each_reads_step_by_step,
        test_a_third_reads_only_where_two_differ_and_sees_neither_before,
    ):
        with pytest.raises(AssertionError):
            check(Work())


def test_who_organises_the_panel_and_sits_on_it_is_blind_too(work):
    office = somebody_of_the_office()
    seat = a_seat(work.project, "third", role=a_role("panel", work.cohort, user=office))
    a_judgement(work.academic, 5, 4, 3, 4, at=LATER)
    a_judgement(work.company, 2, 4, 3, 4, at=LATER)
    client = client_of(office)
    admin = f"/admin/assessments/projectwork/{work.project.pk}"
    pages = [work.address("project"), work.address("judgement")]
    pages += [f"{admin}/change/", "/admin/assessments/projectwork/"]
    assert ["Motivo 1-" in client.get(page).text for page in pages] == [False] * 4
    assert set(PanelJudgement.objects.open_to_office(office)) == set()
    a_judgement(seat, 4, 4, 3, 4, at=LATER)
    assert PanelJudgement.objects.open_to_office(office).count() == 3


def test_a_third_reads_only_where_two_differ_and_sees_neither_before(work):
    third = a_seat(work.project, "third")
    client = client_of(third.role.user)
    a_judgement(work.academic, 5, 4, 3, 4, at=LATER)
    assert "<form" not in main_of(client.get(work.address("judgement")))
    a_judgement(work.company, 2, 4, 3, 4, at=LATER)
    page = client.get(work.address("judgement")).text
    assert "<form" in page
    assert "Motivo 1-academic" not in page
    with pytest.raises(Refusal):
        work.decide()
    a_judgement(third, 4, 4, 3, 4, at=LATER)
    assert work.decide().word == "buono"  # the middle of 5, 2 and 4
    assert "Motivo 1-academic" in client.get(work.address("judgement")).text


def test_a_third_is_refused_where_two_agree(work):
    third = a_seat(work.project, "third")
    work.judge()
    with pytest.raises(Refusal):
        a_judgement(third, 4, 4, 3, 4, at=LATER)


def test_the_same_employer_is_said(work):
    Enrollment.objects.filter(pk=work.member.pk).update(employer="Tramvia Futura S.p.A.")
    role = a_role("panel", work.cohort, organisation=an_organisation(name="Tramvia Futura"))
    third = a_seat(work.project, "third", role=role)
    assert "Tramvia Futura" in client_of(third.role.user).get(work.address("judgement")).text


# --- The judgement of the team --------------------------------------------------------------------


def test_nothing_is_seen_before_publication_and_all_at_once(work):
    other = work.stranger.team_places.get().team.project
    work.judge()
    work.decide(adjustments={work.mate.pk: (1, "Ha guidato il gruppo.")})
    client = client_of(work.member.user)
    before = main_of(client.get("/team/"))
    assert "Un lavoro solido" not in before
    assert "Motivo" not in before
    office = somebody_of_the_office()
    with pytest.raises(Refusal, match="T2"):
        publish_judgements(projectwork=work.project, by=office, at=NOW)
    for side in ("academic", "company"):
        a_judgement(a_seat(other, side), 2, 2, 3, 2, at=LATER)
    decide(projectwork=other, text="Da rivedere.", by=office, at=NOW)
    assert "Da rivedere" not in client_of(work.stranger.user).get("/team/").text
    assert publish_judgements(projectwork=work.project, by=office, at=NOW) == 2
    assert publish_judgements(projectwork=work.project, by=office, at=NOW) == 0
    mine, mate, stranger = (
        main_of(client_of(one.user).get("/team/")) for one in (work.member, work.mate, work.stranger)
    )
    assert "Un lavoro solido" in mine
    assert "Motivo 1-academic" in mine
    assert work.academic.role.user.name not in mine
    assert "Ha guidato il gruppo." in mate
    assert "Ha guidato il gruppo." not in mine
    assert "Da rivedere" in stranger
    assert "Un lavoro solido" not in stranger


def test_a_published_judgement_changes_only_with_a_reason_which_is_kept(work):
    other = work.stranger.team_places.get().team.project
    work.judge()
    for side in ("academic", "company"):
        a_judgement(a_seat(other, side), 2, 2, 3, 2, at=LATER)
    office = somebody_of_the_office()
    work.decide()
    decide(projectwork=other, text="Da rivedere.", by=office, at=NOW)
    publish_judgements(projectwork=work.project, by=office, at=NOW)
    facts = {"projectwork": work.project, "text": "Un lavoro molto solido.", "by": office, "at": NOW}
    with pytest.raises(Refusal):
        decide(**facts)
    adjusted = {work.mate.pk: (-1, "Assente a metà degli incontri.")}
    decide(**facts, adjustments=adjusted, reason="Ricorso accolto.")
    outcome = ProjectOutcome.objects.get(project=work.project)
    assert (outcome.revision, outcome.text) == (2, "Un lavoro molto solido.")
    told = [(entry.enrollment, entry.reason, entry.by) for entry in outcome.entries.order_by("pk")]
    assert told == [(None, "Ricorso accolto.", office), (work.mate, "Ricorso accolto.", office)]
    decide(**facts, adjustments=adjusted, reason="")  # the same again
    assert outcome.entries.count() == 2


@pytest.mark.parametrize("adjustment", [(1, ""), (2, "Fuori scala.")])
def test_an_adjustment_has_its_reason_and_its_place_on_the_scale(work, adjustment):
    work.judge((4, 4, 4, 4), (4, 4, 4, 4))  # very good: one word below the best
    with pytest.raises(Refusal):
        work.decide(adjustments={work.mate.pk: adjustment})


def test_nobody_outside_the_team_is_adjusted(work):
    work.judge()
    with pytest.raises(Refusal):
        work.decide(adjustments={work.stranger.pk: (1, "Altro gruppo.")})


# --- Teams ----------------------------------------------------------------------------------------


def test_who_joins_another_team_leaves_the_one_before(work):
    other = work.stranger.team_places.get().team
    day = NOW.date()
    join_team(team=other, enrollment=work.mate, starts_on=day, by=None, at=NOW)
    join_team(team=other, enrollment=work.mate, starts_on=day, by=None, at=NOW)
    places = work.mate.team_places.order_by("starts_on")
    assert [(place.team, place.ends_on) for place in places] == [
        (work.team, day.replace(day=5)),
        (other, None),
    ]


def test_who_leaves_the_edition_leaves_the_team(work):
    end_enrollment(
        enrollment=work.mate, state="withdrawn", on=NOW.date(), by=None, at=NOW, reason="Cambio lavoro."
    )
    assert work.mate.team_places.get().ends_on == NOW.date()


def test_a_milestone_put_off_makes_late_what_was_late_no_longer(work):
    later = a_milestone(work.project, due_at=rome(2022, 4, 5, 18))
    hand_in(
        milestone=later,
        upload=Upload("a.pdf", "application/pdf", PDF),
        by=work.member.user,
        at=NOW,
    )
    client = client_of(work.member.user)
    assert LATE in client.get("/team/").text
    later.due_at = rome(2022, 4, 12, 18)
    later.save()
    assert LATE not in client.get("/team/").text


def test_a_note_is_written_by_who_accompanies(work):
    note = write_note(project=work.project, text="Bene.", for_team=True, by=work.mentor, at=NOW)
    assert str(note).startswith(str(work.mentor))
