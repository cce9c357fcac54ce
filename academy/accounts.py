"""How people sign up and sign in."""

import logging
from itertools import islice
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from academy import letter
from academy.frame import remember
from academy.models import User
from academy.models.user import tidy_email
from assessments.access import PROJECT_ROLES
from courses.models import Instructor, Role
from enrollment.models import Application, Enrollment, Nomination, TeamPlace
from enrollment.models.ready import ready

log = logging.getLogger(__name__)

SAY_SENT = ("account/messages/email_confirmation_sent.txt", "account/messages/login_code_sent.txt")
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AccountAdapter(DefaultAccountAdapter):
    """Where the sign-in library does things our way."""

    def clean_email(self, email: str) -> str:
        """One spelling of an address, one account."""
        return tidy_email(super().clean_email(email))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the account, or of the page where nobody has one; never a failed page.

        A mail server that is away is said on the next page, the same for every address.
        """
        language = User.objects.filter(email=tidy_email(email)).values_list("language", flat=True).first()
        try:
            with override(language or get_language()):
                super().send_mail(template_prefix, email, context)
        except OSError as error:  # smtplib's errors are some, too
            log.error("an account mail (%s) could not be sent: %s", template_prefix, error)
            sorry = _(
                "The mail could not be sent: our mail server does not answer. Try again in a few minutes."
            )
            self.add_message(self.request, messages.ERROR, message=sorry)
            self.request.mail_failed = True

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        **rest: Any,
    ) -> None:
        """But not that a mail is on its way, where it is not."""
        if not (message_template in SAY_SENT and getattr(request, "mail_failed", False)):
            super().add_message(request, level, message_template, message_context, **rest)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Takes as long as opening an account does, whose password is hashed: the time tells nothing."""
        make_password(self.request.POST.get("password1") or None)
        super().send_account_already_exists_mail(email)

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """As text and, the same words, as HTML in the frame of our other mails."""
        message = super().render_mail(template_prefix, email, context, headers)
        page = {
            "subject": message.subject,
            "paragraphs": message.body.split("\n\n"),
            "code": context.get("code"),
            "language": get_language(),
        }
        html = letter.inliner.inline(render_to_string("academy/account_mail.html", page))
        message.attach_alternative(html, "text/html")
        return message

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """From now on this browser speaks the person's language."""
        response = super().post_login(request, user, **kwargs)
        remember(response, settings.LANGUAGE_COOKIE_NAME, user.language)
        return response


PERSON = [field.attname for field in User._meta.concrete_fields]
INSTRUCTOR = [field.attname for field in Instructor._meta.concrete_fields]
MINE = {"user": OuterRef("pk")}
ASKED = {
    "is_participant": Exists(Enrollment.objects.filter(**MINE)),
    "is_on_committee": Exists(Role.objects.filter(**MINE, kind=Role.Kind.COMMITTEE)),
    "is_tutor": Exists(Role.objects.filter(**MINE, kind=Role.Kind.TUTOR)),
    "is_in_a_team": Exists(TeamPlace.objects.filter(enrollment__user=OuterRef("pk"))),
    "follows_projects": Exists(Role.objects.filter(**MINE, kind__in=PROJECT_ROLES)),
    "is_contact": Exists(Nomination.objects.filter(contact=OuterRef("pk"))),
    "application": Application.objects.foremost().filter(**MINE).values("pk")[:1],
    "has_second_factor": Exists(Authenticator.objects.filter(**MINE, type__in=SECOND_FACTORS)),
}


@ready
def account_of(person: int) -> QuerySet:
    """The columns of `person`, of the instructor this is, and what is `ASKED`."""
    teaching = [f"instructor__{name}" for name in INSTRUCTOR]
    return User.objects.filter(pk=person).values_list(*PERSON, *teaching, *ASKED.values())


class Backend(AuthenticationBackend):
    """Reads who is signed in together with what the frame of every page asks about them: one query.

    `is_participant`: has or had a place in an edition. `is_on_committee`: judges applications, or has.
    `is_tutor`: of an edition. `is_in_a_team`: or was. `follows_projects`: as mentor or assessor.
    `application`: the `foremost`, or None. `is_contact`: of an employer that was invited to nominate.
    `has_second_factor`: an authenticator app or a passkey.
    """

    def get_user(self, user_id: int) -> User | None:
        """None also for an account that was closed."""
        for row in account_of(user_id):
            columns = iter(row)
            user = User.from_db(DEFAULT_DB_ALIAS, PERSON, list(islice(columns, len(PERSON))))
            teaching = list(islice(columns, len(INSTRUCTOR)))
            instructor = Instructor.from_db(DEFAULT_DB_ALIAS, INSTRUCTOR, teaching) if teaching[0] else None
            User.instructor.related.set_cached_value(user, instructor)
            for name, answer in zip(ASKED, columns, strict=True):
                setattr(user, name, answer)
            return user if self.user_can_authenticate(user) else None
        return None
