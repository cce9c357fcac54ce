"""Teams of an edition: asked for, sought by a worker, taken over as a whole or not at all."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from assessments import tasks
from assessments.actions import teams
from assessments.actions.teams import LOST, restart_lost, solve_team_plan, take_team_plan
from assessments.models import TeamPlan
from assessments.wishes import Member, Wishes, problem_of, wishes_of
from courses.models import sentence_for
from courses.refusals import Refusal
from enrollment.actions.offers import end_enrollment
from enrollment.models import Enrollment, TeamPlace
from tests.classroom import client_of
from tests.factories import a_person, a_role, a_team, an_enrollment, somebody_of_the_office
from tests.forming import (
    BROKEN_BY_TEAM_PLANS,
    DAY,
    NOW,
    QUICK,
    an_edition,
    asked,
    plans_of_every_state,
    solved,
)
from tests.invariants import cases, execute, refused_as, rules

pytestmark = pytest.mark.django_db

EVE = DAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def a_member(key: str, **facts) -> Member:
    usual = {
        "sector": "public",
        "employer_kind": "public_body",
        "employer": "",
        "role": "",
        "access": "remote",
    }
    return Member(key, **{**usual, "region": "Lazio"} | facts)


def teams_on(cohort, day) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for place in TeamPlace.objects.on(day).filter(team__cohort=cohort).select_related("team"):
        found.setdefault(place.team.number, set()).add(place.enrollment_id)
    return found


# --- From people to a problem ---------------------------------------------------------------------


def test_employers_written_otherwise_are_one_and_values_nobody_shares_count_nowhere():
    people = [
        a_member("1", employer="Rete  Ferroviaria", role="CEO"),
        a_member("2", employer="rete ferroviaria "),
    ]
    problem = problem_of(people, [], Wishes(teams=1), smallest=2, largest=6)
    assert [one.employer for one in problem.people] == ["rete ferroviaria"] * 2
    assert [sorted(one.attributes) for one in problem.people] == [
        ["access", "employer_kind", "region", "sector"]
    ] * 2
    assert [(it.key, it.weight, it.not_alone) for it in problem.attributes] == [
        ("sector", 4, ("private", "public")),
        ("employer_kind", 3, ()),
        ("region", 2, ()),
        ("access", 2, ()),
        ("role", 1, ()),
    ]


def test_teams_there_are_keep_their_numbers_and_the_next_free_ones_follow():
    people = [a_member(str(number), team=3 if number < 4 else None) for number in range(12)]
    problem = problem_of(people, [3], Wishes(), smallest=4, largest=6)
    assert problem.teams == ("01", "03")
    assert [(team.key, team.members) for team in problem.today] == [("03", ("0", "1", "2", "3"))]


def test_letters_become_groups_and_pairs_and_wishes_are_kept_as_they_were_said():
    wishes = Wishes(
        3, (("1", "02"),), (("2", "01"),), (("1", "A"), ("4", "A")), (("2", "A"), ("3", "A"), ("4", "A"))
    )
    problem = problem_of([a_member(str(n)) for n in range(12)], [], wishes, smallest=4, largest=6)
    assert problem.together == (("1", "4"),)
    assert problem.apart == (("2", "3"), ("2", "4"), ("3", "4"))
    assert (problem.pins, problem.forbidden) == ((("1", "02"),), (("2", "01"),))
    assert wishes_of(wishes.as_json()) == wishes


# --- Asked for ------------------------------------------------------------------------------------


def test_asked_twice_it_is_one_plan_and_asked_otherwise_meanwhile_it_is_refused():
    [one, *_] = an_edition()
    plan = asked(one.cohort)
    assert asked(one.cohort) == plan
    with pytest.raises(Refusal, match="already being formed"):
        asked(one.cohort, seed=1)


@pytest.mark.parametrize("day", [NOW.date(), date(2022, 1, 31)])
def test_teams_change_from_tomorrow_on_at_the_earliest(day):
    [one, *_] = an_edition()
    with pytest.raises(Refusal, match="from tomorrow"):
        asked(one.cohort, starts_on=day)


# --- Sought ---------------------------------------------------------------------------------------


def test_ten_people_make_two_teams_with_their_portraits_levels_and_changes():
    people = an_edition()
    plan = solved(people[0].cohort)
    assert (plan.state, plan.tries, len(plan.inputs)) == ("done", 1, 64)
    assert [len(team["members"]) for team in plan.result["teams"]] == [5, 5]
    assert {tuple(sorted(team["counts"]["sector"].values())) for team in plan.result["teams"]} == {(2, 3)}
    assert [(it["level"], it["points"], it["proved"]) for it in plan.result["levels"]][:1] == [
        ("alone", 0, True)
    ]
    assert len(plan.result["changes"]) == 10
    assert not TeamPlace.objects.exists()


def test_the_same_inputs_and_seed_give_the_same_teams():
    people = an_edition()
    first, second = solved(people[0].cohort, seed=3), solved(people[0].cohort, seed=3)
    assert (first.result, first.inputs) == (second.result, second.inputs)


def test_pins_and_people_apart_and_together_are_kept():
    people = [str(one.pk) for one in an_edition()]
    wishes = Wishes(
        pins=((people[0], "02"),),
        forbidden=((people[1], "02"),),
        together=((people[2], "A"), (people[3], "A")),
        apart=((people[4], "B"), (people[5], "B")),
    )
    plan = solved(Enrollment.objects.first().cohort, wishes)
    team_of = {key: team["key"] for team in plan.result["teams"] for key in team["members"]}
    assert (team_of[people[0]], team_of[people[1]]) == ("02", "01")
    assert team_of[people[2]] == team_of[people[3]]
    assert team_of[people[4]] != team_of[people[5]]


def test_where_there_are_no_teams_it_says_why_and_what_would_help():
    people = [str(one.pk) for one in an_edition()]
    marks = ((people[0], "A"), (people[1], "A"))
    plan = solved(Enrollment.objects.first().cohort, Wishes(together=marks, apart=marks))
    assert (plan.state, plan.result["teams"]) == ("done", [])
    assert [one["code"] for one in plan.result["short"]] == ["together_and_apart"]
    assert {one["code"] for one in plan.result["relax"]} == {"together", "apart"}
    with pytest.raises(Refusal, match="no teams to take over"):
        take_team_plan(plan=plan, by=None, at=NOW)


def test_few_changes_leave_the_others_where_they_are():
    people = an_edition()
    cohort = people[0].cohort
    take_team_plan(plan=solved(cohort), by=None, at=NOW)
    plan = solved(cohort, aim="mend")
    assert plan.result["changes"] == []


def test_auditors_and_who_has_left_are_put_into_no_team():
    people = an_edition(8)
    cohort = people[0].cohort
    an_enrollment(cohort=cohort, auditor=True)
    an_enrollment(cohort=cohort, state="withdrawn")
    plan = solved(cohort)
    assert sorted(key for team in plan.result["teams"] for key in team["members"]) == sorted(
        str(one.pk) for one in people
    )


# --- The worker -----------------------------------------------------------------------------------


def test_two_workers_never_take_the_same_plan():
    plan = asked(an_edition()[0].cohort)
    again = TeamPlan.objects.get(pk=plan.pk)
    solve_team_plan(plan=plan, at=NOW, effort=QUICK)
    solve_team_plan(plan=again, at=NOW, effort=QUICK)
    plan.refresh_from_db()
    assert (plan.state, plan.tries) == ("done", 1)


def test_a_killed_worker_is_followed_by_another_and_the_third_time_it_has_failed():
    plan = asked(an_edition()[0].cohort)
    for attempt in (1, 2, 3):
        TeamPlan.objects.filter(pk=plan.pk).update(state="running", begun_at=NOW, tries=attempt)
        restart_lost(at=NOW + LOST)
        assert TeamPlan.objects.get().state == "running"
        restart_lost(at=NOW + LOST + timedelta(seconds=1))
        assert TeamPlan.objects.get().state == ("waiting" if attempt < 3 else "failed")


def test_a_lost_worker_that_comes_back_keeps_nothing(monkeypatch):
    plan = asked(an_edition()[0].cohort)

    def meanwhile() -> float:
        TeamPlan.objects.filter(pk=plan.pk, tries=1).update(state="waiting")
        TeamPlan.objects.filter(pk=plan.pk, tries=1).update(state="running", begun_at=NOW, tries=2)
        return 0.0

    solve_team_plan(plan=plan, at=NOW, effort=QUICK, clock=meanwhile)
    plan.refresh_from_db()
    assert (plan.state, plan.result, plan.tries) == ("running", None, 2)


def test_a_search_that_breaks_off_has_failed(monkeypatch):
    plan = asked(an_edition()[0].cohort)

    def broken(*_args):
        raise RuntimeError

    monkeypatch.setattr(teams, "found_for", broken)
    with pytest.raises(RuntimeError):
        solve_team_plan(plan=plan, at=NOW)
    assert TeamPlan.objects.get().state == "failed"


def test_the_task_takes_the_one_that_has_waited_longest(monkeypatch):
    first, second = (
        asked(an_edition(4)[0].cohort),
        asked(an_edition(4)[0].cohort, at=NOW + timedelta(hours=1)),
    )
    tasks.form_teams()
    states = dict(TeamPlan.objects.values_list("pk", "state"))
    assert states == {first.pk: "done", second.pk: "waiting"}


# --- Taken over -----------------------------------------------------------------------------------


def test_taken_over_everybody_is_in_their_team_from_that_day_and_again_nothing_happens():
    people = an_edition()
    cohort = people[0].cohort
    plan = solved(cohort)
    take_team_plan(plan=plan, by=None, at=NOW)
    wanted = {int(it["key"]): set(map(int, it["members"])) for it in plan.result["teams"]}
    assert (teams_on(cohort, DAY), teams_on(cohort, EVE)) == (wanted, {})
    before = list(TeamPlace.objects.values())
    assert take_team_plan(plan=plan, by=None, at=NOW).state == "taken"
    assert list(TeamPlace.objects.values()) == before


def test_who_was_in_which_team_stays_recorded():
    people = an_edition()
    cohort = people[0].cohort
    a_team(cohort, *people[0::2])
    a_team(cohort, *people[1::2])
    was = teams_on(cohort, EVE)
    take_team_plan(plan=solved(cohort), by=None, at=NOW)
    assert teams_on(cohort, EVE) == was
    assert teams_on(cohort, DAY) != was


def test_a_place_that_would_have_ended_lasts_when_the_plan_says_so():
    people = an_edition()
    cohort = people[0].cohort
    take_team_plan(plan=solved(cohort), by=None, at=NOW)
    TeamPlace.objects.update(ends_on=DAY + timedelta(days=3))
    take_team_plan(plan=solved(cohort, aim="mend"), by=None, at=NOW)
    assert teams_on(cohort, DAY) == teams_on(cohort, DAY + timedelta(days=30))


def test_what_changed_since_makes_it_old_and_nothing_is_written():
    people = an_edition()
    plan = solved(people[0].cohort)
    end_enrollment(enrollment=people[0], state="withdrawn", reason="Lavoro", on=NOW.date(), by=None, at=NOW)
    with pytest.raises(Refusal, match="changed since"):
        take_team_plan(plan=plan, by=None, at=NOW)
    assert not TeamPlace.objects.exists()
    plan.refresh_from_db()
    assert plan.state == "done"


def test_once_its_day_has_come_it_is_too_late():
    plan = solved(an_edition()[0].cohort)
    with pytest.raises(Refusal, match="from tomorrow"):
        take_team_plan(plan=plan, by=None, at=NOW.replace(day=14))


# --- Past all of it -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY_TEAM_PLANS))
def test_past_the_page_of_teams_it_is_refused_under_its_name(name, statement):
    plans_of_every_state()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("assessments")[name].message


# --- The page -------------------------------------------------------------------------------------


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def page(cohort) -> str:
    return f"/teaching/editions/{cohort.pk}/teams/"


def test_the_page_is_the_offices_alone(clock):
    people = an_edition(4)
    plan = solved(people[0].cohort)
    address, taking = page(plan.cohort), f"{page(plan.cohort)}{plan.pk}/take/"
    for user in (people[0].user, a_role("tutor", plan.cohort).user, a_person(is_staff=True)):
        client = client_of(user)
        assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]
        assert client.post(taking).status_code == 404
    assert not TeamPlace.objects.exists()
    office = client_of(somebody_of_the_office())
    assert office.get(address).status_code == 200
    other = an_enrollment().cohort
    assert office.post(f"{page(other)}{plan.pk}/take/").status_code == 404


def test_from_asking_over_waiting_to_taken_over(clock):
    people = an_edition()
    cohort, client = people[0].cohort, client_of(somebody_of_the_office())
    wished = {f"pins-{people[0].pk}": "02", f"together-{people[1].pk}": "A", f"together-{people[2].pk}": "A"}
    typed = {"starts_on": DAY.isoformat(), "teams": "2", "aim": "anew", "seed": "7", **wished}
    assert client.post(page(cohort), typed).status_code == 302
    waiting = client.get(page(cohort))
    assert waiting.headers["Refresh"] == "10"
    assert "are being formed" in waiting.text
    plan = TeamPlan.objects.get()
    assert wishes_of(plan.wishes).pins == ((str(people[0].pk), "02"),)
    solve_team_plan(plan=plan, at=NOW, effort=QUICK)
    ready = client.get(page(cohort))
    assert "Refresh" not in ready.headers
    for words in (
        "The least there can be: 0",
        "stays here because you asked for it",
        "Take these teams over",
    ):
        assert words in ready.text
    assert client.post(f"{page(cohort)}{plan.pk}/take/").status_code == 302
    assert sorted(map(len, teams_on(cohort, DAY).values())) == [5, 5]
    assert "Take these teams over" not in client.get(page(cohort)).text


def test_what_was_typed_stays_when_something_is_wrong(clock):
    people = an_edition()
    client = client_of(somebody_of_the_office())
    typed = {"starts_on": "2022-01-01", "aim": "anew", "seed": "41", f"apart-{people[3].pk}": "C"}
    answer = client.post(page(people[0].cohort), typed)
    assert answer.status_code == 422
    for kept in ('value="2022-01-01"', 'value="41"', '<option value="C" selected>', "from tomorrow"):
        assert kept in answer.text
    assert not TeamPlan.objects.exists()


def test_teams_that_rest_on_what_is_no_longer_so_have_no_button(clock):
    people = an_edition()
    plan = solved(people[0].cohort)
    client = client_of(somebody_of_the_office())
    end_enrollment(enrollment=people[0], state="withdrawn", reason="Lavoro", on=NOW.date(), by=None, at=NOW)
    text = client.get(page(plan.cohort)).text
    assert "Something changed since" in text
    assert "Take these teams over" not in text
    answer = client.post(f"{page(plan.cohort)}{plan.pk}/take/", follow=True)
    assert "Something changed since" in answer.text
    assert not TeamPlace.objects.exists()


def test_why_there_are_none_is_said_with_names(clock):
    people = an_edition()
    marks = ((str(people[0].pk), "A"), (str(people[1].pk), "A"))
    plan = solved(people[0].cohort, Wishes(together=marks, apart=marks))
    text = client_of(somebody_of_the_office()).get(page(plan.cohort)).text
    assert "Kept together and apart at once" in text
    assert f"kept apart: {people[0].user}, {people[1].user}" in text


def test_it_asks_as_much_for_few_people_as_for_many(clock):
    client = client_of(somebody_of_the_office())
    used = []
    for number in (8, 24):
        plan = solved(an_edition(number)[0].cohort)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(plan.cohort)).status_code == 200
        used.append(len(queries))
    assert used[0] == used[1] <= 14
