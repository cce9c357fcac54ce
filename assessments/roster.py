"""Who sits a test: the members of the edition on the day, auditors apart."""

from django.utils import timezone

from assessments.models import ModuleTest
from enrollment.models import Enrollment


def roster(test: ModuleTest):
    """Enrollments, by name. Someone who left before the test is not among them."""
    day = timezone.localdate(test.session.starts_at)
    return (
        Enrollment.objects.members_on(day)
        .filter(cohort_id=test.cohort_id, auditor=False)
        .select_related("user")
        .order_by("user__name", "pk")
    )
