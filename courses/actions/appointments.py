"""What instructors are asked to teach, their answers, and when they cannot."""

import logging
from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Appointment, Availability, Cohort, Instructor, TimetableDraft
from courses.refusals import Refusal
from courses.timetable import judgement_of, teaching_in

log = logging.getLogger(__name__)
ANSWERS = (Appointment.State.CONFIRMED, Appointment.State.DECLINED)


@transaction.atomic
def ask_instructors(*, timetabledraft: TimetableDraft, by, at: datetime) -> list[Appointment]:
    """Ask everybody who teaches in a draft to confirm the minutes they have there.

    Who has confirmed as many, or more, is left in peace, as is who was asked for the same already. What was
    asked of somebody neither the draft nor the timetable counts on any more is withdrawn. Refused where
    nobody is to be asked and nothing withdrawn.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=timetabledraft.cohort_id)
    standing = {row.instructor_id: row for row in Appointment.objects.filter(cohort=cohort)}
    asked, loads = [], judgement_of(timetabledraft).loads
    for load in loads:
        row = standing.get(load.key) or Appointment(instructor_id=load.key, cohort=cohort, minutes=-1)
        agreed = row.state == Appointment.State.CONFIRMED and row.minutes >= load.minutes
        if agreed or (row.minutes == load.minutes and row.state != Appointment.State.WITHDRAWN):
            continue
        row.state, row.minutes, row.asked_at, row.answered_at = (
            Appointment.State.ASKED,
            load.minutes,
            at,
            None,
        )
        row.save()
        asked.append(row)
    withdrawn = withdraw_appointments(cohort, beside={load.key for load in loads}, by=by, at=at)
    if not asked and not withdrawn:
        raise Refusal(_("Everybody who teaches in this draft has been asked for these hours."))
    log.info("%s asked %d instructors of %s", by, len(asked), cohort)
    return asked


def withdraw_appointments(cohort: Cohort, *, beside: Collection[int] = (), by, at: datetime) -> int:
    """Withdraw what was asked of instructors who teach nothing in `cohort`; `beside` are left in peace."""
    open_ones = cohort.appointments.filter(state__in=[Appointment.State.ASKED, Appointment.State.CONFIRMED])
    needless = open_ones.exclude(instructor__in=beside).exclude(instructor__in=teaching_in(cohort))
    number = needless.update(state=Appointment.State.WITHDRAWN, asked_at=at, answered_at=None)
    if number:
        log.info("%s withdrew %d appointments of %s", by, number, cohort)
    return number


@transaction.atomic
def answer_appointment(
    *, appointment: Appointment, state: str, minutes: int, note: str = "", by, at: datetime
) -> Appointment:
    """Confirm or decline; an answer may be changed until the edition is over.

    `minutes` are those the page showed: refused where the office asks for others by now.
    """
    if state not in ANSWERS:
        raise Refusal(_("Confirm or decline the appointment."))
    rows = Appointment.objects.select_for_update(no_key=True, of=["self"]).select_related("cohort")
    row = rows.get(pk=appointment.pk)
    if row.minutes != minutes:
        raise Refusal(_("The office asks for other hours by now: read them before you answer."))
    if row.state == Appointment.State.WITHDRAWN:
        raise Refusal(_("The office has withdrawn what it asked: there is nothing to answer any more."))
    if row.cohort.ends_on < timezone.localdate(at):
        raise Refusal(_("The edition is over: there is nothing to answer any more."))
    row.state, row.note, row.answered_at = state, note, at
    row.save(update_fields=["state", "note", "answered_at"])
    log.info("%s answered appointment %d: %s", by, row.pk, state)
    return row


@transaction.atomic
def declare_absence(
    *,
    instructor: Instructor,
    starts_on: date,
    ends_on: date,
    weekday: int | None = None,
    half: str = "",
    note: str = "",
    by,
    at: datetime,
) -> Availability:
    """Say when `instructor` cannot teach; sessions already released stay, and the office reads of them.

    Refused where all of it is past.
    """
    if ends_on < timezone.localdate(at):
        raise Refusal(_("These days are over."))
    absence = Availability.objects.create(
        instructor=instructor, starts_on=starts_on, ends_on=ends_on, weekday=weekday, half=half, note=note
    )
    log.info("%s declared absence %d", by, absence.pk)
    return absence


@transaction.atomic
def withdraw_absence(*, absence: Availability, by, at: datetime) -> None:
    """The instructor can teach then after all."""
    log.info("%s withdrew absence %d", by, absence.pk)
    absence.delete()
