"""What platforms report: imported all or nothing, and taken back. Locks: the register of the session."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.register import Spell, locked, refuse_before, refuse_final
from assessments.models import PlatformReport, PresenceInterval
from assessments.presence import Attendance, Source
from assessments.roster import register_roster
from courses.models import Session
from courses.refusals import Refusal

log = logging.getLogger(__name__)


@transaction.atomic
def import_report(
    *,
    session: Session,
    platform: str,
    name: str,
    digest: str,
    spells: Mapping[int, tuple[Spell, ...]],
    by,
    at: datetime,
) -> PlatformReport:
    """Write down the `spells` of each enrollment as the report of a platform has them, or none of them.

    What lies outside the session is left out; what is inside is written as reported, so that two devices
    stay two. The same file (`digest`, SHA-256) twice is refused, until it is undone. The revision of the
    register does not move: a report never stands against what is being typed, only beside it.
    """
    register = locked(session)
    refuse_before(session, at)
    refuse_final(register)
    if PlatformReport.objects.filter(session=session, digest=digest, undone_at=None).exists():
        raise Refusal(_("This file has already been imported."))
    if not spells.keys() <= set(register_roster(session).values_list("pk", flat=True)):
        raise Refusal(_("Some of these people are not on the roster of this session."))
    report = PlatformReport.objects.create(
        session=session, platform=platform, name=name, digest=digest, by=by, at=at
    )
    written = PresenceInterval.objects.bulk_create(
        PresenceInterval(
            enrollment_id=pk,
            session=session,
            source=Source.PLATFORM.value,
            attendance=Attendance.REMOTE.value,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            report=report,
            by=by,
            at=at,
        )
        for pk, told in sorted(spells.items())
        for one in told
        if one.starts_at < session.ends_at and one.ends_at > session.starts_at
    )
    if not written:
        raise Refusal(_("Nothing in this file counts for this session."))
    log.info("%s imported report %d with %d intervals", by.pk, report.pk, len(written))
    return report


@transaction.atomic
def undo_report(*, report: PlatformReport, by, at: datetime) -> PlatformReport:
    """Take back whatever the report said, each interval by one without times; once."""
    register = locked(report.session)
    report = PlatformReport.objects.select_related("session").get(pk=report.pk)
    if report.undone_at:
        return report
    refuse_final(register)
    standing = PresenceInterval.objects.filter(report=report, starts_at__isnull=False, superseded_by=None)
    PresenceInterval.objects.bulk_create(
        PresenceInterval(
            enrollment_id=one.enrollment_id,
            session=report.session,
            source=one.source,
            attendance=one.attendance,
            supersedes=one,
            report=report,
            by=by,
            at=at,
        )
        for one in standing
    )
    report.undone_at, report.undone_by = at, by
    report.save(update_fields=["undone_at", "undone_by"])
    log.info("%s took back report %d", by.pk, report.pk)
    return report
