"""Measure the main pages beside a bare Django, in a database of their own."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from academy.bench.report import measure, write


class Command(BaseCommand):
    help = "CPU, time and SQL of the main pages, beside the floor: a Django with nothing but the page."

    def add_arguments(self, parser):
        parser.add_argument("--json", type=Path, default=settings.LOCAL_DIR / "bench.json")

    def handle(self, *, json, **options):
        if not settings.LOCAL:
            raise CommandError("The bench makes and drops databases: it runs only with DEBUG on.")
        figures = measure(say=self.stdout.write)
        write(figures, json)
        self.stdout.write(f"Saved as {json}.")
