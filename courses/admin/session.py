"""The timetable, session by session. Every change goes through the actions of the timetable."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextInputWidget, AdminURLFieldWidget
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.actions.timetable import (
    cancel_session,
    change_teachers,
    rearrange_session,
    restore_session,
    substitute_teacher,
)
from courses.hours import show_minutes
from courses.models import Instructor, Room, Session, SessionPlace, SessionTeacher
from courses.timetable import hit

from .office import Act, OfficeAdmin, OfficeForm, PlainChoices


class ReasonForm(forms.Form):
    """Why: those concerned read it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=AdminTextInputWidget,
        help_text=_("Those concerned read it."),
    )


class ArrangementForm(ReasonForm):
    """When, how and where a session takes place."""

    starts_at = forms.SplitDateTimeField(label=_("Begins"), widget=AdminSplitDateTime)
    ends_at = forms.SplitDateTimeField(label=_("Ends"), widget=AdminSplitDateTime)
    mode = forms.ChoiceField(label=_("Mode"), choices=Session.Mode)
    rooms = forms.ModelMultipleChoiceField(
        Room.objects.select_related("hub"), label=_("Rooms"), required=False
    )
    link = forms.URLField(label=_("Link"), required=False, assume_scheme="https", widget=AdminURLFieldWidget)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the revision on the page
    field_order = ["starts_at", "ends_at", "mode", "rooms", "link", "reason"]


