"""Which place of a session a person attends."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Room, Session
from courses.models.invariants import Guard
from courses.models.session import new_timetable_version

from .enrollment import Enrollment


class PlaceChoice(models.Model):
    """A person's choice for one session: a room, or None for remote.

    `seated` says the seat is theirs; otherwise they wait for it, in the order of `chosen_at`. `by_default`
    says that it was made for them, of what they usually do. `moved_up_at` is when a seat they had waited
    for became theirs.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="choices", verbose_name=_("enrollment")
    )
    session = models.ForeignKey(Session, models.PROTECT, related_name="choices", verbose_name=_("session"))
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("room")
    )
    chosen_at = models.DateTimeField(_("chosen"))
    seated = models.BooleanField(_("seated"))
    by_default = models.BooleanField(_("by default"), default=False)
    moved_up_at = models.DateTimeField(_("moved up"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("choice of a place")
        verbose_name_plural = _("choices of places")
        ordering = ["session", "chosen_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_choice_per_person_and_session",
                fields=["enrollment", "session"],
                violation_error_message=_("This person has already chosen a place in this session."),
            ),
            models.CheckConstraint(
                name="nobody_waits_for_a_remote_place",
                condition=Q(room__isnull=False) | Q(seated=True),
                violation_error_message=_("A remote place is never full."),
            ),
            models.CheckConstraint(
                name="who_moved_up_sits",
                condition=Q(moved_up_at__isnull=True) | Q(seated=True, room__isnull=False),
                violation_error_message=_("Only who sits in a room can have moved up to it."),
            ),
        ]
        triggers = [
            Guard(
                name="a_choice_is_for_a_session_of_the_edition",
                message=_("The session belongs to another edition than the person's."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("enrollment_id", "session_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_session s JOIN enrollment_enrollment e USING (cohort_id)
                        WHERE s.id = NEW.session_id AND e.id = NEW.enrollment_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_room_is_never_oversold",
                message=_("The room is full."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("room_id", "session_id", "seated"),
                when=pgtrigger.After,
                func="""
                    IF NEW.seated AND NEW.room_id IS NOT NULL THEN
                        PERFORM 1 FROM courses_cohort WHERE id = (
                            SELECT cohort_id FROM courses_session WHERE id = NEW.session_id
                        ) FOR NO KEY UPDATE;
                        IF (SELECT count(*) FROM enrollment_placechoice
                            WHERE session_id = NEW.session_id AND room_id = NEW.room_id AND seated)
                           > (SELECT capacity FROM courses_room WHERE id = NEW.room_id)
                        THEN {refuse} END IF;
                    END IF;
                    RETURN NULL;
                """,
            ),
            new_timetable_version(
                "count_the_timetable_version",
                "SELECT cohort_id FROM courses_session WHERE id = the_row.session_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.room or _('remote')}"
