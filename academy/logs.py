"""What may stand in the log of the server."""

import logging
import re

# Addresses that are keys: a calendar, a new password, a place on a list.
SECRET = re.compile(r"(/calendar/|/password/reset/key/|/interest/confirm/|/interest/leave/)[^/?\s\"']+")


class HideSecrets(logging.Filter):
    """Cuts the secret part out of addresses, whoever logs them."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if SECRET.search(message):
            record.msg, record.args = SECRET.sub(r"\1…", message), ()
        return True
