"""Looking at what there is to read."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Greatest

from enrollment.models import Enrollment, MaterialVisit

LEFT_BEHIND = timedelta(minutes=30)


@transaction.atomic
def visit_materials(*, enrollment: Enrollment, by, at: datetime) -> datetime | None:
    """The materials of the edition are looked at; what came since the moment returned is new, None: all.

    A visit lasts while the page is looked at again within half an hour, so reloading it, or coming back
    from a file, keeps its marks. The next look after that is another visit: new is then what came
    after the last look of this one. Two looks at once count as one, whichever is first.
    """
    visits = MaterialVisit.objects.filter(enrollment=enrollment)
    seen = visits.update(
        new_since=Case(When(seen_at__lte=at - LEFT_BEHIND, then=F("seen_at")), default=F("new_since")),
        seen_at=Greatest("seen_at", at),
    )
    if not seen:
        first = MaterialVisit(enrollment=enrollment, seen_at=at)
        MaterialVisit.objects.bulk_create([first], ignore_conflicts=True)
    return visits.values_list("new_since", flat=True).get()
