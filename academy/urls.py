"""The map of the site: what lies where, and nothing else."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("academy.views.urls")),
    path("", include("courses.urls")),
    path("", include("enrollment.urls")),
    path("", include("assessments.urls")),
]

handler500 = "academy.views.errors.server_error"
