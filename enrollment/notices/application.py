"""Applications: received, incomplete, answered."""

from django.db.models import Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.notices import WINDOW, NoticeKind
from enrollment.models import Application, ApplicationPassage, DocumentRequest
from enrollment.states import LIVE_APPLICATIONS, RANKED

State = Application.State
RECEIVED = sorted(LIVE_APPLICATIONS - {State.DRAFT})
# Who is admitted is told with the offer. Who is taken in again after an exclusion is admissible.
ANSWERS = Q(after__in=sorted({*RANKED, State.EXCLUDED} - {State.ADMITTED})) | Q(
    before=State.EXCLUDED, after=State.ELIGIBLE
)


class ApplicationReceived(NoticeKind):
    """Who applies is told at once that the application has arrived, and under which number."""

    name = "application_received"
    title = _("Application received")
    why = _("You get this because you applied for a place.")

    def due(self, at):
        return Application.objects.filter(
            submitted_at__gt=at - WINDOW, submitted_at__lte=at, state__in=RECEIVED
        ).values_list("user", "pk", Value(0), "submitted_at")

    def still_due(self, notice, at):
        if Application.objects.filter(pk=notice.key, state__in=RECEIVED).exists():
            return None
        return gettext_noop("the application has been withdrawn")

    def context(self, notices):
        return {"application": Application.objects.select_related("cohort").get(pk=notices[0].key)}

    def path(self, notice):
        return reverse("enrollment:application", args=[notice.key])


class DocumentsAsked(NoticeKind):
    """Who is asked for documents is told at once which, and until when.

    Whoever does not send them is excluded, so it is due as long as there is time, however long the
    post was silent.
    """

    name = "documents_asked"
    title = _("Documents asked for")
    why = _("You get this because you applied for a place.")

    def due(self, at):
        return DocumentRequest.objects.filter(
            application__state=State.DOCUMENTS_ASKED, asked_at__lte=at, due_at__gt=at
        ).values_list("application__user", "application", Value(0), "asked_at")

    def still_due(self, notice, at):
        asked = DocumentRequest.objects.select_related("application").get(application=notice.key)
        if asked.application.state != State.DOCUMENTS_ASKED:
            return gettext_noop("the documents are no longer expected")
        return None if at < asked.due_at else gettext_noop("the time to send the documents is over")

    def context(self, notices):
        asked = DocumentRequest.objects.select_related("application__cohort").get(application=notices[0].key)
        return {"asked": asked, "documents": list(asked.documents.all()), "application": asked.application}

    def path(self, notice):
        return reverse("enrollment:documents", args=[notice.key])


class ApplicationAnswered(NoticeKind):
    """Who applied is told what became of it: on reserve, not suitable, excluded, or taken in again.

    The revision is the passage: a later answer is told too, and makes the earlier one worthless.
    """

    name = "application_answered"
    title = _("Answer to an application")
    why = _("You get this because you applied for a place.")

    def due(self, at):
        return ApplicationPassage.objects.filter(ANSWERS, at__gt=at - WINDOW, at__lte=at).values_list(
            "application__user", "application", "pk", "at"
        )

    def still_due(self, notice, at):
        later = ApplicationPassage.objects.filter(application=notice.key, pk__gt=notice.revision)
        return gettext_noop("there is a newer answer") if later.exists() else None

    def context(self, notices):
        [notice] = notices
        passages = ApplicationPassage.objects.select_related("application__cohort")
        passage = passages.get(application=notice.key, pk=notice.revision)
        return {"passage": passage, "application": passage.application}

    def path(self, notice):
        return reverse("enrollment:application", args=[notice.key])
