"""The floor: a Django with nothing but the page asked for.

Three minimal pages as any tutorial would write them (40 and 75 rows, a feed of 75 events), a bare
view and one SELECT. Run by gunicorn on the same servers, in a database of its own.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.conf import settings
from environ import Env

if not settings.configured:
    database = Env.db_url_config(os.environ["FLOOR_DATABASE_URL"])
    database |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    settings.configure(
        SECRET_KEY="a bench has no secrets",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"],
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                    ]
                },
            }
        ],
        USE_TZ=True,
        TIME_ZONE="Europe/Rome",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import path
from django.utils.html import escape


class Talk(models.Model):
    """A row of the minimal pages."""

    title = models.CharField(max_length=200)
    room = models.CharField(max_length=100)
    teacher = models.CharField(max_length=100)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        app_label = "floor"
        ordering = ["starts_at"]


class Seat(models.Model):
    """Whose talks they are."""

    user_id = models.BigIntegerField(db_index=True)
    talk = models.ForeignKey(Talk, models.CASCADE)

    class Meta:
        app_label = "floor"


def hello(request):
    return HttpResponse("hello")


def select(request):
    return HttpResponse(Talk.objects.get(pk=1).title)


@login_required
def mine(request):
    """Signed in, 40 rows, with a name in the header and a count."""
    seats = (
        Seat.objects.filter(user_id=request.user.pk).select_related("talk").order_by("talk__starts_at")[:40]
    )
    total = Seat.objects.filter(user_id=request.user.pk).count()
    return render(request, "floor.html", {"talks": [seat.talk for seat in seats], "total": total})


def public(request):
    """75 rows for everybody."""
    return render(request, "floor.html", {"talks": Talk.objects.all(), "total": 75})


def feed(request):
    """75 events as text."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//floor//EN"]
    for talk in Talk.objects.all():
        lines += [
            "BEGIN:VEVENT",
            f"UID:{talk.pk}@floor",
            f"DTSTART:{talk.starts_at:%Y%m%dT%H%M%SZ}",
            f"DTEND:{talk.ends_at:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{escape(talk.title)}",
            f"LOCATION:{escape(talk.room)}",
            "END:VEVENT",
        ]
    return HttpResponse("\r\n".join([*lines, "END:VCALENDAR", ""]), content_type="text/calendar")


urlpatterns = [
    path("hello", hello),
    path("select", select),
    path("mine", mine),
    path("public", public),
    path("feed", feed),
]


def fill() -> str:
    """Tables, 75 rows and a person; gives the session key of that person."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Talk)
        editor.create_model(Seat)
    begin = datetime(2022, 1, 13, 13, tzinfo=UTC)
    talks = Talk.objects.bulk_create(
        Talk(
            title=f"Sustainable transport and its planning, part {number}",
            room=f"Room {number % 7}, main hub in Turin",
            teacher=f"Instructor {number % 26}",
            starts_at=begin + timedelta(days=number),
            ends_at=begin + timedelta(days=number, hours=4),
        )
        for number in range(75)
    )
    user = User.objects.create_user("floor")
    Seat.objects.bulk_create(Seat(user_id=user.pk, talk=talk) for talk in talks[:40])
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


application = get_wsgi_application()

if __name__ == "__main__":
    print(fill())
