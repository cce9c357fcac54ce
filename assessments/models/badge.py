"""Certificates as signed badges, and the signed list of those that no longer stand."""

import secrets

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.badges.documents import PLACES
from courses.models.invariants import Guard, append_only, known_values

from .certificate import Certificate, PaperLanguage

JWS = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"


def new_salt() -> str:
    """Of one badge: addresses cannot be looked up in a table of hashes."""
    return secrets.token_hex(16)


class Badge(models.Model):
    """The signed credential of a certificate, in the language of its holder when it was signed.

    `place` is its own in the list of revoked ones, dealt at random: it says nothing about who came when.
    """

    certificate = models.OneToOneField(
        Certificate,
        models.PROTECT,
        related_name="badge",
        verbose_name=pgettext_lazy("document", "certificate"),
    )
    language = models.CharField(_("language"), max_length=2, choices=PaperLanguage)
    place = models.PositiveIntegerField(_("place in the list"), unique=True)
    salt = models.CharField(max_length=32, default=new_salt)
    jws = models.TextField(_("signed text"))
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")
        ordering = ["signed_at", "pk"]
        constraints = [
            known_values("a_badge_is_in_a_known_language", "language", PaperLanguage),
            models.CheckConstraint(
                name="a_badge_has_a_place_the_list_has",
                condition=Q(place__gte=0, place__lt=PLACES),
                violation_error_message=_("The list has no such place."),
            ),
            models.CheckConstraint(
                name="a_badge_is_signed",
                condition=Q(jws__regex=JWS),
                violation_error_message=_("A badge is a signed text."),
            ),
        ]
        triggers = [
            append_only(name="a_badge_is_never_changed"),
            Guard(
                name="a_badge_is_of_a_certificate",
                message=_("Only a certificate has a badge."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF (SELECT kind FROM assessments_certificate
                        WHERE id = NEW.certificate_id) <> 'certificate' THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.certificate)


class RevocationList(models.Model):
    """The list as it is published: signed anew each day, and when a certificate ceases to stand."""

    jws = models.TextField(_("signed text"))
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        verbose_name = _("list of revoked badges")
        verbose_name_plural = _("lists of revoked badges")
        constraints = [
            models.CheckConstraint(
                name="there_is_one_list_of_revoked_badges",
                condition=Q(pk=1),
                violation_error_message=_("There is one list."),
            ),
            models.CheckConstraint(
                name="a_list_of_revoked_badges_is_signed",
                condition=Q(jws__regex=JWS),
                violation_error_message=_("The list is a signed text."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signed_at:%d/%m/%Y %H:%M}"
