"""Going into the call of a session."""

from datetime import datetime

from django.utils.timezone import localdate

from courses.models import Session
from enrollment.models import Enrollment, Joining


def note_joining(*, user, session: Session, at: datetime) -> Joining | None:
    """Write down that `user` is led to the call; of who does not follow the edition nothing is noted."""
    members = Enrollment.objects.filter(user=user, cohort=session.cohort_id)
    enrollment = members.members_on(localdate(session.starts_at)).first()
    return enrollment and Joining.objects.create(enrollment=enrollment, session=session, at=at)
