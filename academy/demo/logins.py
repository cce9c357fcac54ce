"""Who can sign in to the demo. The password is public: this is why a public server refuses DEMO."""

from django.utils.translation import gettext_lazy as _

PASSWORD = "mobilita-2022"

LOGINS = {
    "office@example.org": _("the office"),
    "instructor@example.org": _("an instructor"),
    "tutor@example.org": _("the tutor of both editions"),
    "participant@example.org": _("a participant of the running edition"),
    "applicant@example.org": _("somebody who applied for the next edition"),
}
