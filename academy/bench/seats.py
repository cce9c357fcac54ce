"""Seats under load: the forms that give and free them, sent at once to the real pages."""

import statistics
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pgtrigger
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from academy.models import SweepHeartbeat, User
from courses.models import Cohort
from enrollment.models import (
    Agreement,
    Application,
    Call,
    Enrollment,
    Offer,
    Ranking,
    RankingLine,
)
from enrollment.models.seats import taken

from .forms import Form, Person, send_all
from .processes import THREADS, Server, gunicorn

RUNS, SEATS, CONTENDERS = 5, 30, 50
ROUNDS, CONTROL_ROUNDS, FEW_SEATS, OFFERED, PARALLEL = 20, 5, 10, 7, 100
PEOPLE = 90
BETWEEN_LOOKS = 0.02  # seconds
DONE, FAILED, BUSY = 302, 500, 503  # busy: waited 3 s for the edition, may try again; nothing was done
GUARDS = (
    "enrollment.Offer:no_more_offers_than_seats",
    "enrollment.Enrollment:no_more_enrollments_than_seats",
    "enrollment.CohortSeats:seats_never_fall_below_those_taken",
)
WRITTEN = {
    "employer": "",
    "employer_kind": Application.EmployerKind.NONE,
    "role": "Mobility manager",
    "sector": Application.Sector.PUBLIC,
    "region": "Piemonte",
    "access": Application.Access.HYBRID,
    "motivation": "A seat.",
    "foreign": True,
}
State = Application.State


class Edition:
    """An edition with a published ranking: the first are offered a seat, all others wait in reserve."""

    def __init__(
        self, code: str, *, seats: int, offered: int, people: Sequence[Person], office: Person
    ) -> None:
        at, model = timezone.now(), Cohort.objects.select_related("programme", "hub").first()
        self.office, self.offered, self.oversold = office, offered, 0
        cohort = Cohort.objects.create(
            code=code,
            programme=model.programme,
            hub=model.hub,
            starts_on=timezone.localdate(at) + timedelta(days=90),
            ends_on=timezone.localdate(at) + timedelta(days=240),
            seats=seats,
        )
        self.pk = cohort.pk
        call = Call.objects.create(
            cohort=cohort, opens_at=at - timedelta(days=30), closes_at=at - timedelta(days=10)
        )
        self.applications = Application.objects.bulk_create(
            Application(
                user=person.user,
                cohort=cohort,
                state=State.ADMITTED if number <= offered else State.ON_RESERVE,
                number=number,
                born_on=timezone.localdate(at) - timedelta(days=12000),
                privacy_read_at=at,
                submitted_at=at - timedelta(days=20),
                **WRITTEN,
            )
            for number, person in enumerate(people, start=1)
        )
        self.by = dict(zip((application.pk for application in self.applications), people, strict=True))
        self.publish(call, at)
        Offer.objects.bulk_create(
            Offer(application=application, cohort=cohort, made_at=at, deadline=at + timedelta(days=7))
            for application in self.applications[:offered]
        )
        agreements = Agreement.objects.in_force(at)
        self.yes = {f"agreement-{agreement.pk}": "on" for agreement in agreements}

    def publish(self, call: Call, at: datetime) -> None:
        """The ranking everybody stands in, in the order of the applications."""
        ranking = Ranking.objects.create(
            call=call,
            version=1,
            published_at=at,
            published_by=self.office.user,
            inputs={"suitable_from": 0},
            digest="",
        )
        RankingLine.objects.bulk_create(
            RankingLine(ranking=ranking, application=application, place=place, outcome=application.state)
            for place, application in enumerate(self.applications, start=1)
        )

    def acceptance(self, application: Application) -> Form:
        """The applicant takes the seat."""
        return Form(self.by[application.pk], offer_page(application), self.yes)

    def renunciation(self, application: Application) -> Form:
        """The applicant renounces it, and the next one is offered it."""
        return Form(self.by[application.pk], reverse("enrollment:decline_offer", args=[application.pk]))

    def end(self, place: Enrollment) -> Form:
        """The office ends a place before the start."""
        address = reverse("admin:enrollment_enrollment_end", args=[place.pk])
        return Form(self.office, address, {"state": "renounced", "on": timezone.localdate().isoformat()})

    def capacity(self, seats: int) -> Form:
        """The office makes it so many seats."""
        return Form(self.office, reverse("admin:courses_cohort_seats", args=[self.pk]), {"seats": seats})

    def scroll(self) -> Form:
        """The office offers the free seats."""
        return Form(self.office, reverse("admin:courses_cohort_scroll", args=[self.pk]))

    def rush(self, server: Server) -> list[Form]:
        """Three people accept; then a hundred forms at once, and all that were sent.

        Acceptances in several tabs, two against a renunciation, places given up, free seats offered
        while their number rises and falls, and the next on the reserve list who try before they know.
        """
        *first, tabs, torn, leaving, plain = self.applications[: self.offered]
        before = [self.acceptance(application) for application in first]
        send_all(server, before)
        places = Enrollment.objects.filter(cohort=self.pk)
        yes, no = self.acceptance, self.renunciation
        sent = [yes(tabs)] * 3 + [yes(torn), no(torn)] * 2 + [no(leaving)] * 2 + [yes(plain)]
        sent += [form for place in places for form in [self.end(place)] * 2]
        sent += [self.capacity(seats) for seats in (7, 9, 8, 12, 7, 9, 8, 11)]
        sent += [self.scroll() for _ in range(4)]
        sent += [yes(hopeful) for hopeful in self.applications[self.offered :][: PARALLEL - len(sent)]]
        mixed = [replace(sent[37 * number % PARALLEL]) for number in range(PARALLEL)]  # 37: no common factor
        with self.watched():
            send_all(server, mixed)
        return before + mixed

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Looks again and again inside the block: a seat sold twice for a moment is sold twice."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(BETWEEN_LOOKS):
                self.oversold = max(self.oversold, -self.left)
            connection.close()

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            self.oversold = max(self.oversold, -self.left)

    @property
    def left(self) -> int:
        """Seats neither held nor offered, at one moment."""
        with connection.cursor() as cursor:
            held = taken("courses_cohort.id")
            cursor.execute(f"SELECT seats - {held} FROM courses_cohort WHERE id = %s", [self.pk])
            return cursor.fetchone()[0]

    def lost(self, forms: Iterable[Form]) -> int:
        """Seats somebody was told to have and has not, or has without being told; free ones not offered."""
        done = {form.address for form in forms if form.status == DONE}
        told = {application.pk for application in self.applications if offer_page(application) in done}
        given = Enrollment.objects.filter(cohort=self.pk).values_list("application", flat=True)
        waiting = Application.objects.filter(cohort=self.pk, state=State.ON_RESERVE).count()
        return len(told ^ set(given)) + min(max(self.left, 0), waiting)


