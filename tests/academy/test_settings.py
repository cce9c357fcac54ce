"""A public server starts only when told what it needs; every connection to the database knows its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

PUBLIC = {
    "DEBUG": "0",
    "DATABASE_URL": "postgresql://academy@db.example.org/academy",
    "REDIS_URL": "redis://broker.example.org/0",
    "SECRET_KEY": "nobody-else-knows-these-more-than-fifty-characters-here",
    "ALLOWED_HOSTS": "academy.example.org",
}


def check(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` in an environment that holds only `variables`."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", *words],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_public_server_passes_the_deployment_check():
    done = check("--deploy", "--fail-level=WARNING", **PUBLIC)
    assert (done.returncode, done.stdout) == (
        0,
        "System check identified no issues (0 silenced).\n",
    ), done.stderr


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS"])
def test_a_public_server_names_the_variable_it_misses(missing):
    done = check(**{name: value for name, value in PUBLIC.items() if name != missing})
    named = {name for name in PUBLIC if f"{name} is" in done.stderr}
    assert (done.returncode, done.stderr.count("\n"), named) == (1, 1, {missing})


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("DEMO", "1", "DEMO is on: its passwords are public"),
        ("TECHNICAL_PAGES", "1", "TECHNICAL_PAGES is on"),
        ("SECRET_KEY", "short", "SECRET_KEY is shorter than 50 characters"),
        ("DATABASE_URL", "", "DATABASE_URL is not set"),
    ],
)
def test_a_public_server_refuses_what_is_for_a_laptop(variable, value, reason):
    done = check(**PUBLIC | {variable: value})
    assert done.returncode == 1
    assert reason in done.stderr


def test_no_other_site_can_set_or_read_the_cookies_of_a_public_server():
    """Browsers keep `__Host-` cookies to this very host, and to TLS."""
    names = {}
    for kind in ("SESSION", "CSRF", "LANGUAGE"):
        prints = f"print(s.{kind}_COOKIE_NAME, s.{kind}_COOKIE_SECURE, s.{kind}_COOKIE_HTTPONLY)"
        done = subprocess.run(
            [sys.executable, "-c", f"import academy.settings as s; {prints}"],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], **PUBLIC},
            capture_output=True,
            text=True,
            check=True,
        )
        names[kind] = done.stdout.strip()
    assert names == {
        "SESSION": "__Host-session True True",
        "CSRF": "__Host-csrf True True",
        "LANGUAGE": "__Host-language True True",
    }


@pytest.mark.django_db
def test_triggers_find_the_setting_they_ask_for_and_roll_nothing_back():
    """Without it each of their calls is a rolled-back subtransaction: 78,000 rows took minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore', true)")
        assert cursor.fetchone() == ("{}",)
