"""The ledger of notices: who was told what."""

from django.contrib import admin

from academy.models import Notice
from courses.admin.office import RecordAdmin


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    list_display = ["due_at", "user", "kind", "subject", "state", "attempts", "sent_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email", "subject", "kind"]
    fields = readonly_fields = [
        "user",
        "kind",
        "key",
        "revision",
        "state",
        "subject",
        "remark",
        "due_at",
        "not_before",
        "attempts",
        "claimed_at",
        "handed_at",
        "sent_at",
    ]