def offer_page(application: Application) -> str:
    """Where its offer is accepted."""
    return reverse("enrollment:offer", args=[application.pk])


def seat_figures(url: str, *, say: Callable[[str], object]) -> dict[str, dict]:
    """All figures about seats in the database at `url`; RuntimeError where one was sold twice or lost."""
    crowd = [
        Person.of(User.objects.create(email=f"contender-{number}@example.org", name=f"Contender {number}"))
        for number in range(PEOPLE)
    ]
    office = Person.of(User.objects.get(email="office@example.org"))

    # A worker sends the post in life; here nobody does, and web processes are not to stand in for it.
    SweepHeartbeat.objects.update_or_create(
        id=True, defaults={"swept_at": timezone.now() + timedelta(days=1)}
    )

    def serve(application: str, workers: int):
        options = (*THREADS, "--workers", str(workers))
        return gunicorn(application, *options, environment={"DATABASE_URL": url}, first="/")

    with serve("academy.wsgi", 2) as server:
        say("Seats: acceptances …")
        figures = {"acceptances": acceptances(server, crowd, office)}
    with serve("academy.wsgi", 4) as server:
        say(f"Seats: {ROUNDS} rounds of {PARALLEL} forms at once …")
        figures["rush"] = rush(server, crowd, office, rounds=ROUNDS, name="RUSH")
    with unguarded(), serve("academy.bench.unlocked", 4) as server:
        say("Seats: the control, without row lock and guards …")
        figures["control"] = rush(server, crowd, office, rounds=CONTROL_ROUNDS, name="CONTROL")
    if any(figures["rush"][fault] for fault in ("oversold", "lost", "errors")):
        raise RuntimeError(f"seats: {figures['rush']}")
    if not figures["control"]["oversold"]:
        raise RuntimeError("the control sold no seat twice, so the rounds prove nothing")
    return figures


def acceptances(server: Server, crowd: Sequence[Person], office: Person) -> dict:
    """Acceptances per second while others press too; every run must give exactly the seats there are.

    The first run only warms the processes.
    """
    rates, waits = [], []
    for run in range(RUNS + 1):
        edition = Edition(
            f"BENCH-{run}", seats=SEATS, offered=SEATS, people=crowd[:CONTENDERS], office=office
        )
        pressed = [edition.acceptance(application) for application in edition.applications]
        seconds = send_all(server, pressed)
        given = Enrollment.objects.live().filter(cohort=edition.pk).count()
        if given != SEATS or edition.lost(pressed):
            answers = Counter(form.status for form in pressed)
            raise RuntimeError(f"{given} of {SEATS} seats given; answers: {answers}")
        if run:
            rates.append(given / seconds)
            waits += waits_of(pressed)
    return {
        "seats": SEATS,
        "contenders": CONTENDERS,
        "runs": RUNS,
        "accepted_per_second": round(statistics.median(rates), 1),
        "p99_ms": p99(waits),
    }


def rush(server: Server, crowd: Sequence[Person], office: Person, *, rounds: int, name: str) -> dict:
    """What came of so many rounds of a hundred forms at once on ten seats.

    How long the first round waits is not counted: processes that have just started are slow.
    """
    forms, waits, oversold, lost = [], [], 0, 0
    for number in range(rounds + 1):
        edition = Edition(f"{name}-{number}", seats=FEW_SEATS, offered=OFFERED, people=crowd, office=office)
        sent = edition.rush(server)
        forms += sent
        waits += waits_of(sent) if number else []
        oversold += edition.oversold
        lost += edition.lost(sent)
    return {
        "rounds": rounds,
        "parallel": PARALLEL,
        "seats": FEW_SEATS,
        "accepted": Enrollment.objects.filter(cohort__code__startswith=f"{name}-").count(),
        "oversold": oversold,
        "lost": lost,
        "errors": sum(form.status >= FAILED and form.status != BUSY for form in forms),
        "busy": sum(form.status == BUSY for form in forms),
        "p99_ms": p99(waits),
    }


def waits_of(forms: Iterable[Form]) -> list[float]:
    """How long each waited for its answer, in ms."""
    return [form.milliseconds for form in forms]


def p99(waits: Iterable[float]) -> int:
    """The 99th percentile, rounded."""
    return round(statistics.quantiles(waits, n=100)[98])


@contextmanager
def unguarded() -> Iterator[None]:
    """The database keeps no count of seats inside the block."""
    pgtrigger.disable(*GUARDS)
    try:
        yield
    finally:
        pgtrigger.enable(*GUARDS)
