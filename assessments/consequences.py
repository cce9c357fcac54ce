"""Which tests, scores and presences hang on a session that moves."""

from collections.abc import Iterable

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import ModuleTest, Presence, Register
from courses.consequences import Becoming, Consequence
from courses.models import Session


def of_session(session: Session, becoming: Becoming) -> Iterable[Consequence]:
    """The tests sat in it, with the scores recorded so far, and its register."""
    tests = ModuleTest.objects.filter(session=session).select_related("module")
    for test in tests.annotate(recorded=Count("scores")):
        facts = {"module": test.module.code, "scores": test.recorded}
        if becoming.cancelled:
            yield Consequence(
                _("The test of %(module)s loses its session. Scores recorded: %(scores)d.") % facts
            )
        else:
            yield Consequence(_("The test of %(module)s moves with it. Scores recorded: %(scores)d.") % facts)
    yield from of_register(session, becoming)


def of_register(session: Session, becoming: Becoming) -> Iterable[Consequence]:
    """What its register holds, which follows its times until it is closed."""
    register = Register.objects.filter(session=session).first()
    if register is not None and register.final:
        yield Consequence(_("Its register is closed: the session is not changed any more."))
    elif people := Presence.objects.filter(session=session).count():
        if becoming.cancelled:
            words = ngettext(
                "%d presence recorded in its register no longer counts.",
                "%d presences recorded in its register no longer count.",
                people,
            )
        else:
            words = ngettext(
                "The minutes of %d presence in its register are counted anew.",
                "The minutes of %d presences in its register are counted anew.",
                people,
            )
        yield Consequence(words % people)
