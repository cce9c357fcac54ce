"""Giving an edition its tests."""

import logging
from datetime import datetime

from django.db import transaction

from assessments.models import ModuleTest
from courses.models import Cohort, Session

log = logging.getLogger(__name__)


@transaction.atomic
def plan_tests(*, cohort: Cohort, by, at: datetime) -> list[ModuleTest]:
    """A test in the last teaching session of every module that has one and is on the timetable.

    Tests already planned stay as they are; the new ones are returned.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    teaching = Session.objects.live().filter(
        cohort=cohort, purpose=Session.Purpose.TEACHING, module__has_test=True
    )
    last = teaching.order_by("module_id", "-starts_at").distinct("module_id")
    tests = [
        ModuleTest(cohort=cohort, module_id=session.module_id, session=session)
        for session in last.exclude(module__tests__cohort=cohort)
    ]
    log.info("%s planned %d tests of %s", by, len(tests), cohort)
    return ModuleTest.objects.bulk_create(sorted(tests, key=lambda test: test.session.starts_at))
