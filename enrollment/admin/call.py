"""When editions take applications, what they ask for, and how far admission has come."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import Count, Q, TextField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.admin.office import Act, OfficeAdmin
from enrollment.actions.calls import adopt_standard_scheme
from enrollment.models import Call, Criterion, RequiredDocument

from .pipeline import pipeline_of
from .ranking import BuildsRankings

RECEIVED = Count("cohort__applications", filter=Q(cohort__applications__submitted_at__isnull=False))


class LineInline(admin.StackedInline):
    """Lines of which each field keeps its label, also on a telephone."""

    extra = 1  # also without JavaScript
    max_num = 20


class CriterionInline(LineInline):
    model = Criterion
    fields = [("phase", "position", "maximum"), ("title_it", "title_en")]


class DocumentInline(LineInline):
    model = RequiredDocument
    fields = [("position", "required", "judged"), ("title_it", "title_en")]


@admin.register(Call)
class CallAdmin(BuildsRankings, OfficeAdmin):
    change_form_template = "admin/enrollment/call.html"
    list_display = ["cohort", "phase", "opens_at", "closes_at", "received", "ranking_on", "answers_by"]
    list_select_related = ["cohort"]
    search_fields = ["cohort__code"]
    ordering = ["-cohort__starts_on"]
    formfield_overrides = {TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}}
    fieldsets = [
        (None, {"fields": ["cohort", "opens_at", "closes_at", "ranking_on", "answers_by"]}),
        (_("Terms"), {"fields": ["requirements_it", "requirements_en", "minimum", "suitable_from"]}),
        (_("Later offers"), {"fields": ["reserve_days", "refills_until"]}),
    ]
    acts = (
        Act(
            "scheme",
            _("Put in the standard scheme"),
            adopt_standard_scheme,
            when=lambda call: not (call.criteria.exists() and call.documents.exists()),
            note=lambda _call: _(
                "60 points for documents and 40 for the interview; a curriculum vitae and an identity "
                "document. All of it can be changed until the committee begins to score."
            ),
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(received_count=RECEIVED)

    def get_inlines(self, request, obj):
        return [CriterionInline, DocumentInline] if obj else []

    def get_readonly_fields(self, request, obj=None):
        return ["cohort"] if obj else []

    def save_model(self, request, obj, form, change):
        """A new call begins with the standard scheme."""
        super().save_model(request, obj, form, change)
        if not change:
            adopt_standard_scheme(call=obj, by=request.user, at=timezone.now())

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["pipeline"] = pipeline_of(obj, timezone.now()) if obj else None
        if obj is None:
            context["note"] = _("The call begins with the standard criteria and documents, to be changed.")
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def view_on_site(self, call) -> str:
        """The public page of its edition."""
        return reverse("enrollment:cohort", args=[call.cohort.code])

    @admin.display(description=_("state"))
    def phase(self, call) -> str:
        return Call.Phase(call.phase(timezone.now())).label

    @admin.display(description=_("applications received"), ordering="received_count")
    def received(self, call) -> int:
        return call.received_count
