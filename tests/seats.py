"""An edition in the middle of its offers."""

from enrollment.actions import offers
from enrollment.models import Application, Enrollment, Offer
from tests.factories import a_call, a_cohort, a_person, a_ranking, a_yes, an_application, an_offer, rome

State = Application.State
AT = rome(2021, 12, 20, 10)


class Selection:
    """An edition from 13 January 2022 whose seats are all offered, and as many people on reserve."""

    def __init__(self, seats: int = 1, reserve: int = 2, **call) -> None:
        self.cohort = a_cohort(seats=seats)
        self.call = a_call(cohort=self.cohort, **call)
        admitted, self.reserve = (
            [an_application(cohort=self.cohort, state=state) for _ in range(number)]
            for state, number in ((State.ADMITTED, seats), (State.ON_RESERVE, reserve))
        )
        self.offers = [an_offer(application) for application in admitted]
        self.ranking = a_ranking(self.call, *admitted, *self.reserve)
        self.office = a_person(is_staff=True)

    def places(self) -> list[Enrollment]:
        """Everybody has accepted."""
        return [
            offers.accept(offer=offer, answers=a_yes(), by=offer.application.user, at=AT)
            for offer in self.offers
        ]

    def waiting(self) -> list[Application]:
        """Who has an open offer now, in the order in which they were made."""
        return [offer.application for offer in Offer.objects.open().order_by("pk")]


def states(*applications: Application) -> list[str]:
    return [Application.objects.get(pk=application.pk).state for application in applications]
