"""Who is asked to answer a questionnaire."""

from datetime import timedelta

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Value
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments.models import Answered, Reply, Survey
from courses.notices import WINDOW, NoticeKind
from enrollment.models import Enrollment

AFTER = {1: timedelta(hours=1), 2: timedelta(days=3)}  # revision: since it opened


class QuestionnaireWaiting(NoticeKind):
    """Participants are asked to answer an hour after a questionnaire opens, and again three days after."""

    name = "questionnaire_waiting"
    title = _("Questionnaire to answer")
    why = _("You get this because you follow this edition.")

    def due(self, at):
        first, second = (self.asked_again(at, revision) for revision in AFTER)
        return first.union(second, all=True)

    def asked_again(self, at, revision):
        """Those who have not answered so long after it opened."""
        after = AFTER[revision]
        members = Enrollment.objects.members_on(localdate(at)).order_by()
        opened = members.filter(
            cohort__surveys__in=Survey.objects.open_at(at).filter(
                opens_at__gt=at - after - WINDOW, opens_at__lte=at - after
            )
        ).annotate(survey=F("cohort__surveys"))
        due_at = ExpressionWrapper(F("cohort__surveys__opens_at") + Value(after), DateTimeField())
        answers = {"survey": OuterRef("survey"), "enrollment": OuterRef("pk")}
        return opened.filter(
            ~Exists(Answered.objects.filter(**answers)), ~Exists(Reply.objects.filter(**answers))
        ).values_list("user", "survey", Value(revision, IntegerField()), due_at)

    def still_due(self, notice, at):
        survey = Survey.objects.open_at(at).filter(pk=notice.key).first()
        if survey is None:
            return gettext_noop("it is closed")
        place = Enrollment.objects.members_on(localdate(at)).filter(
            user=notice.user_id, cohort=survey.cohort_id
        )
        if not place.exists():
            return gettext_noop("the person left the edition")
        answered = (
            model.objects.filter(survey=survey, enrollment__in=place).exists() for model in (Answered, Reply)
        )
        return gettext_noop("it is answered") if any(answered) else None

    def context(self, notices):
        survey = Survey.objects.select_related("questionnaire", "module", "cohort").get(pk=notices[0].key)
        return {"survey": survey, "again": notices[0].revision > 1}

    def path(self, notice):
        return reverse("assessments:questionnaire", args=[notice.key])
