"""What the main pages ask of the database: little, and as much for 3 rows as for 300."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from academy.rights import MAY
from assessments.views import teaching
from courses.admin.session import SessionAdmin
from courses.models import SessionTeacher
from enrollment.models import Application, Phase
from enrollment.views.schedule import VIEWS
from tests.classroom import client_of
from tests.crowd import DAY, Edition, analyze, fill
from tests.factories import a_person, somebody_of_the_office
from tests.selection import Paperwork

pytestmark = pytest.mark.django_db

FEW, MANY = 3, 300
MODULES, PEOPLE, NOTHING, HANDOUTS = r"Modulo \d+", r"Persona \d+", r"(?!)", r"Handout \d+"
SESSIONS = r"/sessions/\d+/"
APPLICANTS, DOCUMENTS, FILES, TIMES = r"Riga \d+", r"Document \d+", r"file-\d+\.pdf", r"Stanza \d+"
BEFORE, AFTER = DAY - timedelta(hours=1), DAY + timedelta(hours=8)
LISTS = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry}
DAILY = {f"{app}_{model}" for app, models in MAY.items() for model in models} & LISTS.keys()


def ask(client: Client, address: str) -> tuple[int, str]:
    """How many questions a page costs a process that remembers nothing, and its text."""
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(captured), response.text


def pages_of(edition: Edition) -> dict[tuple[str, str], tuple]:
    """Who opens what: the person, the address, at most how many questions, and what a row looks like."""
    instructor, office = edition.instructor.user, somebody_of_the_office()
    draft, published, retaken = (reverse("assessments:scores", args=[t.pk]) for t in edition.tests[:3])
    retake = reverse("assessments:retake_scores", args=[edition.tests[2].pk])
    reading = reverse("enrollment:materials", args=[edition.cohort.code])
    pages = {
        ("participant", "home"): (edition.participant, "/home/", 6, MODULES),
        ("instructor", "home"): (instructor, "/home/", 6, MODULES),
        ("applicant", "home"): (edition.applicant, "/home/", 6, NOTHING),
        ("office", "home"): (office, "/home/", 6, NOTHING),
        ("somebody new", "home"): (a_person(), "/home/", 6, NOTHING),
        ("participant", "materials"): (edition.participant, reading, 10, HANDOUTS),
        ("instructor", "materials"): (instructor, reading, 7, HANDOUTS),
        ("office", "materials"): (office, reading, 8, HANDOUTS),
        ("participant", "results"): (edition.participant, "/results/", 8, MODULES),
        ("instructor", "teaching"): (instructor, "/teaching/", 12, MODULES),
        ("office", "teaching"): (office, "/teaching/", 12, MODULES),
    }
    for view in VIEWS:
        address = f"/schedule/?view={view}&on={DAY:%Y-%m-%d}"
        pages["participant", view] = (edition.participant, address, 6, MODULES)
        pages["instructor", view] = (instructor, address, 6, MODULES)
    grids = {
        "a draft": draft,
        "a draft to publish": f"{draft}publish/",
        "published scores": published,
        "scores with a retake": retaken,
        "a retake": retake,
        "a retake to publish": f"{retake}publish/",
    }
    for who, person in (("instructor", instructor), ("office", office)):
        for name, address in grids.items():
            pages[who, name] = (person, address, 12, PEOPLE)
    return pages


def pages_of_admission(papers: Paperwork) -> dict[tuple[str, str], tuple]:
    """The same for those who apply, judge and rank."""
    selection, judged, draft = papers.selection, papers.judged, papers.draft
    member, office, code = selection.members[0], selection.office, papers.open.cohort.code
    sheets = {phase: reverse("enrollment:score_sheet", args=[judged.pk, phase]) for phase in Phase}
    ranking = reverse("admin:enrollment_call_ranking", args=[selection.call.pk])
    of_office = reverse("admin:enrollment_application_change", args=[judged.pk])

    def own(name: str, application: Application) -> tuple:
        return application.user, reverse(f"enrollment:{name}", args=[application.pk])

    def step(name: str) -> tuple:
        return draft.user, f"{reverse('enrollment:apply', args=[code])}{name}/"

    return {
        ("member", "committee"): (member, reverse("enrollment:committee"), 8, APPLICANTS),
        ("member", "documents"): (member, sheets[Phase.DOCUMENTS], 15, FILES),
        ("member", "interview"): (member, sheets[Phase.INTERVIEW], 15, FILES),
        ("office", "ranking"): (office, ranking, 14, APPLICANTS),
        ("office", "application"): (office, of_office, 21, FILES),
        ("applicant", "application"): (*own("application", judged), 6, FILES),
        ("applicant", "draft"): (*own("application", draft), 6, FILES),
        ("applicant", "documents"): (*own("documents", papers.asked), 5, DOCUMENTS),
        ("applicant", "interview"): (*own("interview", papers.seeker), 4, TIMES),
        ("applicant", "offer"): (*own("offer", papers.offer.application), 4, NOTHING),
        ("somebody new", "apply"): (a_person(), reverse("enrollment:apply", args=[code]), 5, NOTHING),
        ("applicant", "you"): (*step("you"), 5, NOTHING),
        ("applicant", "work"): (*step("work"), 5, NOTHING),
        ("applicant", "motivation"): (*step("motivation"), 7, FILES),
        ("applicant", "review"): (*step("review"), 7, FILES),
    }


def costs_of(pages: dict[tuple[str, str], tuple], rows: int) -> dict[tuple[str, str], int]:
    """The questions of each page, once it is sure that the page shows every row."""
    costs = {}
    for page, (person, address, limit, row) in pages.items():
        client = client_of(person) if person else Client(headers={"Accept-Language": "en"})
        costs[page], text = ask(client, address)
        assert costs[page] <= limit, page
        assert len(set(re.findall(row, text))) == (0 if row == NOTHING else rows), page
    return costs


@pytest.mark.parametrize("at", [BEFORE, AFTER], ids=["before the sessions", "after them"])
def test_pages_ask_as_much_for_3_rows_as_for_300(time_machine, at):
    time_machine.move_to(at, tick=False)
    few = costs_of(pages_of(Edition(FEW)), FEW)
    assert costs_of(pages_of(Edition(MANY)), MANY) == few


def test_what_a_browser_keeps_for_two_weeks_asks_as_much_for_3_rows_as_for_300(time_machine):
    time_machine.move_to(BEFORE, tick=False)
    few, many_ = (
        costs_of({("participant", "kept"): (Edition(rows).participant, "/schedule/kept/", 5, SESSIONS)}, rows)
        for rows in (FEW, MANY)
    )
    assert few == many_


def test_pages_of_the_admission_ask_as_much_for_3_rows_as_for_300(time_machine):
    time_machine.move_to(Paperwork.MORNING, tick=False)
    few = costs_of(pages_of_admission(Paperwork(FEW)), FEW)
    assert costs_of(pages_of_admission(Paperwork(MANY)), MANY) == few


def test_control_a_page_that_asks_for_each_row_is_found(monkeypatch):
    monkeypatch.setattr(teaching, "lessons", lambda who: SessionTeacher.objects.filter(instructor=who))
    few, many = (ask(client_of(Edition(rows).instructor.user), "/teaching/")[0] for rows in (FEW, 2 * FEW))
    assert many > few


def questions(client: Client, lists) -> dict[str, int]:
    """Of each list of the office."""
    return {name: ask(client, reverse(f"admin:{name}_changelist"))[0] for name in lists}


def rows_in(lists) -> Counter:
    return Counter({name: LISTS[name]._default_manager.count() for name in lists})


@pytest.mark.parametrize(("superuser", "lists"), [(False, DAILY), (True, LISTS)], ids=["office", "superuser"])
def test_lists_ask_as_much_for_3_rows_as_for_300(superuser, lists):
    client = client_of(somebody_of_the_office(is_superuser=superuser))
    fill(FEW)
    few, before = questions(client, lists), rows_in(lists)
    fill(MANY - FEW)
    analyze()
    assert rows_in(lists) - before == dict.fromkeys(lists, MANY - FEW)
    assert questions(client, lists) == few
    assert max(few.values()) <= 12, few


def test_control_a_list_that_asks_for_each_row_is_found(monkeypatch):
    monkeypatch.setattr(SessionAdmin, "get_queryset", admin.ModelAdmin.get_queryset)
    office, session = client_of(somebody_of_the_office()), ["courses_session"]
    fill(FEW)
    few = questions(office, session)
    fill(FEW)
    assert questions(office, session)["courses_session"] > few["courses_session"]
