"""What every page of the office has in common: records are kept, buttons call actions, a no has words."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import NestedObjects, model_format_dict, quote, unquote
from django.contrib.admin.widgets import AdminEmailInputWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, models, transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from courses.forms import PersonField
from courses.models import sentence_for
from courses.refusals import Refusal
from courses.views.once import once

REFUSED = (Refusal, IntegrityError)


def words_of(refusal: Exception):
    """What an action's or the database's no says to a person."""
    return refusal.sentence if isinstance(refusal, Refusal) else sentence_for(refusal)


class PlainChoices:
    """Choosing another thing is a list, without four icons beside it that open windows.

    `people` are named by their addresses instead: the list of everybody is long.
    """

    people: tuple[str, ...] = ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.people:
            return PersonField(
                label=capfirst(db_field.verbose_name),
                required=not db_field.blank,
                widget=AdminEmailInputWidget,
                help_text=_("The e-mail address of the account."),
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


@dataclass(frozen=True)
class Act:
    """A button on an object's page: a page that asks what `form` asks, then calls the action `do`.

    `do` gets the object under its model's name, the form's fields, `by` and `at`. `when` says
    whether the object is fit for it; `note` gives a sentence to read before. `template` may show more,
    of what `shows` gives; `given` is what the form is made with. One that `warns` is done only once
    its consequences, with what was typed, have been seen. Its button says `press`, by default the label.
    Afterwards it `leads`, given what `do` returned, to an address, by default that of the object's page.
    """

    name: str
    label: str
    do: Callable
    form: type[forms.Form] = forms.Form
    when: Callable[[models.Model], bool] = lambda _thing: True
    note: Callable[[models.Model], str] = lambda _thing: ""
    danger: bool = False
    template: str = "admin/act.html"
    shows: Callable[[models.Model], dict] = lambda _thing: {}
    given: Callable[[models.Model], dict] = lambda _thing: {}
    warns: bool = False
    press: str = ""
    leads: Callable[[Any], str] | None = None


class OfficeForm(forms.ModelForm):
    """Shows again, with what was typed, what an action or the database refused."""

    refusal: str | None = None

    def clean(self):
        cleaned = super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)
        return cleaned


def digest_of(ahead: Iterable) -> str:
    """Stands for what was said of the consequences."""
    return sha256("\n".join(one.sentence for one in ahead).encode()).hexdigest()


def unread(act, ahead: list, typed) -> bool:
    """Whether `act` has consequences other than those read before it was confirmed.

    What will not let it happen need not be read before: it is said with the refusal.
    """
    if not act.warns or not ahead or typed is None or any(one.barred for one in ahead):
        return False
    return typed.get("foreseen") != digest_of(ahead)


class OfficeAdmin(PlainChoices, admin.ModelAdmin):
    """A subject of the office."""

    form = OfficeForm
    acts: tuple[Act, ...] = ()
    empty_value_display = "–"
    show_full_result_count = False
    list_per_page = 50

    def get_urls(self):
        names = self.opts.app_label, self.opts.model_name
        return [
            path(
                f"<path:object_id>/{act.name}/",
                self.admin_site.admin_view(once(partial(self.act_view, act=act))),
                name="{}_{}_{}".format(*names, act.name),
            )
            for act in self.acts
        ] + super().get_urls()

    def get_object(self, request, object_id, from_field=None):
        """404 for what does not exist."""
        thing = super().get_object(request, object_id, from_field)
        if thing is None:
            raise Http404
        return thing

    def act_view(self, request, object_id, act):
        """Ask, act, and go back to the object's page."""
        return self.act_on(request, self.get_object(request, unquote(object_id)), act)

    def act_on(self, request, thing, act):
        """The page of `act` on `thing`."""
        if not self.has_change_permission(request, thing):
            raise PermissionDenied
        typed = request.POST if request.method == "POST" else None
        files = None if typed is None else request.FILES
        form = act.form(typed, files, **self.get_act_arguments(act, thing))
        ahead = self.consequences(act, thing, form.cleaned_data if form.is_valid() else None)
        if form.is_valid() and not unread(act, ahead, typed):
            if address := self.done(request, act, thing, form):
                return HttpResponseRedirect(address)
            ahead = self.consequences(act, thing, form.cleaned_data)
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "subtitle": str(thing),
            "original": thing,
            "act": act,
            "note": act.note(thing),
            "adminform": AdminForm(form, [(None, {"fields": list(form.fields)})], {}),
            "errors": form.errors,
            "opts": self.opts,
            "back": self.page_of(thing),
            "media": self.media + form.media,
            "ahead": ahead,
            "foreseen": digest_of(ahead) if typed is not None and act.warns else "",
            **act.shows(thing),
        }
        return TemplateResponse(request, act.template, context, status=422 if form.errors else 200)

    def consequences(self, act, thing, facts: dict | None) -> list:
        """What `act` touches, to be read before: with the form's `facts`, or as far as known without."""
        return []

    def get_act_arguments(self, act, thing) -> dict:
        """What the form of `act` is made with, beside what was typed."""
        return act.given(thing)

    def done(self, request, act, thing, form) -> str | None:
        """Where to go once the action is done; None where the form says why not."""
        named = {self.opts.model_name: thing}
        try:
            with transaction.atomic():
                result = act.do(**named, **form.cleaned_data, by=request.user, at=timezone.now())
                connections[DEFAULT_DB_ALIAS].check_constraints()  # deferred guards, while we can say no
        except REFUSED as refusal:
            form.add_error(None, words_of(refusal))
            return None
        self.log_change(request, thing, str(act.label))
        messages.success(request, _("Done: %(act)s, %(thing)s.") % {"act": act.label, "thing": thing})
        return act.leads(result) if act.leads else self.page_of(thing)

    def page_of(self, thing) -> str:
        """The address of the object's page."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[quote(thing.pk)])

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A refusal, of an action or of the database, comes back as a sentence above the form."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSED as refusal:
            request.refusal = words_of(refusal)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        """Write only what was changed here, so that what others wrote meanwhile stays."""
        written = {field.name for field in self.opts.concrete_fields} & set(form.changed_data)
        obj.save(update_fields=written if change else None)

    def save_related(self, request, form, formsets, change):
        """Ask deferred guards now, while the form can still be shown again."""
        super().save_related(request, form, formsets, change)
        connections[DEFAULT_DB_ALIAS].check_constraints()

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context.setdefault("note", "")
        if not context["adminform"].form.fields and not context["inline_admin_formsets"]:
            context["show_save"] = context["show_save_and_continue"] = False
        able = obj is not None and self.has_change_permission(request, obj)
        context["acts"] = [
            (f"{self.page_of(obj).removesuffix('change/')}{act.name}/", act)
            for act in self.acts
            if able and act.when(obj)
        ]
        response = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        if context["errors"]:
            response.status_code = 422
        return response

    def delete_view(self, request, object_id, extra_context=None):
        """What a guard keeps from being deleted stays, with the guard's sentence."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError as refusal:
            messages.error(request, words_of(refusal))
        return HttpResponseRedirect(self.page_of(self.get_object(request, unquote(object_id))))

    def get_deleted_objects(self, objs, request):
        """Records in the way are counted: that is why, and not a right somebody lacks."""
        collector = NestedObjects(using=DEFAULT_DB_ALIAS, origin=objs)
        collector.collect(objs)
        kinds = Counter(model_format_dict(row)["verbose_name_plural"] for row in collector.protected)
        if kinds:
            return [], {}, set(), [f"{capfirst(name)}: {number}" for name, number in kinds.items()]
        return super().get_deleted_objects(objs, request)

    def changelist_view(self, request, extra_context=None):
        """403 for an action the list does not offer, such as a bulk delete written by hand."""
        wanted = {name for name in request.POST.getlist("action") if name}
        if not wanted <= self.get_actions(request).keys():
            raise PermissionDenied
        return super().changelist_view(request, extra_context)

    def act_on_all(self, request, queryset, do):
        """Do `do` to each object by itself: those refused are named, the others are done."""
        done = 0
        label = next(str(act.label) for act in self.acts if act.do is do)
        for thing in queryset:
            try:
                do(**{self.opts.model_name: thing}, by=request.user, at=timezone.now())
            except REFUSED as refusal:
                messages.error(request, f"{thing}: {words_of(refusal)}")
            else:
                self.log_change(request, thing, label)
                done += 1
        if done:
            messages.success(request, _("Done: %(count)d.") % {"count": done})


class RecordAdmin(OfficeAdmin):
    """Records that are kept: nobody adds one by hand or deletes one."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class LedgerAdmin(RecordAdmin):
    """Records that are only read."""

    def has_change_permission(self, request, obj=None):
        return False
