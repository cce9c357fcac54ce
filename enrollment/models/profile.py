"""What an application says of a person's work; frozen into the enrollment at admission."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Region(models.TextChoices):
    """The twenty regions, as Italians write them."""

    ABRUZZO = "Abruzzo"
    BASILICATA = "Basilicata"
    CALABRIA = "Calabria"
    CAMPANIA = "Campania"
    EMILIA_ROMAGNA = "Emilia-Romagna", "Emilia-Romagna"
    FRIULI = "Friuli-Venezia Giulia", "Friuli-Venezia Giulia"
    LAZIO = "Lazio"
    LIGURIA = "Liguria"
    LOMBARDIA = "Lombardia"
    MARCHE = "Marche"
    MOLISE = "Molise"
    PIEMONTE = "Piemonte"
    PUGLIA = "Puglia"
    SARDEGNA = "Sardegna"
    SICILIA = "Sicilia"
    TOSCANA = "Toscana"
    TRENTINO = "Trentino-Alto Adige", "Trentino-Alto Adige"
    UMBRIA = "Umbria"
    VALLE_D_AOSTA = "Valle d’Aosta", "Valle d’Aosta"
    VENETO = "Veneto"
    ABROAD = "abroad", _("outside Italy")


class WorkProfile(models.Model):
    """Employer, role, sector and region. The employer may be empty: people in relocation."""

    class Sector(models.TextChoices):
        PUBLIC = "public", _("public")
        PRIVATE = "private", _("private")

    class EmployerKind(models.TextChoices):
        PUBLIC_BODY = "public_body", _("public body")
        IN_HOUSE = "in_house", _("in-house company of public bodies")
        LARGE = "large", _("large company")
        SME = "sme", _("small or medium company")
        NONE = "none", _("none at present")

    class Access(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        HYBRID = "hybrid", _("sometimes in person, sometimes remotely")
        REMOTE = "remote", _("remotely")

    employer = models.CharField(_("employer"), max_length=200, blank=True)
    employer_kind = models.CharField(_("kind of employer"), max_length=12, choices=EmployerKind)
    role = models.CharField(_("role"), max_length=150)
    sector = models.CharField(_("sector"), max_length=8, choices=Sector)
    region = models.CharField(_("region of work"), max_length=30, choices=Region)
    access = models.CharField(_("attendance"), max_length=10, choices=Access, default=Access.HYBRID)

    class Meta:
        abstract = True


PROFILE_FIELDS = tuple(field.name for field in WorkProfile._meta.local_fields)
