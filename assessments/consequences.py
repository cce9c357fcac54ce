"""Which tests and scores hang on a session that moves."""

from collections.abc import Iterable

from django.db.models import Count
from django.utils.translation import gettext as _

from assessments.models import ModuleTest
from courses.consequences import Becoming, Consequence
from courses.models import Session


def of_session(session: Session, becoming: Becoming) -> Iterable[Consequence]:
    """The tests sat in it, with the scores recorded so far."""
    tests = ModuleTest.objects.filter(session=session).select_related("module")
    for test in tests.annotate(recorded=Count("scores")):
        facts = {"module": test.module.code, "scores": test.recorded}
        if becoming.cancelled:
            yield Consequence(
                _("The test of %(module)s loses its session. Scores recorded: %(scores)d.") % facts
            )
        else:
            yield Consequence(_("The test of %(module)s moves with it. Scores recorded: %(scores)d.") % facts)
