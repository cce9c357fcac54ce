"""When participants went through the portal's door to a call."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Session
from courses.models.invariants import Guard, append_only

from .enrollment import Enrollment


class Joining(models.Model):
    """A participant was led to the call of a session at this moment; each time is one more row.

    By itself it proves nothing: the code shown in the call confirms it.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="joinings", verbose_name=_("enrollment")
    )
    session = models.ForeignKey(Session, models.PROTECT, related_name="joinings", verbose_name=_("session"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("joining of a call")
        verbose_name_plural = _("joinings of calls")
        ordering = ["session", "at", "pk"]
        triggers = [
            append_only(name="joinings_are_append_only"),
            Guard(
                name="one_joins_the_calls_of_the_own_edition",
                message=_("The session belongs to another edition than the person's."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_session s JOIN enrollment_enrollment e USING (cohort_id)
                        WHERE s.id = NEW.session_id AND e.id = NEW.enrollment_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.session}"
