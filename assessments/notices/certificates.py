"""Who is told that a certificate is ready."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments.models import Certificate
from courses.notices import WINDOW, NoticeKind


class CertificateReady(NoticeKind):
    """Whoever a certificate or a statement of attendance was issued to is told once its papers are made."""

    name = "certificate_ready"
    title = _("Certificate ready")
    why = _("You get this because a document was issued to you.")
    resent = False

    def due(self, at):
        ready = Certificate.objects.valid().filter(ready_at__gt=at - WINDOW, ready_at__lte=at)
        return ready.order_by().values_list("enrollment__user", "pk", "number", "ready_at")

    def still_due(self, notice, at):
        stands = Certificate.objects.valid().ready().filter(pk=notice.key).exists()
        return None if stands else gettext_noop("it no longer stands")

    def context(self, notices):
        return {"certificate": Certificate.objects.get(pk=notices[0].key)}

    def path(self, notice):
        return reverse("assessments:documents")
