"""How far an edition is: its hours, planned and delivered, against what its programme promises."""

from datetime import datetime

from django.db.models import Q, Sum

from courses.hours import Due, Tally, Taught, tally
from courses.models import Cohort, Module, Session, TeachingKind

# What makes up the hours of modules; retakes, reviews and meetings come on top.
COUNTED = (Session.Purpose.TEACHING, Session.Purpose.WELCOME, Session.Purpose.FINAL)


def hours_of(cohort: Cohort, at: datetime) -> Tally:
    """The minutes of `cohort` by module and block, delivered up to `at`. Two queries."""
    modules = Module.objects.filter(block__programme=cohort.programme_id).select_related("block")
    sessions = (
        cohort.sessions.live()
        .filter(purpose__in=COUNTED)
        .select_related("module")
        .annotate(
            academic=Sum("teachers__share", filter=Q(teachers__kind=TeachingKind.ACADEMIC), default=0),
            company=Sum("teachers__share", filter=Q(teachers__kind=TeachingKind.COMPANY), default=0),
        )
    )
    return tally(
        [
            Due(
                module=module.code,
                block=module.block.code,
                minutes=module.minutes,
                academic=module.academic_minutes,
                company=module.company_minutes,
                counts=module.block.counts_towards_total,
            )
            for module in modules
        ],
        [
            Taught(
                key=session.pk,
                module=session.module.code,
                minutes=session.minutes,
                academic=session.academic,
                company=session.company,
                held=session.ends_at <= at,
            )
            for session in sessions
        ],
    )
