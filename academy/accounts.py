"""How people sign up and sign in."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend

from academy.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The seam between allauth and this portal."""


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Reads who is signed in together with the instructor they may be: the frame of each page asks."""

    def get_user(self, user_id: int) -> User | None:
        """None also for an account that was closed."""
        user = User.objects.select_related("instructor").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
