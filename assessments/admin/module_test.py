"""Which modules have their test when."""

from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.models import ModuleTest
from courses.admin.office import OfficeAdmin


@admin.register(ModuleTest)
class ModuleTestAdmin(OfficeAdmin):
    list_display = ["module", "cohort", "held_at", "recorded", "published_at"]
    list_filter = ["cohort", ("published_at", admin.EmptyFieldListFilter)]
    list_select_related = ["module", "cohort", "session"]
    search_fields = ["module__code", "module__title_it", "module__title_en", "cohort__code"]
    fields = ["cohort", "module", "session", "scale", "may_be_retaken", "published_at"]
    readonly_fields = ["published_at"]
    autocomplete_fields = ["session"]

    def get_queryset(self, request):
        first = Q(scores__attempt=1)
        return super().get_queryset(request).annotate(recorded_count=Count("scores", filter=first))

    def view_on_site(self, test) -> str:
        """The page where its scores are recorded and published."""
        return reverse("assessments:scores", args=[test.pk])

    def get_readonly_fields(self, request, obj=None):
        """A test with scores stays where it was sat."""
        settled = obj is not None and obj.scores.exists()
        return self.fields if settled else self.readonly_fields

    @admin.display(description=_("held"), ordering="session__starts_at")
    def held_at(self, test):
        return test.session.starts_at

    @admin.display(description=_("scores recorded"), ordering="recorded_count")
    def recorded(self, test) -> int:
        return test.recorded_count
