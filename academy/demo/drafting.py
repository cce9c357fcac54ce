"""How the demo's office makes timetables: drafts, releases, an instructor who falls out, and the planner."""

from datetime import datetime, timedelta

from academy.demo.stage import Stage
from academy.demo.timetable import Arranged
from courses.actions.appointments import answer_appointment, ask_instructors, declare_absence
from courses.actions.drafting import add_draft_session, open_draft, permit
from courses.actions.planning import mend_timetables, run_planner
from courses.actions.releasing import release_draft
from courses.actions.timetable import Plan
from courses.drafts import Level
from courses.models import Appointment, Cohort, Session, TimetableDraft
from courses.timetable import judgement_of

AWAY = timedelta(days=13)
UNANSWERED = 2  # instructors who have not said yes or no yet


class Drafting:
    """The timetable of one edition, drafted and released."""

    def __init__(self, stage: Stage, cohort: Cohort) -> None:
        self.stage, self.cohort = stage, cohort

    def release(self, plans: list[Plan], note: str, at: datetime) -> list[Session]:
        """`plans` drafted beside what stands, judged, and released; the sessions, in the order of `plans`."""
        office = self.stage.office
        draft = open_draft(cohort=self.cohort, by=office, at=at)
        rows = [
            add_draft_session(
                draft=draft,
                module=plan.module,
                purpose=plan.purpose,
                mode=plan.mode,
                starts_at=plan.starts_at,
                ends_at=plan.ends_at,
                topic_it=plan.topic_it,
                topic_en=plan.topic_en,
                rooms=plan.rooms,
                link=plan.link,
                instructors=plan.instructors,
                parallel=plan.parallel,
                by=office,
                at=at,
            )
            for plan in plans
        ]
        self.permit_what_is_agreed(draft, at)
        release_draft(timetabledraft=draft, note=note, by=office, at=at)
        rows_now = draft.sessions.select_related("session")
        sessions = {row.pk: row.session for row in rows_now if row.session}
        return [sessions[row.pk] for row in rows]

    def permit_what_is_agreed(self, draft: TimetableDraft, at: datetime) -> None:
        """What needs a permit has been talked about."""
        for one in judgement_of(draft).barring:
            if one.level is Level.HIGH:
                permit(
                    draft=draft,
                    fingerprint=one.fingerprint,
                    reason="D’accordo con la sede e con chi insegna.",
                    by=self.stage.office,
                    at=at,
                )

    def ask_everybody(self, at: datetime) -> None:
        """Everybody who teaches is asked for their hours, and most have confirmed."""
        draft = open_draft(cohort=self.cohort, by=self.stage.office, at=at)
        ask_instructors(timetabledraft=draft, by=self.stage.office, at=at)
        asked = self.cohort.appointments.select_related("instructor__user").order_by("pk")
        for row in asked[UNANSWERED:]:
            state = Appointment.State.CONFIRMED
            answer_appointment(
                appointment=row, state=state, minutes=row.minutes, by=row.instructor.user, at=at
            )

    def lose_an_instructor(self, session: Arranged, at: datetime) -> None:
        """Who teaches `session` cannot for two weeks: the planner has a plan, and nobody has read it yet."""
        instructor = self.stage.instructors[session.teachers[0]]
        absence = declare_absence(
            instructor=instructor,
            starts_on=session.day,
            ends_on=session.day + AWAY,
            note="Missione all’estero.",
            by=instructor.user,
            at=at,
        )
        for run in mend_timetables(away=absence, by=self.stage.office, at=at):
            run_planner(run=run)
