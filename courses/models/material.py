"""What participants read and work with: files and links, in versions. The bytes live in the database."""

import uuid
from urllib.parse import urlsplit

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.files import LONGEST_NAME, SUFFIXES

from .cohort import Cohort
from .invariants import CompositeForeignKey, Guard, append_only, known_values
from .programme import Module
from .session import Session
from .wording import Titled

LARGEST_MATERIAL = 20 * 1024**2  # bytes


class MaterialKind(models.TextChoices):
    FILE = "file", _("file")
    LINK = "link", _("link")


class MaterialQuerySet(models.QuerySet):
    """The vocabulary of materials."""

    def published(self, at):
        """Visible to those who follow the edition."""
        return self.filter(published_at__lte=at, withdrawn_at__isnull=True)

    def of(self, instructor):
        """Those whose module `instructor` teaches in that edition, cancelled sessions apart."""
        taught = Session.objects.live().of(instructor)
        return self.filter(Exists(taught.filter(cohort=OuterRef("cohort"), module=OuterRef("module"))))


class Material(Titled):
    """A file or a link of a module in an edition, or of one session of it, in versions: the last counts.

    Visible from `published_at`, by then or by hand; never without it. Once withdrawn it is gone for
    participants; whoever keeps it still sees what it was and why it went.
    """

    Kind = MaterialKind

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="materials", verbose_name=_("edition"))
    module = models.ForeignKey(Module, models.PROTECT, related_name="materials", verbose_name=_("module"))
    session = models.ForeignKey(
        Session,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="materials",
        verbose_name=_("session"),
        help_text=_("Empty: for the whole module."),
    )
    kind = models.CharField(_("kind"), max_length=4, choices=MaterialKind, editable=False)
    position = models.PositiveSmallIntegerField(
        _("position"), help_text=_("The order within the module: 1 comes first.")
    )
    published_at = models.DateTimeField(_("visible from"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=pgettext_lazy("material", "published by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    reason = models.CharField(_("reason of the withdrawal"), max_length=200, blank=True, editable=False)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["position", "pk"]
        constraints = [
            known_values("a_material_is_of_a_known_kind", "kind", MaterialKind),
            CompositeForeignKey(
                name="a_material_is_of_a_session_of_its_module",
                fields=["session", "cohort", "module"],
                to="courses_session",
                to_fields=["id", "cohort_id", "module_id"],
                violation_error_message=_("The session is of another module or edition than the material."),
            ),
            models.CheckConstraint(
                name="a_withdrawal_of_a_material_has_its_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(reason="")),
                violation_error_message=_("Write down why the material is withdrawn."),
            ),
        ]
        triggers = [
            Guard(
                name="a_material_is_of_its_editions_programme",
                message=_("The module belongs to another programme than the edition's."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_module m JOIN courses_block b ON b.id = m.block_id
                        JOIN courses_cohort c ON c.programme_id = b.programme_id
                        WHERE m.id = NEW.module_id AND c.id = NEW.cohort_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_material_stays_what_and_where_it_is",
                message=_("A material stays a file or a link of its module and edition."),
                operation=pgtrigger.UpdateOf("kind", "module_id", "cohort_id"),
                when=pgtrigger.Before,
                func="""
                    IF (OLD.kind, OLD.module_id, OLD.cohort_id)
                       IS DISTINCT FROM (NEW.kind, NEW.module_id, NEW.cohort_id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_withdrawn_material_stays_as_it_is",
                message=_("This material has been withdrawn: add it anew."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="IF OLD.withdrawn_at IS NOT NULL THEN {refuse} END IF; RETURN NEW;",
            ),
        ]

    @property
    def withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    def visible(self, at) -> bool:
        """Whether participants see it."""
        return not self.withdrawn and self.published_at is not None and self.published_at <= at


class MaterialVersionQuerySet(models.QuerySet):
    """The vocabulary of versions."""

    def current(self):
        """The last of each material, in the order of the programme."""
        newer = MaterialVersion.objects.filter(material=OuterRef("material"), number__gt=OuterRef("number"))
        module = ("material__module__block__position", "material__module__position", "material__module")
        return self.filter(~Exists(newer)).order_by(*module, "material__position", "material")

    def seen(self, at):
        """What participants see; `since` is the moment from which each was there as it is."""
        return (
            self.current()
            .filter(material__published_at__lte=at, material__withdrawn_at__isnull=True)
            .annotate(since=Greatest("at", "material__published_at"))
        )


Versions = models.Manager.from_queryset(MaterialVersionQuerySet)


class MaterialVersionManager(Versions):
    """Leaves the bytes in the database unless they are asked for."""

    def get_queryset(self):
        return super().get_queryset().defer("content")


class MaterialVersion(models.Model):
    """A material as it was from `at` on, under a key of ours; `name` is what the file was called.

    A file has content, a link an address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    material = models.ForeignKey(
        Material, models.PROTECT, related_name="versions", verbose_name=_("material")
    )
    number = models.PositiveIntegerField(pgettext_lazy("version", "number"))
    name = models.CharField(_("name"), max_length=LONGEST_NAME, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField(_("content"), null=True)
    size = models.GeneratedField(
        expression=Func(F("content"), function="OCTET_LENGTH"),
        output_field=models.PositiveIntegerField(null=True),
        db_persist=True,
        verbose_name=_("size in bytes"),
    )
    link = models.URLField(_("link"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("added by")
    )
    at = models.DateTimeField(_("added"))

    objects = MaterialVersionManager()
    new = False  # to whom it is shown

    class Meta:
        verbose_name = _("version of a material")
        verbose_name_plural = _("versions of materials")
        ordering = ["material", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="a_material_numbers_its_versions_once",
                fields=["material", "number"],
                violation_error_message=_("The material already has a version of this number."),
            ),
            models.CheckConstraint(
                name="a_version_is_a_file_or_a_link",
                condition=Q(content__isnull=False, link="") & ~Q(name="")
                | Q(content__isnull=True, name="", content_type=""),
                violation_error_message=_("Give a file with its name, or a link."),
            ),
            models.CheckConstraint(
                name="a_link_is_of_the_encrypted_web",
                condition=Q(content__isnull=False) | Q(link__startswith="https://"),
                violation_error_message=_("A link begins with https://."),
            ),
            models.CheckConstraint(
                name="a_material_is_neither_empty_nor_too_large",
                condition=Q(size__isnull=True) | Q(size__gte=1, size__lte=LARGEST_MATERIAL),
                violation_error_message=_("A file is at most 20 MB and not empty."),
            ),
            models.CheckConstraint(
                name="a_material_has_content_we_know",
                condition=Q(content__isnull=True) | Q(content_type__in=sorted(SUFFIXES)),
                violation_error_message=_("This is not one of the possible values."),
            ),
        ]
        triggers = [
            append_only(name="a_version_of_a_material_stays"),
            Guard(
                name="a_version_is_of_the_kind_of_its_material",
                message=_("A file is replaced by a file, a link by a link."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF (SELECT kind FROM courses_material WHERE id = NEW.material_id)
                       <> (CASE WHEN NEW.content IS NULL THEN 'link' ELSE 'file' END)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_version_follows_the_last_of_its_material",
                message=_("A version takes the next number; one that was withdrawn gets no other."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.number < 1 OR NEW.number > 1 + (
                        SELECT count(*) FROM courses_materialversion WHERE material_id = NEW.material_id
                    ) OR EXISTS (
                        SELECT 1 FROM courses_material
                        WHERE id = NEW.material_id AND withdrawn_at IS NOT NULL
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material}, {self.number}"

    @property
    def ending(self) -> str:
        """What the file is, as people say it: PDF, PPTX."""
        return SUFFIXES[self.content_type][0].removeprefix(".").upper() if self.content_type else ""

    @property
    def host(self) -> str:
        """Where a link leads, to be read before following it."""
        return urlsplit(self.link).hostname or ""
