"""Project work: what a team does for whom, by when, who accompanies it and what it hands in."""

import uuid
from urllib.parse import urlsplit

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.files import LONGEST_NAME, SUFFIXES
from courses.models import LARGEST_MATERIAL, Organisation, Role
from courses.models.invariants import Guard, append_only
from courses.models.wording import Titled
from enrollment.models import Team

from .rubric import Rubric


class ProjectWork(Titled):
    """A team's project: for whom, with which brief, and by which rubric it is judged."""

    team = models.OneToOneField(Team, models.PROTECT, related_name="project", verbose_name=_("team"))
    sponsor = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("sponsor"),
        help_text=_("The organisation the project is done for."),
    )
    brief = models.TextField(_("brief"), max_length=5000, blank=True, help_text=_("What it asks for."))
    rubric = models.ForeignKey(
        Rubric, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("rubric")
    )

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["team__cohort", "team__number"]
        triggers = [
            Guard(
                name="a_judged_project_keeps_its_team_and_rubric",
                message=_("The panel has begun to judge: the project keeps its team and its rubric."),
                operation=pgtrigger.UpdateOf("rubric_id", "team_id"),
                when=pgtrigger.Before,
                func="""
                    IF (OLD.rubric_id, OLD.team_id) IS DISTINCT FROM (NEW.rubric_id, NEW.team_id)
                       AND EXISTS (SELECT 1 FROM assessments_paneljudgement judgement
                                   JOIN assessments_panelseat seat ON seat.id = judgement.seat_id
                                   WHERE seat.project_id = NEW.id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]


ROLE_OF_THE_EDITION = """
    IF NOT EXISTS (SELECT 1 FROM courses_role role
                   JOIN enrollment_team team ON team.cohort_id = role.cohort_id
                   JOIN assessments_projectwork project ON project.team_id = team.id
                   WHERE role.id = NEW.role_id AND project.id = NEW.project_id AND role.kind = '%s')
    THEN {refuse} END IF;
    RETURN NEW;
"""
# Mentoring and judging are two people: what one has helped to make, one does not judge.
NOT_BOTH = """
    IF EXISTS (SELECT 1 FROM %s other
               JOIN courses_role theirs ON theirs.id = other.role_id
               JOIN courses_role role ON role.user_id = theirs.user_id
               WHERE other.project_id = NEW.project_id AND role.id = NEW.role_id)
    THEN {refuse} END IF;
    RETURN NEW;
"""


class Mentoring(models.Model):
    """Who accompanies a project."""

    project = models.ForeignKey(
        ProjectWork, models.CASCADE, related_name="mentorings", verbose_name=_("project")
    )
    role = models.ForeignKey(Role, models.PROTECT, related_name="mentorings", verbose_name=_("mentor"))

    class Meta:
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")
        ordering = ["project", "role__user__name"]
        constraints = [
            models.UniqueConstraint(
                name="a_mentor_accompanies_a_project_once",
                fields=["project", "role"],
                violation_error_message=_("This person already accompanies the project."),
            ),
        ]
        triggers = [
            Guard(
                name="who_accompanies_a_project_is_a_mentor",
                message=_("Only a mentor of the edition accompanies its projects."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=ROLE_OF_THE_EDITION % "mentor",
            ),
            Guard(
                name="who_judges_a_project_does_not_accompany_it",
                message=_("This person is on the panel of the project and cannot accompany it."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=NOT_BOTH % "assessments_panelseat",
            ),
        ]

    def __str__(self) -> str:
        return str(self.role.user)


class Milestone(Titled):
    """What a team hands in, and by when."""

    project = models.ForeignKey(
        ProjectWork, models.CASCADE, related_name="milestones", verbose_name=_("project")
    )
    due_at = models.DateTimeField(_("due by"))
    instructions = models.TextField(_("what is asked"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["project", "due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="milestones_of_a_project_follow_each_other",
                fields=["project", "due_at"],
                violation_error_message=_("The project has another milestone due at this moment."),
            ),
        ]
        triggers = [
            Guard(
                name="nothing_falls_due_once_the_panel_has_judged",
                message=_("The panel has judged: nothing can fall due after that any more."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("due_at", "project_id"),
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM assessments_paneljudgement judgement
                               JOIN assessments_panelseat seat ON seat.id = judgement.seat_id
                               WHERE seat.project_id = NEW.project_id
                               AND judgement.given_at < NEW.due_at)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]


class DepositQuerySet(models.QuerySet):
    """The vocabulary of what was handed in."""

    def current(self):
        """Replaced by nothing."""
        return self.filter(~Exists(Deposit.objects.filter(replaces=OuterRef("pk"))))


class DepositManager(models.Manager.from_queryset(DepositQuerySet)):  # type: ignore[misc]
    """Leaves the bytes in the database unless they are asked for."""

    def get_queryset(self):
        return super().get_queryset().defer("content")


class Deposit(models.Model):
    """A file or a link a team handed in, under a key of ours; it is replaced by another, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, related_name="deposits", verbose_name=_("milestone")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    content_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField(_("content"), null=True)
    size = models.GeneratedField(
        expression=Func(F("content"), function="OCTET_LENGTH"),
        output_field=models.PositiveIntegerField(null=True),
        db_persist=True,
        verbose_name=_("size in bytes"),
    )
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("deposit", "handed in by"),
    )
    at = models.DateTimeField(_("handed in"))

    objects = DepositManager()

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        ordering = ["milestone", "-at", "name"]
        constraints = [
            models.CheckConstraint(
                name="a_deposit_is_a_file_or_a_link",
                condition=~Q(name="")
                & (
                    Q(content__isnull=False, link="")
                    | Q(content__isnull=True, content_type="", link__startswith="https://")
                ),
                violation_error_message=_("Hand in a file, or a link that begins with https://."),
            ),
            models.CheckConstraint(
                name="a_deposit_is_neither_empty_nor_too_large",
                condition=Q(size__isnull=True) | Q(size__gte=1, size__lte=LARGEST_MATERIAL),
                violation_error_message=_("A file is at most 20 MB and not empty."),
            ),
            models.CheckConstraint(
                name="a_deposit_has_content_we_know",
                condition=Q(content__isnull=True) | Q(content_type__in=sorted(SUFFIXES)),
                violation_error_message=_("This is not one of the possible values."),
            ),
        ]
        triggers = [
            append_only(name="deposits_are_append_only"),
            Guard(
                name="only_the_team_hands_in",
                message=_("Only who is in the team hands in for it."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM assessments_milestone milestone
                        JOIN assessments_projectwork project ON project.id = milestone.project_id
                        JOIN enrollment_teamplace place ON place.team_id = project.team_id
                        JOIN enrollment_enrollment enrollment ON enrollment.id = place.enrollment_id
                        WHERE milestone.id = NEW.milestone_id AND enrollment.user_id = NEW.by_id
                        AND (NEW.at AT TIME ZONE 'Europe/Rome')::date
                            BETWEEN place.starts_on AND COALESCE(place.ends_on, 'infinity'))
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_team_hands_in_before_it_is_judged",
                message=_("The panel has judged the project: nothing more can be handed in."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM assessments_milestone milestone
                        JOIN assessments_panelseat seat ON seat.project_id = milestone.project_id
                        JOIN assessments_paneljudgement judgement ON judgement.seat_id = seat.id
                        WHERE milestone.id = NEW.milestone_id AND judgement.state = 'given')
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_deposit_follows_the_one_it_replaces",
                message=_("A new version takes the next number, for the same milestone."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.number <> 1 + COALESCE(
                        (SELECT number FROM assessments_deposit
                         WHERE id = NEW.replaces_id AND milestone_id = NEW.milestone_id),
                        CASE WHEN NEW.replaces_id IS NULL THEN 0 ELSE -1 END)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ending(self) -> str:
        """What the file is, as people say it: PDF, PPTX."""
        return SUFFIXES[self.content_type][0].removeprefix(".").upper() if self.content_type else ""

    @property
    def host(self) -> str:
        """Where a link leads, to be read before following it."""
        return urlsplit(self.link).hostname or ""


class MentorNote(models.Model):
    """What a mentor writes down about a project: for the team to read, or for mentors and office alone."""

    project = models.ForeignKey(ProjectWork, models.PROTECT, related_name="notes", verbose_name=_("project"))
    text = models.TextField(_("note"), max_length=2000)
    for_team = models.BooleanField(_("for the team to read"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    at = models.DateTimeField(pgettext_lazy("note", "written"))

    class Meta:
        verbose_name = _("mentor’s note")
        verbose_name_plural = _("mentors’ notes")
        ordering = ["project", "-at"]
        triggers = [
            append_only(name="notes_of_mentors_are_append_only"),
            Guard(
                name="only_mentors_of_a_project_write_notes_on_it",
                message=_("Only who accompanies the project writes notes on it."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM assessments_mentoring mentoring
                                   JOIN courses_role role ON role.id = mentoring.role_id
                                   WHERE mentoring.project_id = NEW.project_id AND role.user_id = NEW.by_id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:40]}"
