"""Organisations, hubs, rooms and closures."""

from django.contrib import admin

from courses.models import Closure, Hub, Organisation, Room

from .office import OfficeAdmin
from .planning import MEND_CLOSURE


@admin.register(Organisation)
class OrganisationAdmin(OfficeAdmin):
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name"]


@admin.register(Hub)
class HubAdmin(OfficeAdmin):
    list_display = ["name", "city", "province", "region", "organisation"]
    list_filter = ["region"]
    list_select_related = ["organisation"]
    search_fields = ["name", "city", "code"]


@admin.register(Room)
class RoomAdmin(OfficeAdmin):
    list_display = ["name", "hub", "kind", "capacity", "hybrid_kit"]
    list_filter = ["hub", "kind", "hybrid_kit"]
    list_select_related = ["hub"]
    search_fields = ["name", "hub__name"]


@admin.register(Closure)
class ClosureAdmin(OfficeAdmin):
    list_display = ["starts_on", "ends_on", "reason", "hub", "room", "cohort"]
    list_display_links = ["starts_on", "reason"]
    list_filter = ["hub", "cohort"]
    list_select_related = ["hub", "room__hub", "cohort"]
    search_fields = ["reason_it", "reason_en"]
    acts = (MEND_CLOSURE,)
