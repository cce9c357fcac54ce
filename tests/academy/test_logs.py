"""No token reaches the log."""

import logging

import pytest

from academy.logs import HideSecrets


@pytest.mark.parametrize(
    ("message", "arguments", "written"),
    [
        ("Not Found: %s", ("/calendar/7-0a1b2c.ics",), "Not Found: /calendar/…"),
        ("Internal Server Error: /calendar/7-0a1b2c.ics", (), "Internal Server Error: /calendar/…"),
        (
            "GET %s 200",
            ("/accounts/password/reset/key/1-abc-def/",),
            "GET /accounts/password/reset/key/…/ 200",
        ),
        ("GET %s %d", ("/schedule/", 200), "GET /schedule/ 200"),
    ],
)
def test_the_secret_part_of_an_address_is_cut_out(message, arguments, written):
    record = logging.LogRecord("any", logging.INFO, "", 0, message, arguments, None)
    assert HideSecrets().filter(record)
    assert record.getMessage() == written