class SubstituteForm(forms.Form):
    """Who teaches instead of whom, and why."""

    out = forms.ModelChoiceField(Instructor.objects.none(), label=_("No longer teaches"))
    into = forms.ModelChoiceField(Instructor.objects.all(), label=_("Teaches instead"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=AdminTextInputWidget, help_text=_("Both read it.")
    )

    def __init__(self, *args, session: Session, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["out"].queryset = Instructor.objects.filter(teaching__session=session)


class TaughtForm(OfficeForm):
    """A planned session, with the rows of its instructors as the page shows them."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.rows()

    def rows(self) -> str:
        """The keys of those rows: every change of who teaches replaces them."""
        return " ".join(str(pk) for pk in sorted(row.pk for row in self.instance.teachers.all()))

    def clean(self):
        cleaned = super().clean()
        if "seen" in self.data and cleaned["seen"] != self.rows():
            self.add_error(None, _("Somebody has changed this session meanwhile: open this page anew."))
        return cleaned


class WeekFilter(admin.SimpleListFilter):
    """Sessions of this week and of the next, to come and past."""

    title = _("week")
    parameter_name = "week"

    def lookups(self, request, model_admin):
        return [
            ("this", _("this week")),
            ("next", _("next week")),
            ("coming", _("to come")),
            ("past", _("past")),
        ]

    def queryset(self, request, queryset):
        now = timezone.localtime()
        monday = (now - timedelta(days=now.weekday())).date()
        days = {"this": monday, "next": monday + timedelta(weeks=1)}
        if day := days.get(self.value()):
            return queryset.filter(starts_at__date__gte=day, starts_at__date__lt=day + timedelta(weeks=1))
        if self.value() == "coming":
            return queryset.upcoming(now)
        return queryset.filter(ends_at__lte=now) if self.value() == "past" else queryset


class HitFilter(admin.SimpleListFilter):
    """Sessions to come that cannot be as they stand."""

    title = _("hit by an absence or a closure")
    parameter_name = "hit"

    def lookups(self, request, model_admin):
        return [("yes", _("yes"))]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=hit(timezone.now()).values("pk")) if self.value() else queryset


class TeacherInline(PlainChoices, admin.StackedInline):
    """By whom, for how long."""

    model = SessionTeacher
    verbose_name = _("instructor")
    verbose_name_plural = _("instructors")
    fields = ["instructor", "kind", "minutes", "share"]
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("instructor")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """The list of instructors is read once, for all rows."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.choices = list(field.choices)
        return field


class SessionAdmin(OfficeAdmin):
    """The roof registers it, with what every room has to say before a session moves."""

    form = TaughtForm
    inlines = [TeacherInline]

    list_display = ["starts_at", "length", "cohort", "module", "where_in_short", "who", "mode", "state"]
    list_filter = ["cohort", "module", "purpose", "mode", "state", WeekFilter, HitFilter]
    search_fields = [
        "module__code",
        "module__title_it",
        "module__title_en",
        "topic_it",
        "topic_en",
        "teachers__instructor__name",
        "places__room__name",
    ]
    planned = ("cohort", "module", "purpose", "starts_at", "ends_at", "mode")
    facts = ("where", "state", "revision", "previous_starts_at", "change_reason")
    fields = [*planned, *facts, "topic_it", "topic_en", "seen"]
    readonly_fields = [*planned, *facts]
    acts = (
        Act(
            "move",
            _("Move or change place"),
            rearrange_session,
            form=ArrangementForm,
            when=lambda session: not session.cancelled,
            note=lambda _session: _("Participants and instructors are told, unless it has begun."),
            warns=True,
        ),
        Act(
            "substitute",
            _("Substitute an instructor"),
            substitute_teacher,
            form=SubstituteForm,
            when=lambda session: not session.cancelled and bool(session.teachers.all()),
            note=lambda _session: _(
                "Who comes takes over the minutes of who goes. Both are told, unless it has begun."
            ),
            given=lambda session: {"session": session},
            warns=True,
        ),
        Act(
            "cancel",
            _("Cancel the session"),
            cancel_session,
            form=ReasonForm,
            when=lambda session: not session.cancelled,
            note=lambda _session: _(
                "It stays in calendars as cancelled and frees its rooms and instructors. "
                "Participants and instructors are told, unless it has begun."
            ),
            danger=True,
        ),
        Act(
            "restore",
            _("Undo the cancellation"),
            restore_session,
            form=ReasonForm,
            when=lambda session: session.cancelled,
            note=lambda _session: _(
                "It stands again at its time, with its rooms and instructors, if they are still free. "
                "Participants and instructors are told, unless it has begun."
            ),
        ),
    )

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("cohort", "module")
            .prefetch_related(
                Prefetch("places", SessionPlace.objects.select_related("room__hub")),
                Prefetch("teachers", SessionTeacher.objects.select_related("instructor")),
            )
        )

    def has_add_permission(self, request):
        return False  # it is added to a draft, so that its release tells those concerned

    def has_delete_permission(self, request, obj=None):
        return False  # a session once planned is cancelled, not forgotten

    def get_act_arguments(self, act, thing) -> dict:
        if act.form is not ArrangementForm:
            return super().get_act_arguments(act, thing)
        places = list(thing.places.all())
        return {
            "initial": {
                "starts_at": thing.starts_at,
                "ends_at": thing.ends_at,
                "mode": thing.mode,
                "rooms": [place.room_id for place in places if place.room_id],
                "link": next((place.link for place in places if place.link), ""),
                "seen": thing.revision,
            }
        }

    def save_formset(self, request, form, formset, change):
        """Who teaches is changed as a whole: the shares must make up the session."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if not formset.has_changed() or formset.model is not SessionTeacher:
            return
        rows = [row for row in formset.forms if row.cleaned_data and not row.cleaned_data.get("DELETE")]
        teaching = [
            SessionTeacher(**{name: row.cleaned_data[name] for name in TeacherInline.fields}) for row in rows
        ]
        seen = map(int, form.cleaned_data["seen"].split()) if "seen" in form.data else None
        change_teachers(
            session=form.instance, teaching=teaching, seen=seen, by=request.user, at=timezone.now()
        )
        formset.changed_objects = [(row.instance, row.changed_data) for row in rows if row.has_changed()]

    @admin.display(description=_("length"))
    def length(self, session) -> str:
        return show_minutes(session.minutes)

    @admin.display(description=_("where"))
    def where(self, session) -> str:
        return ", ".join(str(place) for place in session.places.all()) or "–"

    @admin.display(description=_("where"))
    def where_in_short(self, session) -> str:
        """One room, and how many more; that there is also a link, the mode says."""
        rooms = [place.room for place in session.places.all() if place.room_id]
        if len(rooms) < 2:
            return rooms[0].name if rooms else self.where(session)
        more = len(rooms) - 1
        return f"{rooms[0].name} " + ngettext("and %(more)s more room", "and %(more)s more rooms", more) % {
            "more": more
        }

    @admin.display(description=_("who"))
    def who(self, session) -> str:
        return ", ".join(teacher.instructor.name for teacher in session.teachers.all()) or "–"
