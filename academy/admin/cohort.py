"""Editions, with what every floor knows of them."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.access import may_export_registers
from assessments.admin.hours import ShowsHours
from courses.admin.office import Act, OfficeAdmin
from courses.hours import Sum, show_minutes
from courses.models import Block, Cohort
from courses.progress import hours_of
from courses.refusals import Refusal
from enrollment.actions.offers import change_seats, offer_free_seats
from enrollment.models import Application, Call, Offer
from enrollment.states import LIVE_ENROLLMENTS

OFFERED = Count("applications__offers", filter=Q(applications__offers__state=Offer.State.OPEN), distinct=True)
TAKEN = Count("enrollments", filter=Q(enrollments__state__in=LIVE_ENROLLMENTS), distinct=True)


def figures(minutes: Sum) -> tuple[str, str, str]:
    """Promised, planned and held, in hours."""
    return show_minutes(minutes.due), show_minutes(minutes.planned), show_minutes(minutes.delivered)


class SeatsForm(forms.Form):
    """How many seats there are to be."""

    seats = forms.IntegerField(label=_("Seats"), min_value=0, max_value=32767)


def seats_held(cohort: Cohort) -> str:
    """Below which number nobody can go."""
    facts = {"taken": cohort.taken_count, "offered": cohort.offered_count}
    return (
        _(
            "Seats taken: %(taken)d; offered: %(offered)d. Together they are the fewest there can be. More "
            "seats are offered to the reserve list at once."
        )
        % facts
    )


def waiting(cohort: Cohort) -> bool:
    """Whether somebody is on the reserve list, and freed seats are still offered to it."""
    call = Call.objects.select_related("cohort").filter(cohort=cohort).first()
    if call is None or timezone.localdate() > call.last_refill:
        return False
    return cohort.applications.filter(state=Application.State.ON_RESERVE).exists()


def call_the_reserve(*, cohort: Cohort, by, at) -> list[Offer]:
    """Offer every free seat; Refusal where none could be."""
    made = offer_free_seats(cohort=cohort, by=by, at=at)
    if not made:
        raise Refusal(
            _("No seat was offered: none is free, nobody is waiting, or freed seats are no longer offered.")
        )
    return made


@admin.register(Cohort)
class CohortAdmin(ShowsHours, OfficeAdmin):
    change_form_template = "admin/academy/cohort.html"
    list_display = ["code", "programme", "hub", "starts_on", "ends_on", "seats", "taken", "listed"]
    list_filter = ["listed", "hub"]
    list_select_related = ["programme", "hub"]
    search_fields = ["code"]
    acts = (
        Act(
            "seats",
            _("Change the number of seats"),
            change_seats,
            form=SeatsForm,
            when=lambda cohort: Call.objects.filter(cohort=cohort).exists(),
            note=seats_held,
        ),
        Act(
            "scroll",
            _("Offer the free seats"),
            call_the_reserve,
            when=lambda cohort: cohort.seats > cohort.taken_count + cohort.offered_count and waiting(cohort),
            note=lambda _cohort: _("They are offered to the reserve list, in the order of the ranking."),
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(taken_count=TAKEN, offered_count=OFFERED)

    def get_act_arguments(self, act, thing) -> dict:
        return {"initial": {"seats": thing.seats}}

    def view_on_site(self, cohort) -> str:
        """Its public page."""
        return reverse("enrollment:cohort", args=[cohort.code])

    def get_readonly_fields(self, request, obj=None):
        """Once people apply, seats are changed by an act, which offers the new ones."""
        frozen = {
            "programme": obj and obj.sessions.exists(),
            "seats": obj and Call.objects.filter(cohort=obj).exists(),
        }
        return [name for name, holds in frozen.items() if holds]

    @admin.display(description=_("seats taken"), ordering="taken_count")
    def taken(self, cohort) -> int:
        return cohort.taken_count

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["standing"] = self.standing(obj) if obj else None
        context["exports"] = obj and may_export_registers(request.user)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def standing(self, cohort) -> dict:
        """Seats, hours by block and the ways to what belongs to `cohort`."""
        tally = hours_of(cohort, timezone.now())
        blocks = Block.objects.filter(programme=cohort.programme_id)
        return {
            "taken": cohort.taken_count,
            "offered": cohort.offered_count,
            "left": cohort.seats - cohort.taken_count - cohort.offered_count,
            "hours": [(block, *figures(tally.blocks.get(block.code, Sum()))) for block in blocks],
            "total": figures(tally.total),
            "discrepancies": len(tally.discrepancies),
            "links": [
                (f"{reverse(f'admin:{name}_changelist')}?cohort__id__exact={cohort.pk}", label, rows.count())
                for name, label, rows in (
                    ("courses_session", _("Sessions"), cohort.sessions),
                    ("courses_timetabledraft", _("Drafts of the timetable"), cohort.drafts),
                    ("courses_timetablerelease", _("Releases of the timetable"), cohort.releases),
                    ("enrollment_application", _("Applications"), cohort.applications.sent()),
                    ("enrollment_enrollment", _("Enrollments"), cohort.enrollments),
                    ("assessments_moduletest", _("Module tests"), cohort.tests),
                )
            ],
        }
