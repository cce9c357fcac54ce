"""A published ranking leaves the portal as a table or as minutes, formula-safe and complete."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from courses.paper import Paper
from enrollment.actions.eligibility import exclude
from enrollment.exports import as_csv, as_xlsx, entries, minutes, minutes_of, name_of_file
from enrollment.models import Evaluation, Phase, Ranking
from tests.factories import a_member, a_person, a_score_sheet, an_application, somebody_of_the_office
from tests.selection import AT, Selection, State

pytestmark = pytest.mark.django_db

LESS_IN_THE_INTERVIEW = "Same total as position 1, fewer points in the interview."


@pytest.fixture
def published():
    """Two with the same total, one on reserve with a name that computes, one excluded."""
    selection = Selection((30, 40), (40, 30))
    selection.people.append(selection.join(30, 25, user=a_person(name="=HYPERLINK(1)")))
    absent = an_application(cohort=selection.cohort, state=State.ELIGIBLE, user=a_person(name="Ugo Assente"))
    exclude(application=absent, ground="absent", reason="Non si è presentato.", by=None, at=AT)
    return selection.publish()


def names(published):
    return [line.application.user.name for line in published.lines.order_by("pk")]


def test_entries_are_in_the_order_of_the_ranking_with_reasons_and_grounds(published):
    code = published.inputs["edition"]
    with override("en"):
        found = [
            (entry.place, entry.receipt, entry.total, entry.outcome, entry.note)
            for entry in entries(published)
        ]
    assert found == [
        (1, f"{code}/0001", Decimal(70), "admitted", ""),
        (2, f"{code}/0002", Decimal(70), "admitted", LESS_IN_THE_INTERVIEW),
        (3, f"{code}/0003", Decimal(55), "on the reserve list", ""),
        (None, f"{code}/0004", None, "excluded", "Absent at the interview."),
    ]


def test_csv_opens_in_an_italian_spreadsheet_and_computes_nothing(published):
    with override("it"):
        text = as_csv(published).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 5
    assert rows[1][3:6] == ["30,00", "40,00", "70,00"]
    assert rows[3][2] == "'=HYPERLINK(1)"


def test_xlsx_holds_numbers_as_numbers_and_names_as_text(published):
    sheet = load_workbook(io.BytesIO(as_xlsx(published))).active
    rows = list(sheet.iter_rows(min_row=2))
    assert [cell.value for cell in rows[0][3:6]] == [30, 40, 70]
    assert (rows[2][2].value, rows[2][2].data_type) == ("=HYPERLINK(1)", "s")


def test_files_have_a_name_that_says_what_they_are(published):
    assert name_of_file(published, "csv") == f"ranking-{published.inputs['edition']}-v1.csv"


def said(ranking: Ranking) -> Paper:
    with override("en"):
        return minutes_of(ranking)


def cells(section) -> list[str]:
    return [cell for table in section.tables for row in table.rows for cell in row]


@pytest.mark.parametrize("language", ["it", "en"])
def test_minutes_are_a_paper_in_the_language_of_the_reader(published, language):
    with override(language):
        assert minutes_of(published).language == language
        pdf = minutes(published)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part" in pdf


def test_minutes_name_edition_call_members_criteria_and_digest(published):
    paper = said(published)
    version, committee, criteria, *_ = paper.sections
    facts = dict(version.facts)
    assert facts["Edition"] == published.inputs["edition"]
    assert facts["Digest"] == published.digest
    assert facts["Call"] == "15 October 2021, 14:00 – 14 December 2021, 14:00"
    assert facts["Signed score sheets"] == "12"
    assert facts["Suitable from"] == "50 points"
    assert published.digest in paper.footer
    assert cells(committee) == ["Commissario Uno", "–", "6", "0", "Commissario Due", "–", "6", "0"]
    assert cells(criteria) == ["Documents", "Criterion 1", "60", "Interview", "Criterion 1", "40"]


def test_minutes_hold_the_ranking_ties_grounds_and_a_line_to_sign_for_everybody(published):
    ranking, signatures = said(published).sections[-2:]
    [table] = ranking.tables
    assert [row[2] for row in table.rows] == names(published)
    assert table.rows[1][3:6] == ["40.00", "30.00", "70.00"]
    assert table.rows[1][7] == LESS_IN_THE_INTERVIEW
    assert table.rows[3][7] == "Absent at the interview."
    assert cells(signatures) == ["Commissario Uno", "", "Commissario Due", ""]


def test_minutes_hold_conflicts_and_remarks():
    selection = Selection((30, 30))
    member = selection.members[0]
    application = an_application(cohort=selection.cohort, state=State.ELIGIBLE, user=a_person(name="Ada"))
    selection.interview(application)
    for phase in Phase:
        Evaluation.objects.create(
            application=application, member=member, phase=phase, conflict=True, remark=f"Nota {phase}"
        )
        a_score_sheet(application, selection.members[1], 20, phase=phase)
    for sheet in Evaluation.objects.filter(signed_at=None):
        criterion = selection.call.criteria.get(phase=sheet.phase)
        sheet.points.create(criterion=criterion, value=20)
    Evaluation.objects.filter(signed_at=None).update(signed_at=AT)

    conflicts, remarks = said(selection.publish()).sections[3:5]
    code = application.receipt
    assert cells(conflicts) == [
        *["Commissario Uno", code, "Ada", "Documents"],
        *["Commissario Uno", code, "Ada", "Interview"],
    ]
    assert cells(remarks) == [
        *["Commissario Uno", code, "Documents", "Nota documents"],
        *["Commissario Uno", code, "Interview", "Nota interview"],
    ]


@pytest.fixture
def judged_then_excluded():
    """Of four judged alike, the last is excluded after points, a conflict of interest and remarks."""
    selection = Selection((30, 30), (30, 30), (30, 30), (57, 39))
    out = selection.people[3]
    member = a_member(selection.cohort, name="Commissario Tre")
    for application in selection.people:
        for phase in Phase:
            sheet = a_score_sheet(application, member, 30, phase=phase, signed=False)
            remark, conflict = ("Parole taciute.", True) if application == out else ("", False)
            Evaluation.objects.filter(pk=sheet.pk).update(remark=remark, conflict=conflict, signed_at=AT)
    exclude(application=out, ground="requirements", reason="Laurea.", by=None, at=AT)
    return selection.publish()


def test_of_the_excluded_the_ground_alone_leaves_the_portal(client, judged_then_excluded):
    ranking = judged_then_excluded
    client.force_login(somebody_of_the_office())
    page = reverse("admin:enrollment_ranking_change", args=[ranking.pk])

    with override("en"):
        last = entries(ranking)[-1]
        paper = minutes_of(ranking)
        table = list(csv.reader(io.StringIO(as_csv(ranking).decode("utf-8-sig")), delimiter=";"))
        sheet = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(as_xlsx(ranking))).active]

    assert (last.documents, last.interview, last.total) == (None, None, None)
    assert last.note == "A requirement of the call is missing."
    assert table[-1][3:6] == ["", "", ""]
    assert sheet[-1][3:6] == [None, None, None]
    assert dict(paper.sections[0].facts)["Signed score sheets"] == "18"
    assert [row[2:] for row in paper.sections[1].tables[0].rows] == [["6", "0"]] * 3
    assert [cells(section) for section in paper.sections[3:5]] == [[], []]
    assert paper.sections[5].tables[0].rows[-1][3:6] == ["–", "–", "–"]
    assert [candidate["sheets"] for candidate in ranking.inputs["candidates"]][-1] == []
    row = re.search(
        r"<tr>(?:(?!<tr>).)*A requirement of the call.*?</tr>|<tr>(?:(?!<tr>).)*requisito.*?</tr>",
        client.get(page).text,
        re.S,
    )[0]
    assert re.findall(r'<td class="number">\s*(.*?)\s*</td>', row) == ["–"] * 4


def test_minutes_of_a_later_version_say_why_it_was_made():
    selection = Selection((30, 30))
    selection.publish()
    selection.join(50, 30)
    again = selection.publish(reason="Un ricorso accolto.")
    assert dict(said(again).sections[0].facts)["Why a new version"] == "Un ricorso accolto."
