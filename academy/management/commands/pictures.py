"""The pictures of the README: main pages of the demo, as its people see them today."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from academy.bench.processes import gunicorn
from academy.bench.report import Signed, database, used
from academy.demo.story import play
from academy.models import User
from assessments.access import tests_open_to
from enrollment.models import Application, Phase

FOLDER = Path("docs") / "pictures"
DATABASE = "academy_pictures"
SCORES = ("28", "30L", "24", "ABS", "19", "27")
DESK, TELEPHONE = (1280, 800), (390, 844)


@dataclass(frozen=True)
class Picture:
    """A page, who opens it, on what, and what they type into its first fields."""

    name: str
    address: str
    who: Signed | None = None
    size: tuple[int, int] = DESK
    dark: bool = False
    typed: tuple[str, ...] = ()


def pictures() -> list[Picture]:
    """What the README shows."""
    participant, instructor, office, applicant = (
        Signed.in_as(f"{name}@example.org") for name in ("participant", "instructor", "office", "applicant")
    )
    at, teacher = timezone.now(), User.objects.get(email="instructor@example.org")
    test = tests_open_to(teacher).held(at).unpublished().latest("session__starts_at")
    application = Application.objects.get(user__email="applicant@example.org")
    return [
        Picture("front", reverse("front")),
        Picture("schedule", reverse("enrollment:schedule") + "?view=week", participant),
        Picture("home-dark", reverse("home"), participant, TELEPHONE, dark=True),
        Picture("scores", reverse("assessments:scores", args=[test.pk]), instructor, typed=SCORES),
        Picture("office", reverse("admin:enrollment_application_changelist"), office),
        Picture("application", reverse("enrollment:application", args=[application.pk]), applicant),
        Picture(
            "committee", reverse("enrollment:score_sheet", args=[application.pk, Phase.DOCUMENTS]), instructor
        ),
    ]


def take(picture: Picture, browser: Browser, origin: str, file: Path) -> None:
    """What a browser shows of the page without scrolling."""
    width, height = picture.size
    context = browser.new_context(
        base_url=origin,
        locale="en-GB",
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.dark else "light",
    )
    if picture.who:
        cookies = picture.who.client.cookies.items()
        context.add_cookies(
            [{"name": name, "value": cookie.value, "url": origin} for name, cookie in cookies]
        )
    page = context.new_page()
    page.goto(picture.address)
    page.evaluate("document.fonts.ready")
    for field, text in zip(page.locator("table input.input").all(), picture.typed, strict=False):
        field.fill(text)
    page.screenshot(path=file)
    context.close()


class Command(BaseCommand):
    help = f"Take the pictures of the README anew, into {FOLDER}."

    def handle(self, **options):
        if not settings.LOCAL:
            raise CommandError("The pictures are of the demo: they are taken only with DEBUG on.")
        chromium = shutil.which("chromium")
        if not chromium:
            raise CommandError("Pictures are taken with Chromium: apt-get install chromium")
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        with database(DATABASE) as url, used(DATABASE):
            self.stdout.write("Building the demo data …")
            call_command("migrate", verbosity=0)
            call_command("compile_messages")
            call_command("collectstatic", interactive=False, verbosity=0)
            play(today=timezone.localdate(), say=lambda _line: None)
            wanted = pictures()
            server = gunicorn("academy.wsgi", environment={"DATABASE_URL": url, "DEMO": "1"}, first="/")
            with server as portal, sync_playwright() as playwright:
                # Inside a container nobody may make the namespaces of Chromium's own sandbox.
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                for picture in wanted:
                    file = settings.BASE_DIR / FOLDER / f"{picture.name}.png"
                    take(picture, browser, f"http://localhost:{portal.port}", file)
                    self.stdout.write(f"{file} ({file.stat().st_size // 1024} KB)")
                browser.close()
