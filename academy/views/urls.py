from django.urls import path

from academy.views import health, pages, profile

urlpatterns = [
    path("health/", health.health, name="health"),
    path("language/", pages.switch_language, name="switch_language"),
    path("colours/", pages.switch_theme, name="switch_theme"),
    path("profile/", profile.profile, name="profile"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("contacts/", pages.contacts, name="contacts"),
]
