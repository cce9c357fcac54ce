"""Who is in which team, and from when to when. Locks: the participant's place in the edition."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction

from enrollment.models import Enrollment, Team, TeamPlace

log = logging.getLogger(__name__)
DAY = timedelta(days=1)


@transaction.atomic
def join_team(*, team: Team, enrollment: Enrollment, starts_on: date, by, at: datetime) -> TeamPlace:
    """From `starts_on` in `team`, and until the day before in the one there was. Asked again, the same."""
    enrollment = Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment.pk)
    present = TeamPlace.objects.filter(enrollment=enrollment).on(starts_on).first()
    if present and present.team_id == team.pk:
        return present
    leave_teams(enrollment=enrollment, on=starts_on - DAY, by=by, at=at)
    place = TeamPlace.objects.create(team=team, enrollment=enrollment, starts_on=starts_on)
    log.info("enrollment %d is in team %d from %s", enrollment.pk, team.pk, starts_on)
    return place


@transaction.atomic
def leave_teams(*, enrollment: Enrollment, on: date, by, at: datetime) -> None:
    """Not in a team after day `on`: the place then held ends, those after it go."""
    places = TeamPlace.objects.filter(enrollment=enrollment)
    places.filter(starts_on__gt=on).delete()
    places.on(on + DAY).update(ends_on=on)
