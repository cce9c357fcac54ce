"""What people agree to, version by version, and the ledger of their answers."""

from django.contrib import admin
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.admin.office import LedgerAdmin, OfficeAdmin
from enrollment.models import Agreement, Consent


@admin.register(Agreement)
class AgreementAdmin(OfficeAdmin):
    """A text is never changed: a new version takes its place from its day on."""

    list_display = ["title", "kind", "version", "required", "in_force_from"]
    list_filter = ["kind", "required"]
    texts = ["title_it", "title_en", "text_it", "text_en"]
    fields = ["kind", "required", "in_force_from", *texts]

    def get_fields(self, request, obj=None):
        return [*self.fields, "version"] if obj else self.fields

    def get_changeform_initial_data(self, request):
        return {"in_force_from": timezone.now()} | super().get_changeform_initial_data(request)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        """The next version of its kind."""
        latest = Agreement.objects.filter(kind=obj.kind).aggregate(latest=Max("version"))["latest"]
        obj.version = (latest or 0) + 1
        super().save_model(request, obj, form, change)

    @admin.display(description=_("title"))
    def title(self, agreement) -> str:
        return agreement.title


@admin.register(Consent)
class ConsentAdmin(LedgerAdmin):
    list_display = ["at", "user", "agreement_version", "cohort", "given"]
    list_filter = ["cohort", "agreement__kind", "given"]
    list_select_related = ["user", "agreement", "cohort"]
    search_fields = ["user__name", "user__email"]

    @admin.display(description=_("agreement"), ordering="agreement")
    def agreement_version(self, consent) -> str:
        return f"{consent.agreement} ({consent.agreement.version})"
