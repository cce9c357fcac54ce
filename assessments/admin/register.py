"""Registers, what participants write about their presence, and the rules of attendance."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assessments.actions.absences import accept_notice, refuse_notice
from assessments.actions.register import lock_registers
from assessments.actions.requests import grant_request, refuse_request
from assessments.models import (
    AbsenceNotice,
    AnswerState,
    AttendanceRule,
    CertificateRule,
    PresenceInterval,
    Rectification,
    RectificationRequest,
    Register,
)
from assessments.sheets import sheet_of
from assessments.templatetags.register import as_told
from courses.admin.office import Act, LedgerAdmin, OfficeAdmin, OfficeForm, RecordAdmin
from courses.models import Session
from courses.refusals import Refusal

OF_A_PERSON = ["enrollment__user", "session__module", "session__cohort"]
SEARCHED = ["enrollment__user__name", "enrollment__user__email", "session__module__code"]


class AnswerForm(forms.Form):
    """What the participant reads."""

    words = forms.CharField(label=_("Answer"), max_length=1000, widget=AdminTextareaWidget(attrs={"rows": 3}))


class WordlessForm(AnswerForm):
    """A yes needs no words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].required = False


def waiting(thing) -> bool:
    """Nobody has answered yet."""
    return thing.state == AnswerState.SENT


def what_the_register_says(thing) -> str:
    """Beside what the participant says, before it is answered."""
    line = next((line for line in sheet_of(thing.session).lines if line.enrollment == thing.enrollment), None)
    return str(as_told(line)) if line and line.told else str(_("The register says nothing of this person."))


@admin.register(Register)
class RegisterAdmin(LedgerAdmin):
    list_display = ["session", "cohort", "state", "number", "signed_at", "closed_at", "locked_at"]
    list_filter = ["state", "cohort"]
    list_select_related = ["session__module", "cohort"]
    search_fields = ["session__module__code", "topic", "digest"]
    date_hierarchy = "session__starts_at"
    ordering = ["-session__starts_at"]
    fields = [
        *("session", "cohort", "state", "number", "topic", "note", "started_at", "finished_at"),
        *("signed_at", "closed_at", "closed_by", "locked_at", "locked_by", "digest"),
    ]
    actions = ["lock"]

    def view_on_site(self, register) -> str:
        """Its page, where it is kept and put right."""
        return reverse("assessments:register", args=[register.session_id])

    @admin.action(description=_("Lock: number and seal them"), permissions=["lock"])
    def lock(self, request, registers):
        """All or none of each edition."""
        for cohort in {register.cohort for register in registers.select_related("cohort")}:
            sessions = Session.objects.filter(register__in=registers, cohort=cohort)
            try:
                done = lock_registers(
                    cohort=cohort, sessions=list(sessions), by=request.user, at=timezone.now()
                )
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                words = ngettext("%d register locked.", "%d registers locked.", len(done)) % len(done)
                messages.success(request, words)

    def has_lock_permission(self, request) -> bool:
        """Who may lock registers."""
        return request.user.has_perm("assessments.lock_register")


@admin.register(Rectification)
class RectificationAdmin(LedgerAdmin):
    list_display = ["at", "register", "enrollment", "reason", "by"]
    list_select_related = ["register__session__module", "enrollment__user", "enrollment__cohort", "by"]
    search_fields = ["enrollment__user__name", "reason"]
    fields = [*list_display, "before", "after"]


@admin.register(PresenceInterval)
class PresenceIntervalAdmin(LedgerAdmin):
    list_display = ["session", "enrollment", "source", "attendance", "starts_at", "ends_at", "by", "at"]
    list_filter = ["source", "cohort"]
    list_select_related = [*OF_A_PERSON, "enrollment__cohort", "by"]
    search_fields = SEARCHED
    fields = [*list_display, "reason", "supersedes", "rectification", "report"]


class SentInAdmin(RecordAdmin):
    """What a participant sent in, with what the register says."""

    list_display = ["sent_at", "enrollment", "session", "state", "reason"]
    list_filter = ["state", "cohort"]
    list_select_related = [*OF_A_PERSON, "enrollment__cohort"]
    search_fields = [*SEARCHED, "reason"]
    fields = [
        *("enrollment", "session", "starts_at", "ends_at", "reason", "sent_at", "register_says"),
        *("state", "answer", "answered_by", "answered_at"),
    ]

    def get_readonly_fields(self, request, obj=None):
        """It is answered by the buttons."""
        return self.fields

    @admin.display(description=_("the register says"))
    def register_says(self, thing) -> str:
        address = reverse("assessments:register", args=[thing.session_id])
        return format_html('<a href="{}">{}</a>', address, what_the_register_says(thing))


@admin.register(RectificationRequest)
class RectificationRequestAdmin(SentInAdmin):
    fields = ["attendance", *SentInAdmin.fields]
    acts = (
        Act(
            "grant",
            _("Grant it"),
            grant_request,
            form=AnswerForm,
            when=waiting,
            note=lambda request: (
                _("The register will say what was asked for. Now it says: %(says)s")
                % {"says": what_the_register_says(request)}
            ),
        ),
        Act("refuse", _("Refuse it"), refuse_request, form=AnswerForm, when=waiting, danger=True),
    )


@admin.register(AbsenceNotice)
class AbsenceNoticeAdmin(SentInAdmin):
    fields = [*SentInAdmin.fields, "file"]
    acts = (
        Act(
            "accept",
            _("Accept it"),
            accept_notice,
            form=WordlessForm,
            when=waiting,
            note=lambda _notice: _(
                "The register stays as it is; the rules of the edition say what it excuses."
            ),
        ),
        Act("refuse", _("Refuse it"), refuse_notice, form=AnswerForm, when=waiting, danger=True),
    )

    @admin.display(description=_("attachment"))
    def file(self, notice) -> str:
        attachment = getattr(notice, "attachment", None)
        if attachment is None:
            return ""
        address = reverse("assessments:absence_attachment", args=[attachment.pk])
        return format_html('<a href="{}">{}</a>', address, attachment.name)


class RuleForm(OfficeForm):
    """The share is typed in percent."""

    percent = forms.DecimalField(
        label=_("At least, in percent"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )

    class Meta:
        model = AttendanceRule
        fields = ["cohort", "scope", "mode", "excuses_count"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["percent"] = self.instance.share / 100

    def clean(self):
        cleaned = super().clean()
        if "percent" in cleaned:
            self.instance.share = int(cleaned["percent"] * 100)
        return cleaned


@admin.register(AttendanceRule)
class AttendanceRuleAdmin(OfficeAdmin):
    form = RuleForm
    list_display = ["cohort", "scope", "mode", "percent", "excuses_count"]
    list_filter = ["cohort"]
    list_select_related = ["cohort"]
    fields = ["cohort", "scope", "mode", "percent", "excuses_count"]

    @admin.display(description=_("at least"))
    def percent(self, rule) -> str:
        return f"{rule.share / 100:g}%"

    def save_model(self, request, obj, form, change):
        obj.save()


@admin.register(CertificateRule)
class CertificateRuleAdmin(OfficeAdmin):
    list_display = ["cohort", "need", "spared", "letter"]
    list_filter = ["cohort"]
    list_select_related = ["cohort"]
    fields = ["cohort", "need", "spared", "letter"]
