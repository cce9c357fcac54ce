"""Score sheets: each member of the committee fills in their own and signs it. Locks: see `passages`."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Instructor, Role
from courses.refusals import Refusal
from enrollment.conflicts import same_employer
from enrollment.models import Application, Criterion, Evaluation, Phase, Points

from .applications import ChangedMeanwhile
from .passages import hold

log = logging.getLogger(__name__)


def shared_employer(application: Application, member) -> str | None:
    """Where `member` works and the applicant does, too: by the role or as an instructor. None if nowhere."""
    roles = Role.objects.filter(user=member, cohort=application.cohort_id, organisation__isnull=False)
    teacher = Instructor.objects.filter(user=member)
    by_role, by_trade = (
        rows.order_by().values_list("organisation__name", flat=True) for rows in (roles, teacher)
    )
    return same_employer(by_role.union(by_trade), application.employer)


def refuse_too_early(application: Application, phase: str, at: datetime) -> None:
    """Raise Refusal unless `application` is being judged, and for the interview unless it has begun."""
    if application.state != Application.State.ELIGIBLE:
        raise Refusal(_("This application is not being judged: score sheets stay as they are."))
    if phase == Phase.INTERVIEW:
        slot = getattr(application, "interview", None)
        if slot is None:
            raise Refusal(_("The applicant has not chosen an interview yet."))
        if not slot.may_be_scored(at):
            raise Refusal(_("The interview can be scored once it has begun."))


@transaction.atomic
def fill_in_sheet(
    *,
    application: Application,
    phase: str,
    points: Mapping[int, int | None],
    remark: str,
    sign: bool,
    by,
    at: datetime,
    seen: int | None = None,
) -> Evaluation:
    """`by`'s score sheet: points by the key of their criterion, None where there are none yet.

    A draft is its author's alone and can be incomplete; signed, it is final. Signed again the same, it
    is the one there is. Above a maximum and from outside the committee the database refuses. `seen` is
    the revision it was typed upon: ChangedMeanwhile when the same member has saved other points or
    another remark since, in another window.
    """
    application = hold(application)
    refuse_too_early(application, phase, at)
    sheet, _new = Evaluation.objects.get_or_create(application=application, member=by, phase=phase)
    given = {criterion: value for criterion, value in points.items() if value is not None}
    before = dict(sheet.points.values_list("criterion", "value"))
    if sheet.signed_at:
        if (before, sheet.remark, True) == (given, remark, sign):
            return sheet
        raise Refusal(_("You have already signed this score sheet: it stays as it is."))
    if seen not in (None, sheet.revision) and (before, sheet.remark) != (given, remark):
        raise ChangedMeanwhile(_("You have saved this score sheet in another window meanwhile."))
    if sign and set(given) != set(criteria_of(application).filter(phase=phase).values_list("pk", flat=True)):
        raise Refusal(_("Give points for every criterion before signing."))
    if given != before:
        sheet.points.all().delete()
        Points.objects.bulk_create(
            Points(evaluation=sheet, criterion_id=criterion, value=value)
            for criterion, value in given.items()
        )
    sheet.remark = remark
    sheet.conflict = shared_employer(application, by) is not None
    sheet.signed_at = at if sign else None
    sheet.revision += 1
    sheet.save()
    log.info("score sheet %d (%s) %s", sheet.pk, phase, "signed" if sign else "saved")
    return sheet


def criteria_of(application: Application):
    """What is judged, in all phases of the edition's call."""
    return Criterion.objects.filter(call__cohort=application.cohort_id)
