from datetime import date

import pytest

from courses.actions.drafting import CURRICULA
from courses.actions.programme import load_curriculum
from tests import factories


@pytest.fixture
def a_real_edition():
    """Of the programme as it is taught, with two classrooms and two laboratories, and nothing planned."""
    programme = load_curriculum(
        path=CURRICULA / "smtc-2022.toml", by=None, at=factories.rome(2021, 11, 20, 9)
    )
    hub = factories.a_hub()
    for number, kind in enumerate(("classroom", "classroom", "lab", "lab")):
        factories.a_room(
            hub=hub, name=f"Aula {number}", capacity=30 if kind == "classroom" else 15, kind=kind
        )
    return factories.a_cohort(programme=programme, hub=hub, seats=30, ends_on=date(2022, 7, 30))
