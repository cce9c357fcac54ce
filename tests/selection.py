"""A selection: a call with its committee, and applicants judged by everybody in it."""

from datetime import date, timedelta

from django.db.models import F

from academy.models import User
from enrollment.actions.ranking import publish_ranking
from enrollment.models import (
    Agreement,
    Application,
    ApplicationFile,
    Call,
    ContentType,
    Criterion,
    DocumentRequest,
    Evaluation,
    InterviewSlot,
    Offer,
    Phase,
    Points,
    Ranking,
    RequiredDocument,
)
from tests.crowd import analyze, many
from tests.factories import (
    PROFILE,
    a_call,
    a_cohort,
    a_member,
    a_score_sheet,
    a_scored_call,
    a_tax_code,
    an_agreement,
    an_application,
    an_offer,
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
        self.judge(application, documents, interview)
        return application

    def judge(self, application: Application, documents: int, interview: int) -> None:
        """An interview, and these points from everybody."""
        self.interview(application)
        for member in self.members:
            a_score_sheet(application, member, documents, phase=Phase.DOCUMENTS)
            a_score_sheet(application, member, interview, phase=Phase.INTERVIEW)

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
        analyze()


class Paperwork:
    """As many applicants, free times, documents and files, on the morning of the interviews, `MORNING`.

    `selection` is closed and its committee has judged; one of its applicants is `judged`. To another
    call, still open, somebody writes a draft, `seeker` has no interview yet, `asked` owes documents, and
    `offer` is open.
    """

    MORNING = rome(2021, 12, 15, 8)

    def __init__(self, rows: int) -> None:
        self.selection = Selection()
        self.selection.crowd(rows)
        self.judged = self.sent(self.with_files(self.selection.call, rows), State.ELIGIBLE)
        self.selection.judge(self.judged, 50, 30)
        self.open = a_call(closes_at=self.MORNING + timedelta(days=5), answers_by=ANSWERS_BY)
        self.draft = self.with_files(self.open, rows)
        self.asked = self.sent(self.with_files(self.open, rows), State.DOCUMENTS_ASKED)
        request = DocumentRequest.objects.create(
            application=self.asked,
            asked_by=self.selection.office,
            asked_at=CLOSED,
            due_at=CLOSED + timedelta(days=5),
        )
        request.documents.set(RequiredDocument.objects.filter(call=self.open))
        self.seeker = an_application(cohort=self.open.cohort, state=State.ELIGIBLE)
        many(
            InterviewSlot,
            rows,
            call=self.open,
            where=[f"Stanza {n}" for n in range(rows)],
            starts_at=[CLOSED + timedelta(days=7, minutes=n) for n in range(rows)],
            offered_at=CLOSED,
        )
        admitted = an_application(cohort=self.open.cohort, state=State.ADMITTED)
        self.offer: Offer = an_offer(admitted, made_at=CLOSED, deadline=ANSWERS_BY)
        for kind in Agreement.Kind:
            an_agreement(kind=kind)

    def with_files(self, call: Call, rows: int) -> Application:
        """A complete draft: every document the call asks for, in a file each."""
        documents = list(RequiredDocument.objects.filter(call=call)) or many(
            RequiredDocument,
            rows,
            call=call,
            position=list(range(1, rows + 1)),
            title_it=[f"Documento {n}" for n in range(rows)],
            title_en=[f"Document {n}" for n in range(rows)],
        )
        draft = an_application(
            cohort=call.cohort, state=State.DRAFT, submitted_at=None, tax_code=a_tax_code()
        )
        many(
            ApplicationFile,
            rows,
            application=draft,
            document=documents,
            name=[f"file-{n}.pdf" for n in range(rows)],
            content_type=ContentType.PDF,
            size=1,
            content=b"%",
            uploaded_at=CLOSED,
        )
        return draft

    def sent(self, draft: Application, state: str) -> Application:
        """That draft, received and checked by the office."""
        mine = Application.objects.filter(pk=draft.pk)
        mine.update(state=State.SUBMITTED, submitted_at=F("privacy_read_at"), number=9999)
        mine.update(state=state)
        return mine.select_related("user").get()
