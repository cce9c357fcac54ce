"""The ledger of notices: who was told what, when and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.invariants import known_values

from .user import User


class NoticeQuerySet(models.QuerySet):
    """The vocabulary of the post."""

    def waiting(self, at):
        """To be sent now: due, and not resting after a failure."""
        return self.filter(state=Notice.State.DUE, not_before__lte=at)

    def of(self, user):
        """Told to `user`, newest first."""
        return self.filter(user=user).order_by("-due_at", "-id")


class NoticeState(models.TextChoices):
    DUE = "due", _("due")
    CLAIMED = "claimed", _("being prepared")
    HANDED = "handed", _("handed to the mail server")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("dropped: no longer true")
    REFUSED = "refused", _("refused by the mail server")
    PARKED = "parked", _("parked for the office")


class Notice(models.Model):
    """One thing told to one person once.

    The person has an account (`user`) or left an address only: then `interest` is its key in
    `enrollment.Interest`, so that an address taken off the list is nowhere in the ledger.

    `kind` names the class in an app's `notices.py`, `key` the thing, `revision` its state when it
    became due. The row holds no foreign key to the thing, so it outlives it. Written once by the
    sweep (unique), claimed row by row, re-checked, sent. `handed_at` is set immediately before the
    message is given to the mail server: a row found `handed` later may or may not have arrived.
    """

    State = NoticeState

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("person"),
    )
    interest = models.BigIntegerField(_("address without an account"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=60)
    key = models.BigIntegerField(_("thing"))
    revision = models.BigIntegerField(_("revision"), default=0)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DUE, db_default=State.DUE
    )
    due_at = models.DateTimeField(_("due"))
    not_before = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    handed_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True, db_default="")
    remark = models.CharField(_("remark"), max_length=250, blank=True, db_default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-due_at"]
        indexes = [
            models.Index(
                name="notices_not_yet_final",
                fields=["not_before", "id"],
                condition=Q(state__in=["due", "claimed", "handed"]),
            ),
            models.Index(name="notices_of_a_person", fields=["user", "-due_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="told_once",
                fields=["user", "interest", "kind", "key", "revision"],
                nulls_distinct=False,
                violation_error_message=_("This person has already been told."),
            ),
            models.CheckConstraint(
                name="a_notice_is_for_one_person_or_one_address",
                condition=Q(user__isnull=False, interest__isnull=True)
                | Q(user__isnull=True, interest__isnull=False),
                violation_error_message=_("A notice is for somebody with an account or for an address."),
            ),
            known_values("a_notice_has_a_known_state", "state", NoticeState),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}.{self.revision}"

    @property
    def reader(self) -> User:
        """Whom the mail is for; of an address the post makes somebody without key and name."""
        if self.user is None:
            raise ValueError(f"notice {self.pk} is for an address: it is read by the post only")
        return self.user


class SweepHeartbeat(models.Model):
    """One row: when the last sweep of the post ended. `/health/` and the office watch its age."""

    id = models.BooleanField(primary_key=True, default=True)
    swept_at = models.DateTimeField(_("last sweep"))

    class Meta:
        verbose_name = _("heartbeat of the post")
        constraints = [
            models.CheckConstraint(
                name="there_is_one_heartbeat",
                condition=Q(id=True),
                violation_error_message=_("There is one heartbeat."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.swept_at:%d/%m/%Y %H:%M:%S}"
