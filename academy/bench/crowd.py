"""The portal after many years: a hundred editions in one database."""

from datetime import timedelta

from academy.models import User
from courses.models import Cohort, Session, SessionPlace
from enrollment.models import Enrollment

EDITIONS = 100
APART = timedelta(weeks=26)


def fill() -> None:
    """As many editions as make it a hundred, each with the sessions and people of the running one.

    They lie half a year apart and in nobody's way: held by link, followed by people of their own.
    """
    running = Enrollment.objects.active().get(user__email="participant@example.org").cohort
    sessions = list(running.sessions.order_by("pk"))
    members = list(running.enrollments.order_by("pk"))
    for number in range(1, EDITIONS + 1 - Cohort.objects.count()):
        away = number * APART
        cohort = Cohort.objects.get(pk=running.pk)
        cohort.pk, cohort.code = None, f"{running.code}-{number}"
        cohort.starts_on, cohort.ends_on = running.starts_on - away, running.ends_on - away
        cohort.save(force_insert=True)
        held = [
            Session(
                cohort=cohort,
                module_id=session.module_id,
                purpose=session.purpose,
                mode=Session.Mode.REMOTE,
                starts_at=session.starts_at - away,
                ends_at=session.ends_at - away,
                changed_at=session.changed_at,
            )
            for session in sessions
        ]
        Session.objects.bulk_create(held)
        SessionPlace.objects.bulk_create(
            SessionPlace(session=session, link="https://example.org") for session in held
        )
        names = [f"bench-{number}-{place}@example.org" for place in range(len(members))]
        people = User.objects.bulk_create(User(email=name, name=name) for name in names)
        for member, person in zip(members, people, strict=True):
            member.pk, member.user, member.cohort = None, person, cohort
            member.application, member.starts_on = None, cohort.starts_on
            member.state, member.ends_on, member.ended_at, member.reason = "active", None, None, ""
        Enrollment.objects.bulk_create(members)
