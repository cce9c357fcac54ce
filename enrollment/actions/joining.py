"""Going into the call of a session."""

from datetime import datetime

from courses.models import Session
from enrollment.models import Enrollment, Joining


def note_joining(*, user, session: Session, at: datetime) -> Joining | None:
    """Write down that `user` is led to the call; of who does not follow the edition nothing is noted."""
    enrollment = Enrollment.objects.filter(user=user).attending(session).first()
    return enrollment and Joining.objects.create(enrollment=enrollment, session=session, at=at)
