"""People with an account."""

from django.contrib import admin
from django.utils import timezone

from academy.actions import open_account
from academy.models import User
from courses.admin.office import OfficeAdmin


@admin.register(User)
class UserAdmin(OfficeAdmin):
    """Accounts. Nobody sets a password here: people choose their own, or sign in by code.

    Rights are given by superusers alone, who alone may touch the account of a colleague: whoever
    could change its address could sign in with it.
    """

    list_display = ["name", "email", "language", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "language", "groups"]
    search_fields = ["name", "email"]
    ordering = ["name"]
    filter_horizontal = ["groups", "user_permissions"]
    person = ("name", "email", "language", "is_active")
    rights = ("is_staff", "is_superuser", "groups", "user_permissions")

    def lookup_allowed(self, lookup, value, request):
        """No filter written by hand asks for a password's hash, letter by letter."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_fields(self, request, obj=None):
        history = ("date_joined", "last_login") if obj else ()
        return [*self.person, *(self.rights if request.user.is_superuser else ()), *history]

    def get_readonly_fields(self, request, obj=None):
        """An address once given is changed by its owner, who proves to read its mail."""
        return ["email", "date_joined", "last_login"] if obj else []

    def has_change_permission(self, request, obj=None):
        colleague = obj is not None and (obj.is_staff or obj.is_superuser)
        return (not colleague or request.user.is_superuser) and super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
        else:
            open_account(person=obj, by=request.user, at=timezone.now())
