"""Nothing heavy comes along when a process starts."""

import subprocess
import sys

HEAVY = (
    "openpyxl",
    "typst",
    "holidays",
    "icalendar",
    "hypothesis",
    "playwright",
    "ortools",
    "pandas",
    "openbadgeslib",
)
START = """
import sys
import django
django.setup()
import academy.urls, assessments.badges.drawing, assessments.badges.documents, assessments.badges.baking
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""


def test_a_process_starts_without_what_it_may_never_need():
    command = [sys.executable, "-W", "ignore", "-c", START]
    started = subprocess.run([*command, *HEAVY, "django"], capture_output=True, text=True, check=True)
    assert started.stdout.split() == ["django"]
