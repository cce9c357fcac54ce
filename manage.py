#!/usr/bin/env python3
"""Every command of the portal; the embedded servers run while a command needs them."""

import os
import sys
from contextlib import nullcontext

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from academy.embedded import EmbeddedServerError

# Commands that touch neither the database nor the broker, and the demo, which has its supervisor.
NEED_NO_SERVER = {
    *("", "check", "collectstatic", "compile_messages", "demo", "findstatic", "help", "version"),
}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
    command = next((word for word in arguments[1:] if not word.startswith("-")), "")
    if command == "demo":
        os.environ["DEMO"] = "1"
    alone = command in NEED_NO_SERVER and "--database" not in arguments
    try:
        embedded = settings.EMBEDDED
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    try:
        with nullcontext() if alone else embedded.running():
            execute_from_command_line(arguments)
    except EmbeddedServerError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv)
