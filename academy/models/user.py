"""People with an account."""

import unicodedata

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

one_line = RegexValidator(
    # Also what turns the reading direction: a name could pose as another one.
    r"\A[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*\Z",
    _("Write this on one line, without control characters."),
)


def tidy_email(email: str) -> str:
    """The one spelling we keep of an address: NFKC, no blanks around, lower case."""
    return unicodedata.normalize("NFKC", email).strip().lower()


class UserManager(BaseUserManager["User"]):
    """Finds and makes people by their e-mail address."""

    def get_by_natural_key(self, username):
        """Whatever the case it is typed in."""
        return self.get(email=tidy_email(username))

    def create_user(self, email, password=None, **fields):
        """An account; without a password, one that signs in by code or passkey."""
        user = self.model(email=tidy_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        """For `manage.py createsuperuser`."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account, known by e-mail address."""

    class Language(models.TextChoices):
        ITALIAN = "it", "Italiano"
        ENGLISH = "en", "English"

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(
        _("name and surname"),
        max_length=150,
        validators=[one_line, ProhibitNullCharactersValidator()],
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language,
        default=Language.ITALIAN,
        help_text=_("Of mails to you."),
    )
    is_staff = models.BooleanField(_("works in the office"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("account since"), default=timezone.now, editable=False)
    consented_at = models.DateTimeField(_("privacy notice read"), null=True, blank=True, editable=False)
    calendar_version = models.PositiveIntegerField(
        _("version of the calendar address"), default=0, editable=False
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_address",
                violation_error_message=_("There is already an account with this address."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self):
        """Keep one spelling of the address."""
        self.email = tidy_email(self.email)

    def get_short_name(self) -> str:
        """What a greeting uses."""
        return self.name.split(" ")[0] if self.name else ""

    def get_full_name(self) -> str:
        """What documents use."""
        return self.name
