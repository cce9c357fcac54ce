"""A selection: a call with its committee, and applicants judged by everybody in it."""

from datetime import date, timedelta

from academy.models import User
from enrollment.actions.ranking import publish_ranking
from enrollment.models import Application, Criterion, Evaluation, InterviewSlot, Phase, Points, Ranking
from tests.crowd import many
from tests.factories import (
    PROFILE,
    a_cohort,
    a_member,
    a_score_sheet,
    a_scored_call,
    an_application,
    numbers,
    rome,
    somebody_of_the_office,
)

State = Application.State
CLOSED = rome(2021, 12, 14, 14)
SIGNED = rome(2021, 12, 15, 18)
AT = rome(2021, 12, 17, 9)
ANSWERS_BY = rome(2021, 12, 29, 14)


class Selection:
    """The call of an edition of 13 January 2022, closed on 14 December; two members have judged.

    Each pair is somebody who got these points for documents and interview from both of them.
    """

    def __init__(self, *pairs: tuple[int, int], seats: int = 2, **fields):
        self.call = a_scored_call(cohort=a_cohort(seats=seats), answers_by=ANSWERS_BY, **fields)
        self.cohort = self.call.cohort
        self.members = [a_member(self.cohort, name=f"Commissario {word}") for word in ("Uno", "Due")]
        self.office = somebody_of_the_office()
        self.people = [self.join(*pair) for pair in pairs]

    def join(self, documents: int, interview: int, **fields) -> Application:
        """Admissible, interviewed, judged."""
        application = an_application(**{"cohort": self.cohort, "state": State.ELIGIBLE} | fields)
        self.interview(application)
        for member in self.members:
            a_score_sheet(application, member, documents, phase=Phase.DOCUMENTS)
            a_score_sheet(application, member, interview, phase=Phase.INTERVIEW)
        return application

    def interview(self, application: Application, turnout: str = InterviewSlot.Turnout.HELD) -> InterviewSlot:
        """Chosen, and come to this."""
        return InterviewSlot.objects.create(
            call=self.call,
            application=application,
            starts_at=rome(2021, 12, 15, 9),
            where=f"https://meet.example.org/{application.pk}",
            offered_at=rome(2021, 12, 8, 9),
            chosen_at=rome(2021, 12, 9, 9),
            turnout=turnout,
        )

    def publish(self, at=AT, **fields) -> Ranking:
        return publish_ranking(**{"call": self.call, "by": self.office, "at": at} | fields)

    def states(self) -> list[str]:
        """Of its people, in their order."""
        found = dict(Application.objects.filter(cohort=self.cohort).values_list("pk", "state"))
        return [found[person.pk] for person in self.people]

    def crowd(self, size: int) -> None:
        """This many more, all in a few statements; their points go up and down."""
        first = Application.objects.filter(cohort=self.cohort).count() + 1
        names = [next(numbers) for _ in range(size)]
        users = many(
            User, size, email=[f"c{n}@example.org" for n in names], name=[f"Riga {n}" for n in names]
        )
        applications = many(
            Application,
            size,
            **PROFILE,
            cohort=self.cohort,
            user=users,
            state=State.ELIGIBLE,
            motivation="Perché sì.",
            foreign=True,
            born_on=[date(1980, 1, 1) + timedelta(days=n % 700) for n in range(size)],
            number=list(range(first, first + size)),
            privacy_read_at=CLOSED,
            submitted_at=CLOSED,
        )
        many(
            InterviewSlot,
            size,
            call=self.call,
            application=applications,
            starts_at=rome(2021, 12, 15, 9),
            where=[f"Aula {n}" for n in names],
            offered_at=rome(2021, 12, 8, 9),
            chosen_at=rome(2021, 12, 9, 9),
            turnout=InterviewSlot.Turnout.HELD,
        )
        for criterion in Criterion.objects.filter(call=self.call):
            for member in self.members:
                sheets = many(
                    Evaluation, size, application=applications, member=member, phase=criterion.phase
                )
                given = [(n * 7 + member.pk) % (criterion.maximum + 1) for n in range(size)]
                many(Points, size, evaluation=sheets, criterion=criterion, value=given)
        Evaluation.objects.filter(application__in=applications).update(signed_at=SIGNED)
