"""The ledger of notices: who was told what, and what waits for the office."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from academy.models import Notice
from academy.postman import KINDS, send_again
from courses.admin.office import Act, RecordAdmin

AGAIN = (Notice.State.PARKED, Notice.State.REFUSED)


class KindFilter(admin.SimpleListFilter):
    """By what people are told."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [(kind.name, kind.title) for kind in KINDS.values()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    list_display = ["due_at", "user", "kind_title", "subject", "state", "why", "attempts", "sent_at"]
    list_filter = ["state", KindFilter]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email", "subject"]
    actions = ["send_all_again"]
    fields = readonly_fields = [
        "user",
        "kind_title",
        "key",
        "revision",
        "state",
        "subject",
        "why",
        "due_at",
        "not_before",
        "attempts",
        "claimed_at",
        "handed_at",
        "sent_at",
    ]
    acts = (
        Act(
            "again",
            _("Send again"),
            send_again,
            when=lambda notice: notice.state in AGAIN,
            note=lambda _notice: _("It leaves with the next round of the post, if it still is true."),
        ),
    )

    @admin.display(description=_("kind"), ordering="kind")
    def kind_title(self, notice) -> str:
        return KINDS[notice.kind].title if notice.kind in KINDS else notice.kind

    @admin.display(description=_("remark"))
    def why(self, notice) -> str:
        return gettext(notice.remark) if notice.remark else "–"

    @admin.action(description=_("Send again"), permissions=["change"])
    def send_all_again(self, request, queryset):
        self.act_on_all(request, queryset, send_again)
