"""How everybody of an edition stands by its rules of attendance, who needs help first."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.access import editions_watched_by, may_export_registers
from assessments.attendance import Attendance, attendances
from assessments.budget import Standing, tightest
from courses.models import Session
from enrollment.models import Enrollment
from enrollment.states import LIVE_ENROLLMENTS

AT_RISK = 7500  # hundredths of a percent of the budget


@dataclass
class Row:
    """One person of the edition."""

    attendance: Attendance

    @property
    def nearest(self) -> Standing:
        """The rule nearest to being broken."""
        return tightest(self.attendance.standings)

    @property
    def ended(self) -> bool:
        """No longer follows the edition."""
        return self.attendance.enrollment.state not in LIVE_ENROLLMENTS

    @property
    def at_risk(self) -> bool:
        """Can still do it, with little left by some rule."""
        return any(one.used >= AT_RISK for one in self.attendance.standings if not one.reached)

    @property
    def urgency(self) -> tuple:
        """Who left and auditors last; before them who cannot do it, who is at risk, and the others."""
        person = self.attendance.enrollment
        return (
            self.ended or person.auditor,
            self.attendance.reachable,
            not self.at_risk,
            self.nearest.left,
            person.user.name,
            person.pk,
        )


@require_safe
def edition_attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """For its tutors and the office: 403 for who has no edition to watch, 404 for another's."""
    at = timezone.now()
    cohort = get_object_or_404(editions_watched_by(request.user).select_related("programme"), pk=pk)
    people = list(Enrollment.objects.filter(cohort=cohort).select_related("user"))
    rows = sorted(map(Row, attendances(cohort, people, at=at)), key=lambda row: row.urgency)
    following = [row for row in rows if not row.ended and not row.attendance.enrollment.auditor]
    begun = Session.objects.live().filter(cohort=cohort, starts_at__lte=at)
    trail = [(reverse("assessments:teaching"), _("Teaching"))]
    if may_export_registers(request.user):
        trail = [(reverse("admin:courses_cohort_change", args=[cohort.pk]), str(cohort))]
    context = {
        "cohort": cohort,
        "rows": rows,
        "sessions": begun.select_related("module", "register").order_by("-starts_at", "-pk"),
        "lost": sum(not row.attendance.reachable for row in following),
        "at_risk": sum(row.attendance.reachable and row.at_risk for row in following),
        "awaited": any(row.attendance.overall.awaited for row in rows),
        "trail": trail,
    }
    return render(request, "assessments/edition_attendance.html", context)
