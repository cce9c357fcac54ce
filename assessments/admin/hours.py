"""The hours of an edition, for the office; tables for who pays them and for funders."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.access import may_export_registers
from assessments.accounts import accounts_of
from assessments.exports import hours, presences
from courses.models import Cohort

CSV = "text/csv; charset=utf-8"
# ending: what makes it, and its kind
FILES = {
    "csv": (hours.hours_csv, CSV),
    "xlsx": (hours.hours_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class ShowsHours:
    """The part of the editions' admin that shows hours and hands out tables of them and of presences."""

    def get_urls(self):
        names = (
            ("hours/", self.hours_view, "hours"),
            ("hours.<str:kind>", self.hours_file_view, "hours_file"),
            ("presences.csv", self.presences_view, "presences"),
        )
        return [
            path(f"<int:pk>/{address}", self.admin_site.admin_view(view), name=f"courses_cohort_{name}")
            for address, view, name in names
        ] + super().get_urls()

    def hours_view(self, request, pk):
        """Planned, delivered and credited, by block, kind of teaching and instructor."""
        accounts = accounts_of(self.exported(request, pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hours"),
            "subtitle": str(accounts.cohort),
            "original": accounts.cohort,
            "opts": self.opts,
            "back": self.page_of(accounts.cohort),
            "total": accounts.ledger.total,
            "blocks": hours.by_block(accounts),
            "kinds": hours.by_kind(accounts),
            "instructors": hours.instructors(accounts),
            "files": list(FILES),
        }
        return TemplateResponse(request, "admin/assessments/hours.html", context)

    def hours_file_view(self, request, pk, kind):
        """Per instructor, to carry away: CSV or XLSX."""
        if kind not in FILES:
            raise Http404
        cohort = self.exported(request, pk)
        make, content_type = FILES[kind]
        return to_be_saved(make(accounts_of(cohort)), content_type, f"hours-{cohort.code}.{kind}")

    def presences_view(self, request, pk):
        """One row per person and session, as funders ask."""
        cohort = self.exported(request, pk)
        table = presences.presences_csv(cohort, at=timezone.now())
        return to_be_saved(table, CSV, presences.name_of_file(cohort))

    def exported(self, request, pk) -> Cohort:
        """The edition; PermissionDenied for who may not see registers."""
        if not may_export_registers(request.user):
            raise PermissionDenied
        return get_object_or_404(Cohort.objects.select_related("programme"), pk=pk)


def to_be_saved(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file under its name."""
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
