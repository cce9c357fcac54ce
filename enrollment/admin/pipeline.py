"""How far the admission to an edition has come, and what waits for the office."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from courses.models import Role
from enrollment.actions.offers import can_be_agreed_to
from enrollment.models import Agreement, Application, Call, Enrollment, InterviewSlot, Offer

State = Application.State


@dataclass(frozen=True)
class Count:
    """So many of something, and the list that shows them."""

    label: str | Promise
    number: int
    address: str = ""


@dataclass(frozen=True)
class Pipeline:
    """The counts of one call: applications by state, seats, and what somebody has to do."""

    states: list[Count]
    seats: list[Count]
    next_deadline: datetime | None
    waiting: list[Count]


def list_of(model: str, **filters) -> str:
    """The address of a list of the office, filtered."""
    return f"{reverse(f'admin:enrollment_{model}_changelist')}?{urlencode(filters)}"


def pipeline_of(call: Call, at: datetime) -> Pipeline:
    """Everything in as many questions for a thousand applications as for one."""
    cohort = call.cohort
    mine = {"cohort__id__exact": cohort.pk}
    in_state = Counter(Application.objects.filter(cohort=cohort).values_list("state", flat=True))
    taken = Enrollment.objects.live().filter(cohort=cohort).count()
    deadlines = list(
        Offer.objects.open().filter(cohort=cohort).order_by("deadline").values_list("deadline", flat=True)
    )
    left = cohort.seats - taken - len(deadlines)
    states = [
        Count(
            State(state).label,
            in_state[state],
            "" if state == State.DRAFT else list_of("application", state__exact=state, **mine),
        )
        for state in State.values
        if in_state[state]
    ]
    seats = [
        Count(_("Seats"), cohort.seats, reverse("admin:courses_cohort_seats", args=[cohort.pk])),
        Count(_("Seats taken"), taken, list_of("enrollment", **mine)),
        Count(_("Open offers"), len(deadlines), list_of("offer", state__exact=Offer.State.OPEN, **mine)),
        Count(_("Seats left"), left),
        Count(_("minimum to start"), call.minimum),
    ]
    waiting = [count for count in waiting_for_the_office(call, in_state, left, at) if count.number]
    return Pipeline(states, seats, next(iter(deadlines), None), waiting)


def waiting_for_the_office(call: Call, in_state: Counter, left: int, at: datetime) -> list[Count]:
    """What the office can do now, and how much of it."""
    cohort = call.cohort
    mine = {"cohort__id__exact": cohort.pk}
    slots = InterviewSlot.objects.filter(call=call)
    without = Application.objects.filter(cohort=cohort, state=State.ELIGIBLE, interview__isnull=True).count()
    over = slots.filter(application__isnull=False, turnout="", starts_at__lt=at)
    refilled = localdate(at) <= call.last_refill
    members = Role.objects.filter(cohort=cohort, kind=Role.Kind.COMMITTEE).count()
    return [
        Count(
            _("Applications to check"),
            in_state[State.SUBMITTED],
            list_of("application", state__exact=State.SUBMITTED, **mine),
        ),
        Count(
            _("Interview times still to be offered"),
            max(without - slots.choosable(at).count(), 0),
            f"{reverse('admin:enrollment_interviewslot_add')}?call={call.pk}",
        ),
        Count(
            _("Interviews without an outcome"),
            over.count(),
            list_of("interviewslot", call__cohort__id__exact=cohort.pk, turnout__exact=""),
        ),
        Count(
            _("Members of the committee still to be named"),
            max(2 - members, 0),
            f"{reverse('admin:courses_role_add')}?cohort={cohort.pk}",
        ),
        Count(
            _("Participation agreement still to be written"),
            int(not can_be_agreed_to(Agreement.objects.in_force(at))),
            reverse("admin:enrollment_agreement_add"),
        ),
        Count(  # an offer taken back is not made again by itself
            _("Offer the free seats"),
            max(min(left, in_state[State.ON_RESERVE]), 0) if refilled else 0,
            reverse("admin:courses_cohort_scroll", args=[cohort.pk]),
        ),
    ]
