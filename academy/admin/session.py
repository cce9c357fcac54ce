"""Sessions, with what every floor has to say before one of them moves."""

from datetime import timedelta
from itertools import chain

from django.contrib import admin
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import consequences as of_assessments
from courses import consequences as of_courses
from courses.actions.drafting import permit_clashes
from courses.actions.timetable import hold_timetables
from courses.admin import session as office
from courses.admin.office import unread
from courses.consequences import Becoming, Consequence
from courses.models import Session
from courses.models.session import LONGEST
from courses.refusals import Refusal
from enrollment import consequences as of_enrollment

ROOMS = (of_courses, of_enrollment, of_assessments)
TOUCHING = ("move", "cancel", "restore")


@admin.register(Session)
class SessionAdmin(office.SessionAdmin):
    def consequences(self, act, thing, facts: dict | None) -> list[Consequence]:
        """Of moving it or substituting as typed, or of cancelling or restoring it where it is."""
        if act.name == "substitute" and facts:
            return list(of_courses.of_substitution(thing, facts["out"], facts["into"]))
        if act.name not in TOUCHING:
            return []
        typed = facts if act.name == "move" and facts else {}
        becoming = Becoming(
            starts_at=typed.get("starts_at", thing.starts_at),
            ends_at=typed.get("ends_at", thing.ends_at),
            mode=typed.get("mode", thing.mode),
            rooms=tuple(typed["rooms"]) if typed else None,
            cancelled=act.name == "cancel",
            told=typed.get("starts_at", thing.starts_at) > timezone.now(),
        )
        if not timedelta() < becoming.ends_at - becoming.starts_at <= LONGEST:
            return []  # it will be refused, and said why
        return list(chain.from_iterable(room.of_session(thing, becoming) for room in ROOMS))

    def done(self, request, act, thing, form) -> str | None:
        """What is serious about it is permitted by whoever does it all the same, for the reason typed.

        Judged once more under the locks: what somebody else did since it was read is to be read, too.
        """
        try:
            with transaction.atomic():
                hold_timetables(at=timezone.now())
                ahead = self.consequences(act, thing, form.cleaned_data)
                if unread(act, ahead, request.POST):
                    form.add_error(None, _("The timetables have changed meanwhile: read what it brings now."))
                    return None
                permit_clashes(
                    cohort=thing.cohort,
                    found=[one.found for one in ahead if one.to_permit],
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                    at=timezone.now(),
                )
                address = super().done(request, act, thing, form)
                if address is None:
                    transaction.set_rollback(True)
                return address
        except Refusal as refusal:
            form.add_error("reason", refusal.sentence)
            return None
