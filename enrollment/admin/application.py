"""Applications, and what the office does with them."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.admin.office import Act, RecordAdmin
from courses.models import Role
from courses.refusals import Refusal
from enrollment.access import editions_judged_by, files_open_to, is_blind_in, score_sheets_open_to
from enrollment.actions.eligibility import ask_for_documents, declare_eligible, exclude, reinstate
from enrollment.actions.interviews import record_turnout
from enrollment.actions.offers import revoke
from enrollment.conflicts import same_employer
from enrollment.models import Application, Evaluation, InterviewSlot, Points, RequiredDocument
from enrollment.states import APPLICATION_PASSAGES
from enrollment.tax_code import born_otherwise, masked

from .importing import ImportsApplicants
from .interview import begun
from .offer import ReasonForm

State, Turnout = Application.State, InterviewSlot.Turnout
COMMITTEE = Prefetch(
    "cohort__roles",
    Role.objects.filter(kind=Role.Kind.COMMITTEE).select_related(
        "user", "organisation", "user__instructor__organisation"
    ),
    to_attr="committee",
)


class RequestForm(forms.Form):
    """What is missing, why, and until when it is awaited."""

    documents = forms.ModelMultipleChoiceField(
        None, label=_("Documents"), widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(
        label=_("Message to the applicant"),
        max_length=1000,
        widget=AdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("What is missing or cannot be read. Documents are asked for once only."),
    )
    due_at = forms.SplitDateTimeField(label=_("Expected by"), widget=AdminSplitDateTime)

    def __init__(self, *args, documents, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["documents"].queryset = documents


class ExclusionForm(ReasonForm):
    """On which ground of the call, and why."""

    ground = forms.ChoiceField(label=_("Ground"), choices=Application.Ground)
    field_order = ["ground", "reason"]


class TurnoutForm(forms.Form):
    """What came of the interview."""

    turnout = forms.ChoiceField(label=_("Interview"), choices=Turnout, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Needed only to set right an absence written down by mistake."),
    )


class NominatedFilter(admin.SimpleListFilter):
    """Who applied with an employer's code."""

    title = _("nominated by an employer")
    parameter_name = "nominated"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(nomination__isnull=self.value() == "no")
        return queryset


class StateFilter(admin.SimpleListFilter):
    """States of what was sent: drafts are not listed."""

    title = _("state")
    parameter_name = "state__exact"

    def lookups(self, request, model_admin):
        return [choice for choice in State.choices if choice[0] != State.DRAFT]

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() else queryset


def interview_of(application) -> InterviewSlot | None:
    """The one chosen, if any."""
    return getattr(application, "interview", None)


def record_interview(*, application, turnout: str, reason: str, by, at) -> InterviewSlot:
    """What came of the interview of `application`."""
    if (slot := interview_of(application)) is None:
        raise Refusal(_("Nobody has chosen this interview."))
    return record_turnout(slot=slot, turnout=turnout, reason=reason, by=by, at=at)


def revoke_offer(*, application, reason: str, by, at):
    """Take the latest offer to `application` back."""
    if (offer := application.offers.order_by("pk").last()) is None:
        raise Refusal(_("No place has been offered to this applicant."))
    return revoke(offer=offer, reason=reason, by=by, at=at)


def employers_of(member: Role) -> list[str]:
    """Where a member of the committee works: by the role, and as an instructor."""
    teacher = getattr(member.user, "instructor", None)
    places = (member.organisation, teacher and teacher.organisation)
    return [place.name for place in places if place]


