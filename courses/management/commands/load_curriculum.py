"""Load a version of the programme from a TOML file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses.actions.programme import load_curriculum
from courses.curriculum import CurriculumError


class Command(BaseCommand):
    help = "Load a version of the programme from a TOML file such as courses/curricula/smtc-2022.toml."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)

    def handle(self, *, path, **options):
        try:
            programme = load_curriculum(path=path, by=None, at=timezone.now())
        except (CurriculumError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{programme.code}: {programme.minutes // 60} h")
