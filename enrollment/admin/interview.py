"""Interviews: times offered in a row, and what came of each."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.admin.office import Act, OfficeAdmin, OfficeForm
from enrollment.actions.interviews import cancel_slot, offer_slots, record_turnout
from enrollment.models import Application, Call, InterviewSlot

from .pipeline import list_of

Turnout = InterviewSlot.Turnout


class SeriesForm(OfficeForm):
    """Interviews one after the other."""

    number = forms.IntegerField(label=_("How many interviews"), min_value=1, max_value=60, initial=6)


class CorrectionForm(forms.Form):
    """Why what was written down was wrong."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, required=False, widget=AdminTextareaWidget(attrs={"rows": 3})
    )


def record(turnout: str, *, interviewslot: InterviewSlot, by, at, reason: str = "") -> InterviewSlot:
    """An act on a slot, which goes by the name of its model there."""
    return record_turnout(slot=interviewslot, turnout=turnout, reason=reason, by=by, at=at)


held = partial(record, Turnout.HELD)


def begun(slot: InterviewSlot, *outcomes: str) -> bool:
    """Its hour has come, one of `outcomes` is written down so far, and whoever chose it is still judged, or
    was excluded for being absent.
    """
    if slot.application is None or slot.starts_at > timezone.now() or slot.turnout not in outcomes:
        return False
    return slot.turnout == Turnout.ABSENT or slot.application.state == Application.State.ELIGIBLE


@admin.register(InterviewSlot)
class InterviewSlotAdmin(OfficeAdmin):
    list_display = ["starts_at", "minutes", "where", "cohort", "applicant", "turnout"]
    list_filter = ["call__cohort", "turnout", ("application", admin.EmptyFieldListFilter)]
    list_select_related = ["call__cohort", "application__user"]
    search_fields = ["application__user__name", "where"]
    ordering = ["-call__cohort__starts_on", "starts_at"]
    actions = ["record_all_held"]
    series = ["call", "starts_at", "minutes", "number", "where"]
    facts = ["call", "starts_at", "minutes", "where", "offered_at", "application", "chosen_at", "turnout"]
    acts = (
        Act(
            "held",
            _("The interview was held"),
            held,
            form=CorrectionForm,
            when=lambda slot: begun(slot, "", Turnout.ABSENT),
            note=lambda slot: (
                _("The exclusion for absence is lifted. Say why: the applicant reads it.")
                if slot.turnout
                else ""
            ),
        ),
        Act(
            "absent",
            _("The applicant was absent"),
            partial(record, Turnout.ABSENT),
            form=CorrectionForm,
            when=lambda slot: begun(slot, "", Turnout.HELD),
            note=lambda _slot: _("Whoever is absent at the interview is excluded and is told so by mail."),
            danger=True,
        ),
    )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "call":
            kwargs["queryset"] = Call.objects.select_related("cohort").order_by("-opens_at")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = {"form": OfficeForm if obj else SeriesForm}
        return super().get_form(request, obj, change=change, **form | kwargs)

    def get_fields(self, request, obj=None):
        return self.facts if obj else self.series

    def get_readonly_fields(self, request, obj=None):
        return self.facts if obj else []

    def get_deleted_objects(self, objs, request):
        """One that somebody has chosen stays: the page says whose it is."""
        if chosen := [str(slot.application) for slot in objs if slot.application_id]:
            return [], {}, set(), chosen
        return super().get_deleted_objects(objs, request)

    def save_model(self, request, obj, form, change):
        """The whole series is offered; its first interview stands for it."""
        slots = offer_slots(
            call=obj.call,
            start=obj.starts_at,
            minutes=obj.minutes,
            number=form.cleaned_data["number"],
            where=obj.where,
            by=request.user,
            at=timezone.now(),
        )
        obj.pk = slots[0].pk

    def response_add(self, request, obj, post_url_continue=None):
        """To all of the edition, and how many there are more."""
        number = int(request.POST["number"])
        words = ngettext("%(number)d interview is offered.", "%(number)d interviews are offered.", number)
        messages.success(request, words % {"number": number})
        return HttpResponseRedirect(list_of("interviewslot", call__cohort__id__exact=obj.call.cohort_id))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is None:
            context["note"] = _(
                "One after the other from the start, each at least four days away. Whoever is admissible is "
                "told by mail and chooses."
            )
            context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def delete_model(self, request, obj):
        cancel_slot(slot=obj, by=request.user, at=timezone.now())

    @admin.action(description=_("The interviews were held"), permissions=["change"])
    def record_all_held(self, request, queryset):
        self.act_on_all(request, queryset, held)

    @admin.display(description=_("edition"), ordering="call__cohort__starts_on")
    def cohort(self, slot) -> str:
        return slot.call.cohort.code

    @admin.display(description=_("applicant"), ordering="application__user__name", empty_value=_("free"))
    def applicant(self, slot) -> str | None:
        return slot.application.user.name if slot.application else None
