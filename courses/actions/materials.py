"""Materials come, are replaced, become visible and go."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courses.files import Upload
from courses.models import Cohort, Material, MaterialVersion, Module, Session
from courses.refusals import Refusal

log = logging.getLogger(__name__)


@transaction.atomic
def add_material(
    *,
    cohort: Cohort,
    module: Module,
    title_it: str,
    title_en: str,
    upload: Upload | None = None,
    link: str = "",
    session: Session | None = None,
    published_at: datetime | None = None,
    by,
    at: datetime,
) -> Material:
    """A file, whose content has been judged, or a link: the last of its module.

    `published_at` None: it waits to be published by hand; a moment that is past is now.
    """
    last = Material.objects.filter(cohort=cohort, module=module).aggregate(last=Max("position"))["last"]
    material = Material.objects.create(
        cohort=cohort,
        module=module,
        session=session,
        title_it=title_it,
        title_en=title_en,
        kind=Material.Kind.FILE if upload else Material.Kind.LINK,
        position=(last or 0) + 1,
        published_at=published_at and max(published_at, at),
        published_by=by if published_at else None,
    )
    keep_version(material, 1, upload, link, "", by, at)
    log.info("%s added material %d to %s of %s", by, material.pk, module.code, cohort)
    return material


@transaction.atomic
def replace_material(
    *, material: Material, upload: Upload | None = None, link: str = "", note: str = "", by, at: datetime
) -> MaterialVersion:
    """A new version, seen at once by whoever sees the material; the ones before it stay recorded."""
    material = hold(material)
    if material.kind != (Material.Kind.FILE if upload else Material.Kind.LINK):
        raise Refusal(_("A file is replaced by a file, a link by a link."))
    version = keep_version(material, material.versions.count() + 1, upload, link, note, by, at)
    log.info("%s replaced material %d: version %d", by, material.pk, version.number)
    return version


@transaction.atomic
def publish_material(
    *, material: Material, published_at: datetime | None = None, by, at: datetime
) -> Material:
    """Make it visible now, or from `published_at` on. What participants see already stays as it is."""
    material = hold(material)
    if material.visible(at):
        raise Refusal(_("Participants see this material already."))
    material.published_at, material.published_by = max(published_at or at, at), by
    material.save(update_fields=["published_at", "published_by"])
    log.info("%s published material %d from %s", by, material.pk, material.published_at)
    return material


@transaction.atomic
def describe_material(
    *,
    material: Material,
    title_it: str,
    title_en: str,
    session: Session | None,
    position: int,
    by,
    at: datetime,
) -> Material:
    """How it is called, of which session of its module it is, and where it stands among the others."""
    material = hold(material)
    material.title_it, material.title_en = title_it, title_en
    material.session, material.position = session, position
    material.save(update_fields=["title_it", "title_en", "session", "position"])
    log.info("%s described material %d anew", by, material.pk)
    return material


@transaction.atomic
def withdraw_material(*, material: Material, reason: str, by, at: datetime) -> Material:
    """Take it away from participants, for good; `reason` stays beside it."""
    material = hold(material)
    material.withdrawn_at, material.withdrawn_by, material.reason = at, by, reason
    material.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
    log.info("%s withdrew material %d", by, material.pk)
    return material


def hold(material: Material) -> Material:
    """`material`, locked; Refusal for one that was withdrawn. Must run inside `atomic`."""
    material = Material.objects.select_for_update(no_key=True).get(pk=material.pk)
    if material.withdrawn:
        raise Refusal(_("This material has been withdrawn: add it anew."))
    return material


def keep_version(
    material: Material, number: int, upload: Upload | None, link: str, note: str, by, at: datetime
) -> MaterialVersion:
    """The next version of `material`, which the caller holds."""
    file = (
        {}
        if upload is None
        else {"name": upload.name, "content_type": upload.content_type, "content": upload.content}
    )
    return MaterialVersion.objects.create(
        material=material, number=number, link=link, note=note, by=by, at=at, **file
    )
