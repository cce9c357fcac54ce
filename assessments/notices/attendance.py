"""Who is told how many of the hours one may miss are used."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import (
    Case,
    IntegerField,
    Max,
    Q,
    Value,
    When,
)
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments.attendance import attendances
from assessments.budget import Standing
from courses.models import Cohort
from courses.notices import WINDOW, NoticeKind
from enrollment.models import Enrollment
from enrollment.states import LIVE_ENROLLMENTS

THRESHOLDS = (100, 75, 50)  # percent of the hours one may miss


class AbsenceBudget(NoticeKind):
    """A participant is told when half, three quarters and all of the hours one may miss are used, by any
    rule of the edition; passed at once, of all in one mail.

    The key is the enrollment, the revision how many thresholds are passed over all rules.
    """

    name = "absence_budget"
    title = _("Hours of absence")
    why = _("You get this because you follow this edition.")

    def due(self, at):
        lately = Q(intervals__at__gt=at - WINDOW, intervals__at__lte=at)
        people = Enrollment.objects.filter(lately, state__in=LIVE_ENROLLMENTS, auditor=False)
        passed = steps(people.select_related("cohort__programme").distinct(), at)
        revision = Case(
            *(When(pk=pk, then=Value(number)) for pk, number in passed.items()),
            default=Value(0),
            output_field=IntegerField(),
        )
        return (
            Enrollment.objects.filter(pk__in=passed)
            .annotate(passed=revision, told_at=Max("intervals__at", filter=lately))
            .values_list("user", "pk", "passed", "told_at")
        )

    def still_due(self, notice, at):
        mine = Enrollment.objects.filter(pk=notice.key, user=notice.user_id, state__in=LIVE_ENROLLMENTS)
        if steps(mine.select_related("cohort__programme"), at).get(notice.key) != notice.revision:
            return gettext_noop("less or more of the hours is used by now")
        return None

    def context(self, notices):
        enrollment = Enrollment.objects.select_related("cohort__programme").get(pk=notices[0].key)
        [found] = attendances(enrollment.cohort, [enrollment], at=notices[0].due_at)
        used = [(one, passed_by(one)[0]) for one in found.standings if passed_by(one)]
        return {"edition": enrollment.cohort, "used": used}

    def path(self, notice):
        return reverse("assessments:attendance")


def steps(people: Iterable[Enrollment], at: datetime) -> dict[int, int]:
    """Enrollment → how many thresholds are passed over all rules, of those who passed one."""
    editions: defaultdict[Cohort, list[Enrollment]] = defaultdict(list)
    for person in people:
        editions[person.cohort].append(person)
    numbers = {
        one.enrollment.pk: sum(len(passed_by(standing)) for standing in one.standings)
        for cohort, members in editions.items()
        for one in attendances(cohort, members, at=at)
    }
    return {pk: number for pk, number in numbers.items() if number}


def passed_by(standing: Standing) -> list[int]:
    """The thresholds somebody has passed by one rule, the highest first."""
    return [step for step in THRESHOLDS if standing.used >= step * 100]
