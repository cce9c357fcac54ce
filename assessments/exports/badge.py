"""A certificate as a badge: from its frozen facts to what Open Badges 3.0 signs; and the pictures of it."""

from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments.achievement import Facts
from assessments.badges import documents
from assessments.badges.baking import baked_png, baked_svg
from assessments.badges.drawing import drawn
from assessments.badges.keys import Key, of_portal
from assessments.exports.certificate import address_of
from assessments.models import Badge, Certificate, CertificateNeed

OTHER = {"it": "en", "en": "it"}


@cache
def keys() -> tuple[Key, ...]:
    """The keys of this portal; Refused where it has none and is no portal on somebody's machine."""
    base = settings.SITE_URL + "/badges/keys/"
    return of_portal(settings.BADGE_KEYS, base, demo_secret=settings.SECRET_KEY if settings.LOCAL else None)


def may_sign() -> bool:
    """Whether this portal was given keys, or is one on somebody's machine."""
    return bool(settings.BADGE_KEYS or settings.LOCAL)


def issuer() -> documents.Issuer:
    """Who awards; for ever at this address."""
    _name, _sep, mail = settings.DEFAULT_FROM_EMAIL.rpartition("<")
    address = settings.SITE_URL + reverse("assessments:badge_issuer")
    return documents.Issuer(address, "SMTC Academy", f"{settings.SITE_URL}/", mail.rstrip(">"))


def list_address() -> str:
    """Of the list of revoked badges."""
    return settings.SITE_URL + reverse("assessments:revoked_badges")


def signed(certificate: Certificate, badge: Badge, email: str, key: Key) -> str:
    """The badge of a certificate; the address of mail is in it as a salted hash only."""
    with override(badge.language):
        document = documents.credential(
            issuer(), achievement(certificate.facts, badge.language), award(certificate, badge, email)
        )
    return documents.signed(document, key)


def achievement(facts: Facts, language: str) -> documents.Achievement:
    """What is awarded in an edition."""
    names = dict(CertificateNeed.choices)
    asked = ", ".join(str(names[one["need"]]) for one in facts["verdict"]["needs"])
    hours = _("%(hours)d hours in five months, in presence and remotely, with %(modules)d modules.")
    modules = sum(len(block["modules"]) for block in facts["blocks"] if block["counts"])
    measures = [
        documents.Measure("hours", _("Hours attended"), "ext:Hours", "0", str(facts["minutes"] // 60)),
        documents.Measure("average", _("Average, weighted by hours"), "RawScore", "18", "30"),
    ]
    return documents.Achievement(
        id=achievement_address(facts["edition"], language),
        kind="Certificate",
        code=facts["edition"],
        name=facts["title"][language],
        description=hours % {"hours": facts["minutes"] // 60, "modules": modules},
        criteria=_("Asked for: %(needs)s.") % {"needs": asked},
        language=language,
        image=settings.SITE_URL + reverse("assessments:badge_picture", args=[facts["edition"], language]),
        caption=_("Certificate of the SMTC Academy"),
        measures=measures,
        editions={OTHER[language]: achievement_address(facts["edition"], OTHER[language])},
    )


def achievement_address(edition: str, language: str) -> str:
    """The address of what is awarded in an edition."""
    return settings.SITE_URL + reverse("assessments:badge_achievement", args=[edition, language])


def award(certificate: Certificate, badge: Badge, email: str) -> documents.Award:
    """One person's."""
    results = {"hours": str(certificate.facts["attended"] // 60)}
    if mean := certificate.facts["averages"].get("thirty"):
        results["average"] = mean
    return documents.Award(
        id=settings.SITE_URL + reverse("assessments:badge", args=[certificate.code]),
        number=str(certificate),
        holder=certificate.name,
        email_hash=documents.email_hash(email, badge.salt),
        salt=badge.salt,
        at=certificate.issued_at,
        evidence=address_of(certificate),
        results=results,
        status_list=list_address(),
        place=badge.place,
    )


def picture(edition: str, language: str, form: str) -> bytes:
    """What a badge of an edition looks like, PNG or SVG."""
    return drawn("SMTC Academy", edition, language, "png" if form == "png" else "svg")


def baked(badge: Badge, form: str) -> bytes:
    """The picture with the badge in it."""
    plain = picture(badge.certificate.facts["edition"], badge.language, form)
    return baked_png(plain, badge.jws) if form == "png" else baked_svg(plain, badge.jws)
