"""The project work of an edition: teams, briefs, what is handed in, and what the panel says of it."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from academy.demo import cast
from academy.demo.calls import Admission
from academy.demo.papers import pdf
from academy.demo.timetable import Arranged
from academy.models import User
from assessments.actions.panels import Said, decide, judge, publish_judgements
from assessments.actions.projects import hand_in, write_note
from assessments.actions.standard_rubric import adopt_standard_rubric
from assessments.models import (
    Mentoring,
    Milestone,
    PanelSeat,
    ProjectWork,
    Rubric,
    RubricCriterion,
    Side,
)
from courses.files import Upload
from courses.models import Organisation, Role
from courses.workdays import instant
from enrollment.actions.teams import join_team
from enrollment.models import Enrollment, Team, TeamPlace

DAY = timedelta(days=1)
DUE = time(20)
FORMED_BEFORE = 10 * DAY  # the kick-off
PANEL_BEFORE = 14 * DAY  # the last session
TEAM_OF = 5
LATE, REPLACED = 2, 5  # teams: one is a day late once, one hands in again
TEAMS_OF_2022 = (
    ("P16", "P10", "P02", "P29", "P30"),
    ("P17", "P23", "P25", "P03", "P04"),
    ("P26", "P05", "P18", "P27"),  # P07 had left
    ("P08", "P14", "P20", "P19", "P21"),
    ("P09", "P15", "P11", "P12", "P22"),
    ("P13", "P01", "P24", "P28", "P06"),
)
# By edition: who accompanies, academic and company in turn, and who judges.
MENTORS_OF_2022 = ("Nerina Valdorsa", "Rosalba Cantimira", "Ottavio Casalpiana", "Viola Campodonico Reale")
MENTORS = (cast.INSTRUCTOR, "Rosalba Cantimira", "Nerina Valdorsa", "Viola Campodonico Reale")
PANEL_OF_2022 = {
    Side.ACADEMIC: cast.INSTRUCTOR,
    Side.COMPANY: "Zelinda Pontarossa",
    Side.THIRD: "Saverio Dognarelli",
}
PANEL = PANEL_OF_2022 | {Side.ACADEMIC: "Mirella Acquatersa"}


class Projects:
    """Of one edition."""

    def __init__(self, admission: Admission) -> None:
        self.stage, self.edition, self.admission = admission.stage, admission.edition, admission
        self.past = self.edition.last_day < self.stage.today
        self.works: list[ProjectWork] = []
        self.roles: dict[tuple[str, str], Role] = {}

    def plan(self) -> None:
        """Teams before the kick-off, a deposit for each milestone, the panel after the final assessment."""
        at, days = self.stage.at, [one.day for one in self.sessions]
        at(days[0] - FORMED_BEFORE, 15, 0, self.form_teams)
        at(days[0] - DAY, 12, 0, self.brief)
        at(days[0] + DAY, 18, 30, self.note)
        for number, (day, _told) in enumerate(self.milestones()):
            at(day - DAY, 19, 0, partial(self.hand_in, number))
            at(day + DAY, 21, 0, partial(self.hand_in_late, number))
        last = self.edition.last_day
        at(days[-1] - PANEL_BEFORE, 12, 0, self.seat)
        for after, side in enumerate((Side.ACADEMIC, Side.COMPANY, Side.THIRD)):
            at(last + after * DAY, 18, 0, partial(self.judge, side))
        at(last + 4 * DAY, 11, 0, self.decide)
        at(last + 5 * DAY, 10, 0, self.publish)

    @property
    def sessions(self) -> list[Arranged]:
        """Of the project work, in order of time."""
        return [one for one in self.edition.sessions if one.plan.module == "PW"]

    def milestones(self) -> list[tuple[date, dict[str, Any]]]:
        """The day each is due, and its words."""
        found = cast.projects()["milestone"]
        return [(self.sessions[told["session"]].day, told) for told in found]

    def form_teams(self, at: datetime) -> None:
        """Those of 2022 as they were; of the running edition, public and private dealt out in turn."""
        cohort = self.stage.cohorts[self.edition.code]
        kickoff = self.sessions[0].day
        for number, members in enumerate(self.dealt_out(), start=1):
            team = Team.objects.create(cohort=cohort, number=number)
            for member in members:
                join_team(team=team, enrollment=member, starts_on=kickoff, by=self.stage.office, at=at)

    def dealt_out(self) -> list[list[Enrollment]]:
        """Who is in which team."""
        places = self.admission.enrollments
        if self.edition.code == "SMTC-2022-1":
            return [[places[code] for code in codes] for codes in TEAMS_OF_2022]
        people = [
            (person.sector, person.code, place)
            for person in self.admission.people
            if (place := places.get(person.code))
            and place.state == Enrollment.State.ACTIVE
            and not place.auditor
        ]
        ordered = [place for *_order, place in sorted(people, key=lambda one: one[:2])]
        teams = max(1, len(ordered) // TEAM_OF)
        return [ordered[number::teams] for number in range(teams)]

    def brief(self, at: datetime) -> None:
        """Projects, sponsors, milestones, mentors and the rubric, as the office enters them."""
        cohort, told = self.stage.cohorts[self.edition.code], cast.projects()["project"]
        rubric, new = Rubric.objects.get_or_create(
            code="project-work",
            defaults={"title_it": "Project work", "title_en": "Project work"},
        )
        if new:
            adopt_standard_rubric(rubric=rubric, by=self.stage.office, at=at)
        mentors = MENTORS_OF_2022 if self.past else MENTORS
        for team, one in zip(cohort.teams.order_by("number"), told, strict=False):
            sponsor, _new = Organisation.objects.get_or_create(
                name=one["sponsor"], defaults={"kind": one["kind"]}
            )
            work = ProjectWork.objects.create(
                team=team,
                title_it=one["title_it"],
                title_en=one["title_en"],
                sponsor=sponsor,
                brief=one["brief"],
                rubric=rubric,
            )
            for day, words in self.milestones():
                kept = {name: words[name] for name in ("title_it", "title_en", "instructions")}
                Milestone.objects.create(project=work, due_at=instant(day, DUE), **kept)
            pair = (team.number - 1) % 2 * 2
            for name in mentors[pair : pair + 2]:
                Mentoring.objects.create(project=work, role=self.role(name, Role.Kind.MENTOR))
            self.works.append(work)

    def role(self, name: str, kind: str) -> Role:
        """Somebody's part in the edition."""
        if (name, kind) not in self.roles:
            self.roles[name, kind] = Role.objects.create(
                user=self.stage.people[name],
                cohort=self.stage.cohorts[self.edition.code],
                kind=kind,
                organisation_id=self.stage.instructors[name].organisation_id,
            )
        return self.roles[name, kind]

    def note(self, at: datetime) -> None:
        """After the first meetings: one for each team to read, one for the mentors alone."""
        for work in self.works:
            mentor = next(iter(work.mentorings.select_related("role__user"))).role.user
            words = "Partite dalla domanda del committente: scrivetela in una riga e fatevela confermare."
            write_note(project=work, text=words, for_team=True, by=mentor, at=at)
            words = "Gruppo affiatato; sentire presto il committente sui dati."
            write_note(project=work, text=words, for_team=False, by=mentor, at=at)

    def hand_in(self, number: int, at: datetime) -> None:
        """In time; who hands in again does so with a second version."""
        for work in self.works:
            if (work.team.number, number) != (LATE, 1):
                self.deposit(work, number, at)

    def hand_in_late(self, number: int, at: datetime) -> None:
        """One team, once."""
        for work in self.works:
            if (work.team.number, number) == (LATE, 1):
                self.deposit(work, number, at)

    def deposit(self, work: ProjectWork, number: int, at: datetime) -> None:
        """A paper, for the last milestone also a link; one team has a second version of its first."""
        milestone = list(work.milestones.all())[number]
        by = self.member(work, at)
        first = hand_in(milestone=milestone, upload=self.paper(milestone, work, 1), by=by, at=at)
        if (work.team.number, number) == (REPLACED, 0):
            again = self.paper(milestone, work, 2)
            hand_in(milestone=milestone, upload=again, replaces=first, by=by, at=at + timedelta(minutes=20))
        if number == 2:
            link = f"https://example.org/{self.edition.code.lower()}/t{work.team.number}"
            hand_in(milestone=milestone, link=link, name="Presentazione", by=by, at=at)

    def member(self, work: ProjectWork, at: datetime) -> User:
        """The first of the team by name."""
        places = TeamPlace.objects.filter(team=work.team, ends_on=None).select_related("enrollment__user")
        user: User = places.order_by("enrollment__user__name")[0].enrollment.user
        return user

    def paper(self, milestone: Milestone, work: ProjectWork, version: int) -> Upload:
        """A page that says what it is."""
        lines = (milestone.title_it, work.title_it, f"Gruppo T{work.team.number}, versione {version}")
        return Upload(f"{milestone.title_it} T{work.team.number}.pdf", "application/pdf", pdf(*lines))

    def seat(self, at: datetime) -> None:
        """Who judges; a third only where the two will differ."""
        for work, told in self.judged():
            for side, name in (PANEL_OF_2022 if self.past else PANEL).items():
                if side != Side.THIRD or "third" in told:
                    PanelSeat.objects.create(project=work, role=self.role(name, Role.Kind.PANEL), side=side)

    def judged(self) -> Iterable[tuple[ProjectWork, dict[str, Any]]]:
        """Each project with what its panel says."""
        return zip(self.works, cast.projects()["judgement"], strict=False)

    def judge(self, side: Side, at: datetime) -> None:
        """All projects, by one assessor."""
        why = cast.projects()["why"]
        criteria = list(RubricCriterion.objects.filter(rubric=self.works[0].rubric))
        for work, told in self.judged():
            if side.value not in told:
                continue
            seat = work.panel.select_related("role__user").get(side=side)
            said = {
                one.pk: Said(level, why[one.position - 1][str(level)][side == Side.COMPANY])
                for one, level in zip(criteria, told[side.value], strict=True)
            }
            judge(seat=seat, said=said, words="", give=True, by=seat.role.user, at=at)

    def decide(self, at: datetime) -> None:
        """The office writes what the panel agreed on."""
        for work, told in self.judged():
            adjusted = {}
            if person := told.get("person"):
                adjusted[self.admission.enrollments[person].pk] = told["step"], told["reason"]
            decide(projectwork=work, text=told["text"], adjustments=adjusted, by=self.stage.office, at=at)

    def publish(self, at: datetime) -> None:
        """All teams at once."""
        publish_judgements(projectwork=self.works[0], by=self.stage.office, at=at)
