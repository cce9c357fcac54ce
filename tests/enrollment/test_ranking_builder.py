"""The office looks at a ranking, publishes it, carries it away; who still has to judge sees nothing of it."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.admin.ranking import where_to_mend
from enrollment.models import Application, Ranking
from enrollment.standings import UNCHECKED, Missing, standing_of
from tests.classroom import client_of
from tests.factories import a_person, a_score_sheet, an_application, somebody_of_the_office
from tests.house.test_queries import ask
from tests.selection import AT, CLOSED, Selection, State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(AT, tick=False):
        yield


def page_of(selection: Selection) -> str:
    return reverse("admin:enrollment_call_ranking", args=[selection.call.pk])


def file_of(ranking: Ranking, kind: str) -> str:
    return reverse("admin:enrollment_ranking_file", args=[ranking.pk, kind])


def answers(selection: Selection, **fields) -> dict[str, str]:
    """What the page sends when the button is pressed."""
    return {"seen": standing_of(selection.call, AT).digest, "sure": "on"} | fields


def bare(markup: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", markup).split())


def rows(text: str) -> list[list[str]]:
    """The cells of each line of the ranking."""
    lines = text.partition('id="ranking"')[2].split("</tr>")[:-1]
    return [[bare(cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", line, re.DOTALL)] for line in lines]


def test_the_preview_shows_order_ties_and_where_the_seats_end():
    selection = Selection((30, 40), (40, 30), (30, 25), (10, 10))
    names = [person.user.name for person in selection.people]
    receipts = [person.receipt for person in selection.people]

    response = client_of(selection.office).get(page_of(selection))

    assert response.status_code == 200
    assert rows(response.text)[1:] == [
        ["Admitted: 2"],
        ["1", receipts[0], names[0], "30.00", "40.00", "70.00", ""],
        [
            *("2", receipts[1], names[1], "40.00", "30.00", "70.00"),
            "Same total as position 1, fewer points in the interview.",
        ],
        ["Here the 2 seats end. On the reserve list: 1"],
        ["3", receipts[2], names[2], "30.00", "25.00", "55.00", ""],
        ["Not suitable: 1"],
        ["–", receipts[3], names[3], "10.00", "10.00", "20.00", "Fewer than 50 points."],
    ]


def test_the_preview_says_what_is_missing_and_has_no_button_then():
    selection = Selection((30, 40))
    waiting = an_application(cohort=selection.cohort, state=State.ELIGIBLE)

    text = client_of(selection.office).get(page_of(selection)).text

    assert "4 score sheets have not been signed." in text
    assert "1 interview has not been held, or nobody has written down that it was." in text
    assert f"{waiting.receipt} {waiting.user.name}" in text
    assert "Publish the ranking" not in text


@pytest.mark.parametrize("missing", Missing)
def test_what_is_missing_leads_to_where_it_is(missing):
    selection = Selection((30, 40))
    page = client_of(selection.office).get(where_to_mend(missing, selection.call), follow=True)
    assert page.status_code == 200
    assert not page.redirect_chain, "a filter the list refuses leads elsewhere"


def test_the_applications_not_checked_yet_and_not_judged_yet_are_one_press_away():
    selection = Selection((30, 40))
    unchecked = [an_application(cohort=selection.cohort, state=s) for s in sorted(UNCHECKED)]
    waiting = an_application(cohort=selection.cohort, state=State.ELIGIBLE)
    client = client_of(selection.office)

    text = unescape(client.get(page_of(selection)).text)

    address = where_to_mend(Missing.UNCHECKED, selection.call)
    assert f'href="{address}"' in text
    assert set(client.get(address).context["cl"].result_list) == set(unchecked)
    assert f'href="{reverse("admin:enrollment_application_change", args=[waiting.pk])}"' in text


def test_publishing_leads_to_the_version_and_pressed_again_to_the_same():
    selection = Selection((30, 40), (40, 30))
    client, sent = client_of(selection.office), answers(selection)

    first, second = (client.post(page_of(selection), sent) for _ in range(2))

    published = Ranking.objects.get()
    assert (published.published_by, published.published_at) == (selection.office, AT)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == f"/admin/enrollment/ranking/{published.pk}/change/"
    assert selection.states() == ["admitted", "admitted"]


def test_nothing_is_published_without_saying_that_one_means_it():
    selection = Selection((30, 40))
    response = client_of(selection.office).post(page_of(selection), answers(selection, sure=""))
    assert response.status_code == 422
    assert not Ranking.objects.exists()


def test_what_changed_since_it_was_looked_at_is_shown_instead_of_published():
    selection = Selection((30, 40))
    sent = answers(selection)
    newcomer = selection.join(50, 40)

    response = client_of(selection.office).post(page_of(selection), sent)

    assert response.status_code == 409
    assert "The ranking has changed since you looked at it" in response.text
    assert newcomer.user.name in response.text
    assert standing_of(selection.call, AT).digest in response.text
    assert not Ranking.objects.exists()


def test_before_the_call_has_closed_it_is_refused_however_it_is_sent():
    selection = Selection((30, 40))
    sent = answers(selection)
    with time_machine.travel(CLOSED - timedelta(seconds=1), tick=False):
        response = client_of(selection.office).post(page_of(selection), sent)
    assert response.status_code == 409
    assert not Ranking.objects.exists()


def test_a_later_version_shows_what_it_would_change_and_asks_why():
    selection = Selection((40, 31), (30, 30))
    first = selection.publish()
    client = client_of(selection.office)
    assert "there is nothing to publish" in client.get(page_of(selection)).text
    late, loser = selection.join(60, 40), selection.people[1]

    changes = re.findall(r"<tbody>.*?</tbody>", client.get(page_of(selection)).text, re.DOTALL)[0]

    assert [bare(line) for line in changes.split("</tr>")[:-1]] == [
        f"{late.user.name} – admitted, position 1, 100.00 points",
        f"{loser.user.name} admitted, position 2, 60.00 points on the reserve list, position 3, 60.00 points",
    ]
    assert client.post(page_of(selection), answers(selection, reason=" ")).status_code == 422
    sent = answers(selection, reason="Un ricorso accolto.")
    assert client.post(page_of(selection), sent).status_code == 302
    assert Ranking.objects.exclude(pk=first.pk).get().reason == "Un ricorso accolto."


# Who may.


def of_the_committee(selection: Selection):
    """One of the office who sits on the committee, too."""
    member = selection.members[0]
    member.is_staff = True
    member.save()
    member.groups.set(selection.office.groups.all())
    return member


def one_sheet_short(selection: Selection) -> Application:
    """Somebody a colleague has judged, and the member has not."""
    application = an_application(cohort=selection.cohort, state=State.ELIGIBLE)
    a_score_sheet(application, selection.members[1], 37)
    return application


def test_a_member_who_has_not_judged_everybody_sees_neither_points_nor_places():
    selection = Selection((30, 40), (41, 17))
    one_sheet_short(selection)
    member = of_the_committee(selection)

    text = client_of(member).get(page_of(selection)).text

    assert "until then you see neither points nor positions" in text
    assert "3 score sheets have not been signed." in text
    assert 'id="ranking"' not in text
    for told in ("41.00", "58.00", selection.people[0].user.name):
        assert told not in text
    assert client_of(member).post(page_of(selection), answers(selection)).status_code == 403


def test_control_once_the_member_has_judged_everybody_the_ranking_is_seen():
    selection = Selection((30, 40), (41, 17))
    a_score_sheet(one_sheet_short(selection), selection.members[0], 20)
    text = client_of(of_the_committee(selection)).get(page_of(selection)).text
    for told in ("41.00", "58.00", selection.people[0].user.name):
        assert told in text


def test_a_colleague_who_does_not_judge_sees_all_of_it():
    selection = Selection((30, 40))
    one_sheet_short(selection)
    assert "70.00" in client_of(selection.office).get(page_of(selection)).text


def test_looking_and_publishing_are_rights_of_their_own():
    selection = Selection((30, 40))
    clerk = a_person(is_staff=True)
    client = client_of(clerk)
    assert client.get(page_of(selection)).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_ranking"))
    assert "Publish the ranking" not in client.get(page_of(selection)).text
    assert client.post(page_of(selection), answers(selection)).status_code == 403
    assert not Ranking.objects.exists()


def test_a_call_that_does_not_exist_has_no_ranking():
    assert (
        client_of(somebody_of_the_office()).get("/admin/enrollment/call/999999/ranking/").status_code == 404
    )


# What was published.


def test_a_version_is_read_and_carried_away_never_changed():
    selection = Selection((30, 40), (10, 10))
    published, client = selection.publish(), client_of(selection.office)
    address = reverse("admin:enrollment_ranking_change", args=[published.pk])

    text = client.get(address).text

    assert published.digest in text
    assert ["1", selection.people[0].receipt, selection.people[0].user.name] == rows(text)[2][:3]
    assert 'name="_save"' not in text
    assert client.post(address, {"reason": "x"}).status_code == 403
    assert client.get(address.replace("change", "delete")).status_code == 403
    kinds = {kind: client.get(file_of(published, kind)) for kind in ("csv", "xlsx", "pdf")}
    assert [file.status_code for file in kinds.values()] == [200] * 3
    assert kinds["pdf"].content.startswith(b"%PDF")
    assert kinds["xlsx"].content.startswith(b"PK")
    name = f'attachment; filename="ranking-{selection.cohort.code}-v1.csv"'
    assert kinds["csv"]["Content-Disposition"] == name
    assert client.get(file_of(published, "exe")).status_code == 404


def cost_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_of_a_ranking_ask_as_much_for_3_applicants_as_for_300():
    costs = []
    for size in (3, 300):
        selection = Selection()
        selection.crowd(size)
        client = client_of(selection.office)
        preview, text = ask(client, page_of(selection))
        assert len(set(re.findall(r"Riga \d+", text))) == size
        published = selection.publish()
        pages = [reverse("admin:enrollment_ranking_change", args=[published.pk])]
        pages += [file_of(published, kind) for kind in ("csv", "pdf")]
        costs.append([preview, *(cost_of(client, page) for page in pages)])
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 20
