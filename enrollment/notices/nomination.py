"""Employers invited to nominate."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.notices import WINDOW, NoticeKind
from enrollment.access import nomination_code
from enrollment.models import Call, Nomination


class NominationInvited(NoticeKind):
    """An employer's contact is told that the organisation may nominate people, how many, and the code.

    The revision is the version of the code: a renewed code is told again.
    """

    name = "nomination_invited"
    title = _("Invitation to nominate")
    why = _("You get this because your organisation was invited to nominate people.")

    def due(self, at):
        return Nomination.objects.filter(
            contact__isnull=False, invited_at__gt=at - WINDOW, invited_at__lte=at
        ).values_list("contact", "pk", "code_version", "invited_at")

    def still_due(self, notice, at):
        nomination = Nomination.objects.filter(
            pk=notice.key, contact=notice.user_id, code_version=notice.revision
        ).first()
        if nomination is None:
            return gettext_noop("the invitation has been changed or taken back")
        closed = Call.objects.filter(cohort=nomination.cohort_id, closes_at__lte=at)
        return gettext_noop("the call has closed") if closed.exists() else None

    def context(self, notices):
        nomination = Nomination.objects.select_related("organisation", "cohort__call").get(pk=notices[0].key)
        call = getattr(nomination.cohort, "call", None)
        return {"nomination": nomination, "code": nomination_code(nomination), "call": call}

    def path(self, notice):
        return reverse("enrollment:nomination", args=[notice.key])
