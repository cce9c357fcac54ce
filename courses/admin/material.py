"""Materials, as the office sees and keeps them."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextInputWidget
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from courses.actions.materials import add_material, publish_material, replace_material, withdraw_material
from courses.forms.material import ReplaceForm, WithdrawForm, material_files, material_link
from courses.models import Material, MaterialVersion
from courses.views.material import takes_files

from .office import Act, OfficeAdmin, OfficeForm


class AddForm(OfficeForm):
    """A file or a link, of a module in an edition."""

    uploads = material_files(label=_("File"), required=False, widget=forms.FileInput)
    link = material_link(required=False)
    seen_from = forms.SplitDateTimeField(
        label=_("Visible from"),
        required=False,
        widget=AdminSplitDateTime,
        help_text=_("Leave empty to publish it later, by hand."),
    )

    def clean(self):
        cleaned = super().clean()
        uploads = cleaned.get("uploads", [])
        if len(uploads) + bool(cleaned.get("link")) != 1 and not {"uploads", "link"} & self.errors.keys():
            self.add_error(None, _("Give one file, or a link."))
        return cleaned


class PublishForm(forms.Form):
    """From when it is seen."""

    published_at = forms.SplitDateTimeField(
        label=_("Visible from"),
        required=False,
        widget=AdminSplitDateTime,
        help_text=_("Leave empty to publish it now."),
    )


class OfficeWithdrawForm(WithdrawForm):
    """The same, in the office's dress."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget = AdminTextInputWidget(attrs={"maxlength": 200})


class VersionInline(admin.TabularInline):
    """What it was, when, and by whom: only read."""

    model = MaterialVersion
    fields = readonly_fields = ["number", "what", "at", "by", "note"]
    ordering = ["-number"]
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by", "material")

    def has_view_permission(self, request, obj=None):
        return True  # whoever may see the material

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("file or link"))
    def what(self, version) -> str:
        address = reverse("courses:material_version", args=[version.material_id, version.number])
        return format_html('<a href="{}" rel="noreferrer">{}</a>', address, version.name or version.link)


def open_to_acts(material: Material) -> bool:
    return not material.withdrawn


@admin.register(Material)
class MaterialAdmin(OfficeAdmin):
    list_display = ["title", "cohort", "module", "session", "kind", "seen"]
    list_filter = ["cohort", "kind", "module__block"]
    list_select_related = ["cohort", "module", "session__module"]
    search_fields = ["title_it", "title_en", "module__code", "module__title_it", "module__title_en"]
    ordering = ["-pk"]
    titles = ("title_it", "title_en")
    of = ("cohort", "module")
    facts = ("kind", "seen", "withdrawn_by", "reason")
    acts = (
        Act(
            "publish",
            _("Publish"),
            publish_material,
            form=PublishForm,
            when=lambda material: open_to_acts(material) and not material.visible(timezone.now()),
        ),
        Act(
            "replace",
            _("Replace by a new version"),
            replace_material,
            form=ReplaceForm,
            when=open_to_acts,
            given=lambda material: {"material": material},
        ),
        Act(
            "withdraw",
            _("Withdraw the material"),
            withdraw_material,
            form=OfficeWithdrawForm,
            when=open_to_acts,
            note=lambda _material: _(
                "Participants no longer see it. It cannot be brought back, only added anew."
            ),
            danger=True,
        ),
    )

    def get_urls(self):
        """Two of its pages take files."""
        pages = super().get_urls()
        for page in pages:
            if (page.name or "").endswith(("_add", "_replace")):
                takes_files(page.callback)
        return pages

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = OfficeForm if obj else AddForm
        return super().get_form(request, obj, change=change, **{"form": form} | kwargs)

    def get_fields(self, request, obj=None):
        if obj is None:
            return [*self.of, *self.titles, "uploads", "link", "seen_from"]
        return [*self.of, *self.titles, "session", "position", *self.facts]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        settled = [*self.of, *self.facts]
        return [*settled, *self.titles, "session", "position"] if obj.withdrawn else settled

    def get_inlines(self, request, obj):
        return [VersionInline] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False  # a material is withdrawn, not forgotten

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """The sessions to choose from are those of its module."""
        key = request.resolver_match.kwargs.get("object_id")
        if db_field.name == "session" and key and key.isdecimal():
            of = Material.objects.filter(pk=key)
            kwargs["queryset"] = db_field.remote_field.model.objects.filter(
                cohort__in=of.values("cohort"), module__in=of.values("module")
            ).select_related("module")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        """A new one is added with its first version; of one there is only words and place are written."""
        if change:
            super().save_model(request, obj, form, change)
            return
        typed = form.cleaned_data
        facts = {name: typed[name] for name in (*self.of, *self.titles, "link")}
        facts |= {"upload": next(iter(typed["uploads"]), None), "published_at": typed["seen_from"]}
        obj.pk = add_material(**facts, by=request.user, at=timezone.now()).pk

    @admin.display(description=_("title"), ordering="title_it")
    def title(self, material) -> str:
        return material.title

    @admin.display(description=_("participants"), ordering="published_at")
    def seen(self, material) -> str:
        """Who sees it, in words."""
        if material.withdrawn:
            return _("withdrawn on %(day)s") % {"day": day_of(material.withdrawn_at)}
        if not material.published_at:
            return _("not published")
        return _("from %(day)s") % {"day": day_of(material.published_at)}


def day_of(moment) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
