"""Applicants from a spreadsheet: first what would happen, row by row, then all of it or nothing."""

import secrets
import zlib
from functools import partial

from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from courses.forms import read_table
from courses.refusals import Refusal
from courses.tables import LARGEST, write_xlsx
from courses.views.once import once
from enrollment.actions.importing import RefusedEntries, Verdict, foresee_import, import_applicants
from enrollment.forms.importing import ImportForm, heads, judge
from enrollment.models import Call

KEPT = 30 * 60  # seconds between preview and confirmation; then the file is forgotten
ENVELOPE = 64 * 1024  # bytes of a request beside its file
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportsApplicants:
    """The part of the applications' admin that reads spreadsheets."""

    def get_urls(self):
        views = {
            "import": self.import_view,
            "import/confirm": once(self.confirm_import_view),
            "import/empty.xlsx": self.empty_spreadsheet_view,
        }
        pages = []
        for address, view in views.items():
            guarded = self.admin_site.admin_view(view)
            guarded.largest_request = LARGEST + ENVELOPE
            name = "enrollment_application_" + address.partition(".")[0].replace("/", "_")
            pages.append(path(address if "." in address else f"{address}/", guarded, name=name))
        return [*pages, *super().get_urls()]

    def may_import(self, request) -> bool:
        """Who imports changes applications and opens accounts."""
        return request.user.has_perms(["enrollment.change_application", "academy.add_user"])

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"may_import": self.may_import(request)} | (extra_context or {})
        )

    def empty_spreadsheet_view(self, request):
        """A spreadsheet to be filled in: its first line names the columns."""
        if not self.may_import(request):
            raise PermissionDenied
        content = write_xlsx(capfirst(self.opts.verbose_name_plural), heads(), [])
        return HttpResponse(
            content,
            content_type=XLSX,
            headers={"Content-Disposition": 'attachment; filename="applicants.xlsx"'},
        )

    def import_view(self, request):
        """Ask for the file; then show what each of its rows would do."""
        if not self.may_import(request):
            raise PermissionDenied
        calls = (
            Call.objects.select_related("cohort").filter(closes_at__gt=timezone.now()).order_by("opens_at")
        )
        typed = (request.POST, request.FILES) if request.method == "POST" else ()
        form = ImportForm(*typed, calls=calls)
        if not form.is_valid():
            context = {
                "adminform": AdminForm(form, [(None, {"fields": list(form.fields)})], {}),
                "errors": form.errors,
            }
            return self.import_page(request, "import.html", context, status=422 if form.errors else 200)
        file, call, send = (form.cleaned_data[name] for name in ("table", "call", "send"))
        rows = self.foresee(request, file.table, call, send=send)
        parcel = {"token": secrets.token_urlsafe(), "name": file.name, "call": call.pk, "send": send}
        refused = any(row.refusal for row in rows)
        if not refused:
            cache.set(self.key_of(request), parcel | {"content": zlib.compress(file.bytes)}, KEPT)
        context = {
            "call": call,
            "send": send,
            "errors": refused,
            "rows": rows,
            "token": parcel["token"],
            "new": sum(row.new for row in rows),
        }
        return self.import_page(request, "import_preview.html", context, status=422 if refused else 200)

    def foresee(self, request, table, call, *, send: bool) -> list[Verdict]:
        """What would become of each row, in their order."""
        now = timezone.now()
        entries, wrong = judge(table, timezone.localdate(now))
        named = {"cohort": call.cohort, "entries": entries, "send": send, "by": request.user, "at": now}
        return sorted([*wrong, *foresee_import(**named)], key=lambda verdict: verdict.line)

    def confirm_import_view(self, request):
        """Do what the preview showed, to the very file it showed."""
        if not self.may_import(request):
            raise PermissionDenied
        parcel = cache.get(self.key_of(request))
        token = request.POST.get("token", "")
        if parcel is None or not secrets.compare_digest(token.encode(), parcel["token"].encode()):
            raise Refusal(
                _("The file is no longer kept, or another one was uploaded since. Upload it again.")
            )
        now = timezone.now()
        table = read_table(parcel["name"], zlib.decompress(parcel["content"]))
        call = Call.objects.select_related("cohort").get(pk=parcel["call"])
        entries, wrong = judge(table, timezone.localdate(now))
        if wrong:
            raise RefusedEntries
        verdicts = import_applicants(
            cohort=call.cohort,
            entries=entries,
            send=parcel["send"],
            by=request.user,
            at=now,
        )
        transaction.on_commit(partial(cache.delete, self.key_of(request)))
        new = sum(verdict.new for verdict in verdicts)
        same = len(verdicts) - new
        messages.success(request, _("Imported: %(new)d. Unchanged: %(same)d.") % {"new": new, "same": same})
        address = reverse("admin:enrollment_application_changelist")
        return HttpResponseRedirect(f"{address}?cohort__id__exact={call.cohort_id}")

    def key_of(self, request) -> str:
        """Where the file of this person waits: one each, so they cannot pile up."""
        return f"applicants-to-import:{request.user.pk}"

    def import_page(self, request, template: str, context: dict, *, status: int):
        """A page of the import in the office's frame."""
        frame = {
            **self.admin_site.each_context(request),
            "title": _("Import applicants"),
            "opts": self.opts,
            "back": reverse("admin:enrollment_application_changelist"),
            "media": self.media,
        }
        return TemplateResponse(request, f"admin/enrollment/{template}", frame | context, status=status)
