"""Files of applicants. They live in the database: nothing is served but through a view that asks whose."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.files import LARGEST_FILE, LONGEST_NAME
from courses.models.invariants import Guard, known_values

from .application import Application
from .call import RequiredDocument


class ApplicationFileManager(models.Manager):
    """Leaves the bytes in the database unless they are asked for."""

    def get_queryset(self):
        return super().get_queryset().defer("content")


class ContentType(models.TextChoices):
    """What is taken, judged by the content and not by the name."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"


class ApplicationFile(models.Model):
    """One file of an application, under a name of ours; `name` is what its owner called it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="files", verbose_name=_("application")
    )
    document = models.ForeignKey(
        RequiredDocument, models.PROTECT, related_name="files", verbose_name=_("document")
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    content_type = models.CharField(_("kind"), max_length=20, choices=ContentType)
    size = models.PositiveIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))
    uploaded_at = models.DateTimeField(_("uploaded"))

    objects = ApplicationFileManager()

    class Meta:
        verbose_name = _("file of an application")
        verbose_name_plural = _("files of applications")
        ordering = ["document__position", "uploaded_at"]
        constraints = [
            known_values("a_file_is_of_a_known_kind", "content_type", ContentType),
            models.CheckConstraint(
                name="a_file_is_neither_empty_nor_too_large",
                condition=Q(size__gte=1, size__lte=LARGEST_FILE),
                violation_error_message=_("A file is at most 5 MB and not empty."),
            ),
        ]
        triggers = [
            Guard(
                name="files_come_while_they_are_asked_for",
                message=_("Files can be added only to a draft or when the office asks for them."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF (SELECT state FROM enrollment_application WHERE id = NEW.application_id)
                       NOT IN ('draft', 'documents_asked')
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_file_never_changes",
                message=_("A file is replaced by another one, never changed."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="{refuse}",
            ),
            Guard(
                name="files_received_are_kept",
                message=_("A file the office has received is kept."),
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM enrollment_application application
                               WHERE application.id = OLD.application_id AND state <> 'draft'
                               AND NOT (state = 'documents_asked' AND OLD.uploaded_at >= (
                                   SELECT asked_at FROM enrollment_documentrequest
                                   WHERE application_id = OLD.application_id)))
                    THEN {refuse} END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name
