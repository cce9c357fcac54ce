"""An application for a place in an edition: what the person wrote, and where it stands."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import Cohort
from courses.models.invariants import Guard, append_only, known_values, only_these_passages
from enrollment.states import APPLICATION_PASSAGES, LIVE_APPLICATIONS, UNDER_EXAMINATION

from .call import RequiredDocument
from .nomination import Nomination
from .profile import PROFILE_FIELDS, WorkProfile


class ApplicationQuerySet(models.QuerySet):
    """The vocabulary of applications."""

    def live(self):
        """Not withdrawn."""
        return self.filter(state__in=LIVE_APPLICATIONS)

    def sent(self):
        """Received by the office, whatever became of them."""
        return self.filter(submitted_at__isnull=False)

    def foremost(self):
        """What a person asks after, first of all: those under way, then what became of the others, the
        newest first. Whoever has or had a place asks no longer what became of those.
        """
        settled = Q(state__in=SETTLED, user__enrollments__isnull=True)
        asked = self.filter(Q(state__in=UNDER_WAY) | settled)
        return asked.annotate(under_way=Q(state__in=UNDER_WAY)).order_by("-under_way", "-pk")

    def visible_to(self, user):
        """One's own."""
        return self.filter(user=user)


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("received")
    DOCUMENTS_ASKED = "documents_asked", _("documents asked for")
    ELIGIBLE = "eligible", _("admissible")
    ADMITTED = "admitted", _("admitted")
    ON_RESERVE = "on_reserve", _("on the reserve list")
    NOT_SUITABLE = "not_suitable", _("not suitable")
    EXCLUDED = "excluded", pgettext_lazy("application", "excluded")
    ENROLLED = "enrolled", _("enrolled")
    RENOUNCED = "renounced", _("renounced the place")
    WITHDRAWN = "withdrawn", _("withdrawn")


State = ApplicationState
UNDER_WAY = (State.DRAFT, *UNDER_EXAMINATION, State.ADMITTED, State.ON_RESERVE)
SETTLED = (State.NOT_SUITABLE, State.EXCLUDED, State.RENOUNCED)  # for good, without a place


class Ground(models.TextChoices):
    """Why an application is excluded."""

    INCOMPLETE = "incomplete", _("the file is incomplete")
    REQUIREMENTS = "requirements", _("a requirement of the call is missing")
    ABSENT = "absent", _("absent at the interview")


# What the person wrote: free in a draft, then frozen.
WRITTEN = (
    *PROFILE_FIELDS,
    "born_on",
    "phone",
    "foreign",
    "tax_code",
    "motivation",
    "special_needs",
    "employer_may_know",
)
NEEDED = ("born_on", "employer_kind", "role", "sector", "region", "motivation")  # always, to be sent
FROZEN = (*WRITTEN, "user_id", "cohort_id", "nomination_id", "privacy_read_at", "submitted_at", "number")
TAX_CODE = r"^[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$|^[0-9]{11}$"


