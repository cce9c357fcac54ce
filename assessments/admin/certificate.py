"""Certificates as they were issued: revoked or issued anew, never changed."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assessments.actions.certificates import reissue_certificate, revoke_certificate
from assessments.models import Certificate, CertificateState
from courses.admin.office import Act, RecordAdmin


class ReasonForm(forms.Form):
    """Why it no longer stands."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=_("It stays here; the public page tells the day and no reason."),
        widget=AdminTextareaWidget(attrs={"rows": 3}),
    )


def stands(certificate: Certificate) -> bool:
    """It may be revoked or issued anew."""
    return certificate.state == CertificateState.VALID


@admin.register(Certificate)
class CertificateAdmin(RecordAdmin):
    list_display = ["__str__", "holder", "kind", "cohort", "issued_at", "state"]
    list_filter = ["kind", "state", "cohort"]
    list_select_related = ["enrollment__user", "cohort"]
    search_fields = ["enrollment__user__name", "enrollment__user__email", "number"]
    fields = [
        "holder",
        "kind",
        "cohort",
        "state",
        "issued_at",
        "issued_by",
        "papers",
        "public_page",
        "digest",
        "supersedes",
        "ended_at",
        "ended_by",
        "reason",
    ]
    readonly_fields = fields
    acts = (
        Act(
            "reissue",
            _("Issue anew"),
            reissue_certificate,
            form=ReasonForm,
            when=stands,
            note=lambda _one: _(
                "A new document with a new number says what is recorded today, such as the name put right. "
                "The page of the old one says that it is superseded, and by which."
            ),
            leads=lambda new: reverse("admin:assessments_certificate_change", args=[new.pk]),
        ),
        Act(
            "revoke",
            _("Revoke"),
            revoke_certificate,
            form=ReasonForm,
            when=stands,
            note=lambda _one: _("Its public page will say that it is revoked. Nobody can take that back."),
            danger=True,
        ),
    )

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("assessments.issue_certificate")

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("assessments.view_certificate")

    @admin.display(description=_("participant"), ordering="enrollment__user__name")
    def holder(self, certificate) -> str:
        return certificate.name

    @admin.display(description=_("papers"))
    def papers(self, certificate) -> str:
        if not certificate.ready_at:
            return _("being made")
        return format_html_join(
            SafeString("<br>"),
            '<a href="{}">{} ({})</a>',
            (
                (
                    reverse("assessments:certificate_paper", args=[one.pk]),
                    one.get_kind_display(),
                    one.language,
                )
                for one in certificate.papers.all()
            ),
        )

    @admin.display(description=_("public page"))
    def public_page(self, certificate) -> str:
        address = reverse("assessments:check", args=[certificate.code])
        return format_html('<a href="{}">{}</a>', address, address)
