from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from academy.views import front, health, home, notices, pages, profile

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.front, name="front"),
    path("home/", home.home, name="home"),
    path("health/", health.health, name="health"),
    path("language/", pages.switch_language, name="switch_language"),
    path("colours/", pages.switch_theme, name="switch_theme"),
    path("profile/", profile.profile, name="profile"),
    path("notices/", notices.notices, name="notices"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("contacts/", pages.contacts, name="contacts"),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("academy.demo.urls")))
