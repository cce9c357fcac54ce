"""Compile the translations without gettext's tools."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from academy.languages import compile_messages


class Command(BaseCommand):
    help = "Writes the .mo files below locale/ that are older than their .po."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for written in compile_messages(folder):
                self.stdout.write(f"{written.relative_to(settings.BASE_DIR)}")