class Application(WorkProfile):
    """One person's request for a place in one edition.

    A draft may be incomplete and changes as it is typed; `revision` rises with each saving, so that
    two devices notice each other. Once sent it has a receipt `number` within its edition and nothing
    the person wrote changes any more. The state moves only along `enrollment/states.py`.
    """

    State = ApplicationState
    Ground = Ground

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("applicant")
    )
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="applications", verbose_name=_("edition"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.DRAFT)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    foreign = models.BooleanField(_("I have no Italian tax code"), default=False)
    tax_code = models.CharField(_("tax code"), max_length=16, blank=True)
    motivation = models.TextField(_("motivation"), max_length=3000, blank=True)
    special_needs = models.TextField(_("special needs"), max_length=1000, blank=True)
    employer_may_know = models.BooleanField(
        _("my employer may know the outcome"), default=False
    )  # beyond that I applied and enrolled, which whoever nominated me sees anyway
    nomination = models.ForeignKey(
        Nomination,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("nominated by"),
    )
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    saved_at = models.DateTimeField(_("last saved"), null=True, blank=True, editable=False)
    privacy_read_at = models.DateTimeField(_("privacy notice read"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("received"), null=True, blank=True, editable=False)
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True, editable=False)
    ground = models.CharField(_("ground of exclusion"), max_length=14, choices=Ground, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-submitted_at", "-id"]
        permissions = [("identify_application", _("Can see tax codes"))]
        constraints = [
            known_values("an_application_has_a_known_state", "state", ApplicationState),
            known_values("an_exclusion_has_a_known_ground", "ground", Ground, ""),
            models.UniqueConstraint(
                name="one_live_application_per_person_and_edition",
                fields=["user", "cohort"],
                condition=Q(state__in=sorted(LIVE_APPLICATIONS)),
                violation_error_message=_("You have already applied to this edition."),
            ),
            models.UniqueConstraint(
                name="one_receipt_number_per_application",
                fields=["cohort", "number"],
                violation_error_message=_("This receipt number belongs to another application."),
            ),
            models.UniqueConstraint(name="an_application_with_its_edition", fields=["id", "cohort"]),
            models.CheckConstraint(
                name="an_application_received_has_its_moment_and_number",
                condition=Q(state="draft")
                | Q(submitted_at__isnull=False, number__isnull=False, privacy_read_at__isnull=False),
                violation_error_message=_("An application received has its moment and its number."),
            ),
            models.CheckConstraint(
                name="an_application_received_is_complete",
                condition=Q(submitted_at__isnull=True)
                | Q(born_on__isnull=False)
                & ~Q(employer_kind="")
                & ~Q(role="")
                & ~Q(sector="")
                & ~Q(region="")
                & ~Q(motivation=""),
                violation_error_message=_("An application can only be sent when it is complete."),
            ),
            models.CheckConstraint(
                name="an_employer_and_its_kind_go_together",
                condition=Q(submitted_at__isnull=True)
                | Q(employer_kind="none", employer="")
                | (~Q(employer_kind="none") & ~Q(employer="")),
                violation_error_message=_("Name the employer, or say that there is none at present."),
            ),
            models.CheckConstraint(
                name="a_tax_code_looks_like_one",
                condition=Q(tax_code="") | Q(tax_code__regex=TAX_CODE),
                violation_error_message=_("This is not an Italian tax code."),
            ),
            models.CheckConstraint(
                name="only_a_foreigner_applies_without_tax_code",
                condition=Q(submitted_at__isnull=True) | Q(foreign=True) | ~Q(tax_code=""),
                violation_error_message=_("Give the tax code, or say that you have none."),
            ),
            models.CheckConstraint(
                name="nobody_both_has_a_tax_code_and_has_none",
                condition=Q(foreign=False) | Q(tax_code=""),
                violation_error_message=_("Give the tax code, or say that you have none: not both."),
            ),
            models.CheckConstraint(
                name="exactly_the_excluded_have_a_ground",
                condition=Q(state="excluded") & ~Q(ground="") | ~Q(state="excluded") & Q(ground=""),
                violation_error_message=_("An exclusion has a ground, and nothing else has one."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="an_application_changes_state_by_the_rules",
                field="state",
                table=APPLICATION_PASSAGES,
                message=_("An application cannot pass from this state to that one."),
            ),
            Guard(
                name="an_application_received_stays_as_it_was",
                message=_("An application that was sent cannot be changed any more."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF OLD.submitted_at IS NOT NULL
                       AND ({", ".join(f"OLD.{name}" for name in FROZEN)})
                           IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in FROZEN)})
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="an_application_received_is_kept",
                message=_("An application that was sent is kept."),
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="IF OLD.submitted_at IS NOT NULL THEN {refuse} END IF; RETURN OLD;",
            ),
            Guard(
                name="a_nomination_has_only_its_places",
                message=_("All places of this nomination are taken."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("nomination_id", "state"),
                when=pgtrigger.After,
                func="""
                    IF NEW.nomination_id IS NOT NULL AND NEW.state <> 'withdrawn' THEN
                        PERFORM 1 FROM enrollment_nomination WHERE id = NEW.nomination_id FOR NO KEY UPDATE;
                        IF (SELECT count(*) FROM enrollment_application
                            WHERE nomination_id = NEW.nomination_id AND state <> 'withdrawn')
                           > (SELECT places FROM enrollment_nomination WHERE id = NEW.nomination_id)
                        THEN {refuse} END IF;
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="every_passage_leaves_a_line",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                when=pgtrigger.After,
                declare=[("before", "text")],
                func="""
                    IF NEW.state = 'draft' THEN RETURN NULL; END IF;
                    IF TG_OP = 'UPDATE' THEN
                        before := OLD.state;
                        IF before = NEW.state THEN RETURN NULL; END IF;
                    END IF;
                    INSERT INTO enrollment_applicationpassage
                        (application_id, before, after, at, actor_id, reason)
                    VALUES (
                        NEW.id, COALESCE(before, ''), NEW.state,
                        COALESCE(NULLIF(current_setting('smtc.at', true), '')::timestamptz, now()),
                        NULLIF(current_setting('smtc.actor', true), '')::bigint,
                        COALESCE(current_setting('smtc.reason', true), '')
                    );
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.cohort}"

    @property
    def receipt(self) -> str:
        """What the applicant quotes: edition and number, such as SMTC-2027-1/0007."""
        return f"{self.cohort.code}/{self.number:04}" if self.number else ""

    @property
    def gaps(self) -> list[str]:
        """The fields it cannot be sent without and that are still empty."""
        gaps = [name for name in NEEDED if not getattr(self, name)]
        if not self.tax_code and not self.foreign:
            gaps.append("tax_code")
        if not self.employer and self.employer_kind not in ("", self.EmployerKind.NONE):
            gaps.append("employer")
        return gaps

    @property
    def may_be_withdrawn(self) -> bool:
        """The applicant can still step back: no offer waits for an answer."""
        return ApplicationState.WITHDRAWN in APPLICATION_PASSAGES[self.state]


class ApplicationPassage(models.Model):
    """One change of state: when, by whom (nobody: the portal itself), why. Written by a trigger."""

    application = models.ForeignKey(
        Application, models.DO_NOTHING, related_name="passages", verbose_name=_("application")
    )
    before = models.CharField(_("before"), max_length=16, choices=ApplicationState, blank=True)
    after = models.CharField(_("after"), max_length=16, choices=ApplicationState)
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("passage of an application")
        verbose_name_plural = _("passages of applications")
        ordering = ["at", "id"]
        triggers = [append_only(name="passages_are_only_added")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.before} → {self.after}"


class ApplicationSnapshot(models.Model):
    """What the office received, word for word, with the digest of every file.

    The first is taken when the application is sent, the second when documents asked for arrive.
    `digest` is the SHA-256 of `content` as canonical JSON.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="snapshots", verbose_name=_("application")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    taken_at = models.DateTimeField(_("taken"))
    content = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("snapshot of an application")
        verbose_name_plural = _("snapshots of applications")
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(
                name="snapshots_of_an_application_are_numbered",
                fields=["application", "number"],
                violation_error_message=_("This snapshot has already been taken."),
            ),
            models.CheckConstraint(
                name="an_application_is_sent_once_and_completed_once",
                condition=Q(number__gte=1, number__lte=2),
                violation_error_message=_("An application is sent once and completed at most once."),
            ),
        ]
        triggers = [append_only(name="snapshots_are_only_added")]

    def __str__(self) -> str:
        return f"{self.application} ({self.number})"


class DocumentRequestQuerySet(models.QuerySet):
    """The vocabulary of requests for documents."""

    def overdue(self, at):
        """Not answered, and their hour has come."""
        return self.filter(answered_at__isnull=True, due_at__lte=at, application__state=State.DOCUMENTS_ASKED)


class DocumentRequest(models.Model):
    """What the office asks an applicant for, once: a missing or unreadable document."""

    application = models.OneToOneField(
        Application, models.PROTECT, related_name="document_request", verbose_name=_("application")
    )
    documents = models.ManyToManyField(RequiredDocument, related_name="asked_in", verbose_name=_("documents"))
    message = models.TextField(_("message to the applicant"), max_length=1000)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    due_at = models.DateTimeField(_("expected by"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = DocumentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for documents")
        verbose_name_plural = _("requests for documents")
        constraints = [
            models.CheckConstraint(
                name="documents_asked_for_are_due_later",
                condition=Q(due_at__gt=F("asked_at")),
                violation_error_message=_("Documents are expected after they were asked for."),
            ),
            models.CheckConstraint(
                name="documents_asked_for_come_in_time",
                condition=Q(answered_at__isnull=True)
                | Q(answered_at__gte=F("asked_at"), answered_at__lt=F("due_at")),
                violation_error_message=_("The time to send these documents is over."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.application)