@admin.register(Application)
class ApplicationAdmin(ImportsApplicants, RecordAdmin):
    change_list_template = "admin/enrollment/applications.html"
    change_form_template = "admin/enrollment/application.html"
    list_display = ["receipt", "user", "state", "flags", "employer", "region", "received"]
    list_display_links = ["receipt", "user"]
    list_filter = [
        "cohort",
        StateFilter,
        "ground",
        NominatedFilter,
        "sector",
        "employer_kind",
        "access",
        "region",
    ]
    list_select_related = ["user", "cohort", "interview"]
    search_fields = ["user__name", "user__email", "employer", "role", "=number"]
    ordering = ["-cohort__starts_on", "submitted_at", "id"]
    actions = ["declare_all_eligible", "invite_to_interview"]
    standing = [("user", "email"), ("cohort", "receipt"), ("state", "submitted_at"), ("ground", "flags")]
    person = [("born_on", "tax_code_masked"), ("phone", "special_needs")]
    work = [("employer", "employer_kind"), ("role", "sector"), ("region", "access")]
    guarded = ("phone", "tax_code", "special_needs")
    private = {"phone", "tax_code_masked", "special_needs"}
    rest = ["motivation", ("nomination", "may_be_told"), "privacy_read_at"]
    acts = (
        Act(
            "eligible",
            _("Declare admissible"),
            declare_eligible,
            when=lambda application: application.state == State.SUBMITTED,
            note=lambda _application: _("The committee judges it. The applicant is told by mail."),
        ),
        Act(
            "documents",
            _("Ask for documents"),
            ask_for_documents,
            form=RequestForm,
            when=lambda application: (
                application.state == State.SUBMITTED and not hasattr(application, "document_request")
            ),
            note=lambda _application: _(
                "Once only. Whoever does not send them in time is excluded for an incomplete file."
            ),
        ),
        Act(
            "turnout",
            _("Outcome of the interview"),
            record_interview,
            form=TurnoutForm,
            when=lambda application: (
                (slot := interview_of(application)) and begun(slot, "", Turnout.HELD, Turnout.ABSENT)
            ),
            note=lambda _application: _("Whoever was absent is excluded and is told so by mail."),
        ),
        Act(
            "revoke",
            _("Take the offer back"),
            revoke_offer,
            form=ReasonForm,
            when=lambda application: application.offers.open().exists(),
            note=lambda _application: _("The applicant returns to the reserve list and is told by mail."),
            danger=True,
        ),
        Act(
            "exclude",
            _("Exclude"),
            exclude,
            form=ExclusionForm,
            when=lambda application: (
                State.EXCLUDED in APPLICATION_PASSAGES[application.state]
                and not application.offers.open().exists()
            ),
            note=lambda _application: _("The applicant is told by mail."),
            danger=True,
        ),
        Act(
            "reinstate",
            _("Lift the exclusion"),
            reinstate,
            form=ReasonForm,
            when=lambda application: application.state == State.EXCLUDED,
            note=lambda _application: _("The application is admissible again."),
        ),
    )

    def get_urls(self):
        view = self.admin_site.admin_view(self.tax_code_view)
        name = "enrollment_application_tax_code"
        return [path("<path:object_id>/tax-code/", view, name=name), *super().get_urls()]

    def lookup_allowed(self, lookup, value, request):
        """No filter written by hand guesses a tax code or special needs letter by letter."""
        return not lookup.startswith(self.guarded) and super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request):
        """Drafts are their authors' alone."""
        return (
            super()
            .get_queryset(request)
            .exclude(state=State.DRAFT)
            .select_related(*self.list_select_related)
            .prefetch_related(COMMITTEE)
        )

    def judges(self, request, application) -> bool:
        """Whether who looks sits on the committee: then blind, and without what only the office may know."""
        return editions_judged_by(request.user).filter(pk=application.cohort_id).exists()

    def get_fieldsets(self, request, obj=None):
        hidden = self.private if obj is None or self.judges(request, obj) else set()
        seen = [tuple(name for name in row if name not in hidden) for row in self.person]
        return [
            (None, {"fields": self.standing}),
            (_("Person"), {"fields": list(filter(None, seen))}),
            (_("Work"), {"fields": self.work}),
            (_("Application"), {"fields": self.rest}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return flatten([*self.standing, *self.person, *self.work, *self.rest])

    def get_act_arguments(self, act, thing) -> dict:
        if act.form is RequestForm:
            return {"documents": RequiredDocument.objects.filter(call__cohort=thing.cohort_id)}
        if act.form is TurnoutForm:
            slot = interview_of(thing)
            return {"initial": {"turnout": slot and slot.turnout}}
        return {}

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["blind"] = self.judges(request, obj)
        context["may_identify"] = self.may_identify(request, obj)
        context["parts"] = self.parts_of(obj, request.user, blind=context["blind"])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def parts_of(self, application, user, *, blind: bool) -> dict:
        """What hangs on an application, as far as `user` may see it; `blind` as a member of its committee."""
        lines = application.ranking_lines.select_related("ranking").order_by("-ranking__version")
        sheets = (
            score_sheets_open_to(user)
            .filter(application=application)
            .select_related("member")
            .prefetch_related(Prefetch("points", Points.objects.select_related("criterion")))
        )
        return {
            "files": files_open_to(user).filter(application=application).select_related("document"),
            "request": getattr(application, "document_request", None),
            "sheets": [(sheet, sum(points.value for points in sheet.points.all())) for sheet in sheets],
            "hidden": Evaluation.objects.signed()
            .filter(application=application)
            .exclude(pk__in=[sheet.pk for sheet in sheets])
            .count(),
            "interview": interview_of(application),
            "lines": lines.none() if blind and is_blind_in(application.cohort, user) else lines,
            "offers": application.offers.select_related("settled_by"),
            "passages": application.passages.select_related("actor"),
            "snapshots": application.snapshots.all(),
        }

    def may_identify(self, request, application) -> bool:
        """Whether the tax code may be shown to who looks."""
        return (
            bool(application.tax_code)
            and request.user.has_perm("enrollment.identify_application")
            and not self.judges(request, application)
        )

    def tax_code_view(self, request, object_id):
        """The whole tax code, once asked for: who saw it is written into the history."""
        application = self.get_object(request, object_id)
        if not self.has_view_permission(request, application) or not self.may_identify(request, application):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(self.page_of(application))
        self.log_change(request, application, gettext("The tax code was shown"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Tax code"),
            "subtitle": str(application),
            "application": application,
            "otherwise": born_otherwise(application.tax_code, application.born_on),
            "opts": self.opts,
            "back": self.page_of(application),
        }
        return TemplateResponse(request, "admin/enrollment/tax_code.html", context)

    @admin.action(description=_("Declare admissible"), permissions=["change"])
    def declare_all_eligible(self, request, queryset):
        self.act_on_all(request, queryset, declare_eligible)

    @admin.action(description=_("Invite to choose an interview"), permissions=["change"])
    def invite_to_interview(self, request, queryset):
        """As many times to choose from as people chosen here; the post invites whoever is admissible."""
        waiting = queryset.filter(state=State.ELIGIBLE, interview__isnull=True)
        calls = set(waiting.order_by().values_list("cohort__call", flat=True))
        if len(calls) != 1 or waiting.count() < queryset.count():
            messages.error(
                request,
                _("Choose admissible applications of one edition whose interview is still to be chosen."),
            )
            return None
        address = reverse("admin:enrollment_interviewslot_add")
        return HttpResponseRedirect(f"{address}?call={calls.pop()}&number={queryset.count()}")

    @admin.display(description=_("receipt"), ordering="number")
    def receipt(self, application) -> str:
        return application.receipt

    @admin.display(description=_("received"), ordering="submitted_at")
    def received(self, application) -> str:
        return date_format(localtime(application.submitted_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("e-mail"))
    def email(self, application) -> str:
        return application.user.email

    @admin.display(description=_("tax code"))
    def tax_code_masked(self, application) -> str:
        return masked(application.tax_code) if application.tax_code else _("has none")

    @admin.display(description=_("employer may know the outcome"), boolean=True)
    def may_be_told(self, application) -> bool:
        return application.employer_may_know

    @admin.display(description=_("remarks"))
    def flags(self, application) -> str:
        """What a glance should not miss."""
        shared = (
            same_employer(employers_of(role), application.employer) for role in application.cohort.committee
        )
        remarks = [
            (application.nomination_id, _("nominated")),
            (any(shared), _("conflict of interest")),
        ]
        return ", ".join(str(remark) for holds, remark in remarks if holds) or "–"
