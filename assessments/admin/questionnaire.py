"""Questionnaires: changed until an edition is asked, then read, and copied into a new version."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.actions.standard_questionnaires import adopt_standard_questions
from assessments.actions.surveys import ask_from_now_on, new_questionnaire_version
from assessments.models import Question, Questionnaire, Survey
from courses.admin.office import Act, LedgerAdmin, OfficeAdmin


class QuestionInline(admin.TabularInline):
    """Of a questionnaire in use they are only read."""

    model = Question
    fields = ["position", "title_it", "title_en"]
    extra = 0
    max_num = 30

    def has_add_permission(self, request, obj=None):
        return not (obj and obj.frozen_at) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return not (obj and obj.frozen_at) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return not (obj and obj.frozen_at) and super().has_delete_permission(request, obj)


@admin.register(Questionnaire)
class QuestionnaireAdmin(OfficeAdmin):
    list_display = ["title", "kind", "version", "current", "frozen_at"]
    list_filter = ["kind", "current"]
    search_fields = ["title_it", "title_en"]
    fields = ["kind", "title_it", "title_en"]
    facts = ["version", "current", "frozen_at", "digest"]
    acts = (
        Act(
            "ask",
            _("Ask this from now on"),
            ask_from_now_on,
            when=lambda one: not one.current,
            note=lambda _one: _("Editions that were asked another version already keep it."),
        ),
        Act(
            "version",
            _("Make a new version"),
            new_questionnaire_version,
            note=lambda _one: _("A copy that can be changed until an edition is asked."),
            leads=lambda fresh: reverse("admin:assessments_questionnaire_change", args=[fresh.pk]),
        ),
    )

    def get_fields(self, request, obj=None):
        return [*self.fields, *self.facts] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return [*self.fields, *self.facts] if obj.frozen_at else ["kind", *self.facts]

    def get_inlines(self, request, obj):
        return [QuestionInline] if obj else []

    def save_model(self, request, obj, form, change):
        """A new questionnaire begins with the standard questions."""
        if not change:
            obj.version = 1 + max(
                Questionnaire.objects.filter(kind=obj.kind).values_list("version", flat=True), default=0
            )
        super().save_model(request, obj, form, change)
        if not change:
            adopt_standard_questions(questionnaire=obj, by=request.user, at=timezone.now())

    @admin.display(description=_("questionnaire"), ordering="title_it")
    def title(self, questionnaire) -> str:
        return questionnaire.title


@admin.register(Survey)
class SurveyAdmin(LedgerAdmin):
    list_display = ["__str__", "cohort", "moment", "opens_at", "closes_at", "state"]
    list_filter = ["state", "moment", "cohort"]
    list_select_related = ["questionnaire", "module", "cohort"]
    fields = ["cohort", "questionnaire", "moment", "module", "opens_at", "closes_at", "state"]

    def view_on_site(self, survey) -> str:
        """What the class said."""
        return reverse("assessments:survey_result", args=[survey.pk])
