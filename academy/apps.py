from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.utils.translation import gettext_lazy as _


class AcademyConfig(AppConfig):
    name = "academy"
    verbose_name = _("Academy")


class OfficeConfig(admin.AdminConfig):
    """Django admin as our office."""

    default = False  # "academy" in INSTALLED_APPS means the class above
    default_site = "academy.office.OfficeSite"
