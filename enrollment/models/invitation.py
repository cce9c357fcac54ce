"""Who is expected in a session that is not for the whole edition: the retake of a test."""

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Session
from courses.models.invariants import Guard
from courses.models.session import new_timetable_version

from .enrollment import Enrollment

BY_INVITATION = (Session.Purpose.RETAKE,)


class InvitationQuerySet(models.QuerySet):
    """The vocabulary of invitations."""

    def expecting(self, **person) -> Q:
        """Of sessions those for everybody, and those this person is invited to."""
        mine = self.filter(session=OuterRef("pk"), **person)
        return ~Q(purpose__in=BY_INVITATION) | Q(Exists(mine))


class Invitation(models.Model):
    """Somebody is expected in a session by invitation. Written by the record of tests, by its triggers."""

    session = models.ForeignKey(
        Session, models.CASCADE, related_name="invitations", verbose_name=_("session")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="invitations", verbose_name=_("enrollment")
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a session")
        verbose_name_plural = _("invitations to sessions")
        ordering = ["session", "enrollment"]
        constraints = [
            models.UniqueConstraint(
                name="one_is_invited_to_a_session_once",
                fields=["session", "enrollment"],
                violation_error_message=_("This person is invited already."),
            ),
        ]
        triggers = [
            Guard(
                name="one_is_invited_to_sessions_of_the_own_edition",
                message=_("The session belongs to another edition than the person's."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_session s JOIN enrollment_enrollment e USING (cohort_id)
                        WHERE s.id = NEW.session_id AND e.id = NEW.enrollment_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            new_timetable_version(
                "an_invitation_changes_the_timetable",
                "SELECT cohort_id FROM courses_session WHERE id = the_row.session_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.session}"
