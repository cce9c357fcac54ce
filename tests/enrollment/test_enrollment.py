"""Who belongs to an edition on a day."""

from datetime import date

import pytest

from enrollment.models import Enrollment
from tests import factories

pytestmark = pytest.mark.django_db

FIRST_DAY = date(2022, 1, 13)


@pytest.mark.parametrize(
    ("state", "ends_on", "belongs_on"),
    [
        ("active", None, [FIRST_DAY, date(2022, 3, 4), date(2022, 3, 5)]),
        ("withdrawn", date(2022, 3, 4), [FIRST_DAY, date(2022, 3, 4)]),
        ("renounced", date(2022, 1, 12), []),
        ("excluded", date(2022, 1, 12), []),
    ],
)
def test_a_member_belongs_to_the_edition_to_the_last_day_and_never_did_who_left_before_the_first(
    state, ends_on, belongs_on
):
    factories.an_enrollment(state=state, ends_on=ends_on)
    days = [FIRST_DAY, date(2022, 3, 4), date(2022, 3, 5)]
    assert [day for day in days if Enrollment.objects.members_on(day).exists()] == belongs_on
