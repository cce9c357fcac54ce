"""Forgetting which forms were sent."""

import logging
from datetime import datetime, timedelta

from courses.models import Once

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)  # nobody sends a form again after that; what it did is done once without its key


def forget_sent_forms(*, at: datetime) -> int:
    """Delete the keys of forms sent more than 30 days before `at`; how many those were."""
    forgotten, _kinds = Once.objects.filter(done_at__lt=at - KEPT).delete()
    log.info("%d keys of forms forgotten", forgotten)
    return forgotten
