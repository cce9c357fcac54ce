"""Who may record, see and publish scores."""

from django.core.exceptions import PermissionDenied

from assessments.models import ModuleTest
from courses.models import Instructor


def instructor_of(user) -> Instructor | None:
    """The instructor this account belongs to."""
    return getattr(user, "instructor", None)


def records_every_test(user) -> bool:
    """Staff of the office with the right to change scores."""
    return user.is_staff and user.has_perm("assessments.change_score")


def tests_open_to(user):
    """The tests whose scores `user` may record and publish.

    An instructor's are those of the modules taught in that edition, the office's are all of them.
    Nobody else has any business here: PermissionDenied, whichever test they asked for.
    """
    if records_every_test(user):
        return ModuleTest.objects.all()
    if instructor := instructor_of(user):
        return ModuleTest.objects.of(instructor)
    raise PermissionDenied
