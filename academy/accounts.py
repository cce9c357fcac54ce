"""How people sign up and sign in."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef

from academy.models import User
from enrollment.models import Application, Enrollment

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The seam between allauth and this portal."""


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Reads who is signed in together with what the frame of every page asks about them: one query.

    `is_participant`: has or had a place in an edition. `open_application`: the newest one without a
    place, or None. `has_second_factor`: an authenticator app or a passkey.
    """

    def get_user(self, user_id: int) -> User | None:
        """None also for an account that was closed."""
        mine = {"user": OuterRef("pk")}
        user = (
            User.objects.select_related("instructor")
            .annotate(
                is_participant=Exists(Enrollment.objects.filter(**mine)),
                open_application=Application.objects.open().filter(**mine).order_by("-pk").values("pk")[:1],
                has_second_factor=Exists(Authenticator.objects.filter(**mine, type__in=SECOND_FACTORS)),
            )
            .filter(pk=user_id)
            .first()
        )
        return user if user and self.user_can_authenticate(user) else None
