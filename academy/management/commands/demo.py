"""The whole portal on this machine, with invented people."""

import os
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from academy.demo import supervisor
from academy.demo.processes import ProcessEndedError
from academy.embedded import EmbeddedServerError


class Command(BaseCommand):
    help = "Starts servers, data, web, worker and clock, and stops them all on Ctrl-C or SIGTERM."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=date.fromisoformat, help="the day of the story")
        parser.add_argument("--reset", action="store_true", help="forget what was there before")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"{time.monotonic() - started:6.1f} s  {text}")
            self.stdout.flush()

        port = os.environ.get("PORT") or "8000"
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise CommandError(f"PORT is {port!r}: it must be a number from 1 to 65535.")
        try:
            supervisor.refuse_taken_port(int(port))
            if options["reset"]:
                supervisor.reset(say)
            today = options["today"] or timezone.localdate()
            supervisor.run(today=today, port=int(port), say=say)
        except (supervisor.DemoError, EmbeddedServerError, ProcessEndedError) as error:
            raise CommandError(str(error)) from error
