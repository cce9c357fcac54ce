"""What Django and allauth say in Italian, said as we would; and how words get to where they are read."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.dateformat import format as write

from academy.languages import compile_messages

DAYS = [date(2022, 1, day) for day in range(3, 10)]
MONTHS = [date(2022, month, 1) for month in range(1, 13)]


def theirs(package, folder):
    """What a library says in Italian, without what it no longer says."""
    catalogue = Path(package.__file__).parent / folder / "locale" / "it" / "LC_MESSAGES" / "django.po"
    return [entry for entry in polib.pofile(str(catalogue)) if not entry.obsolete]


def italian(day, style):
    with translation.override("it"):
        return write(day, style)


def test_a_date_reads_as_an_italian_writes_it():
    assert italian(date(2022, 1, 13), "l j F Y") == "giovedì 13 gennaio 2022"
    moment = timezone.localtime(datetime(2022, 1, 13, 13, tzinfo=UTC))
    with translation.override("it"):
        assert formats.date_format(date(2022, 1, 13)) == "13 gennaio 2022"
        assert formats.date_format(moment, "DATETIME_FORMAT") == "13 gennaio 2022, 14:00"


# F is the month, E the same beside a day, N its abbreviation (M has a capital in any language).
@pytest.mark.parametrize(
    ("style", "days", "words"),
    [
        ("l", DAYS, "lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        ("D", DAYS, "lun mar mer gio ven sab dom"),
        ("N", MONTHS, "gen feb mar apr mag giu lug ago set ott nov dic"),
        (
            "F",
            MONTHS,
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        ),
        (
            "E",
            MONTHS,
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        ),
    ],
)
def test_days_and_months_have_no_capital(style, days, words):
    assert [italian(day, style) for day in days] == words.split()


def test_english_keeps_its_own_names():
    with translation.override("en"):
        assert write(date(2022, 1, 13), "l j F Y") == "Thursday 13 January 2022"


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("it", "Inviami l’email"), ("en", "Send me the mail")])
def test_the_library_of_accounts_speaks_like_us(client, language, words):
    page = client.get("/accounts/password/reset/", headers={"Accept-Language": language})

    assert words in page.text


def test_words_are_compiled_where_they_are_and_once(tmp_path):
    source = tmp_path / "overrides" / "it" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "call"\nmsgstr "bando"\n', encoding="utf-8")

    assert compile_messages(tmp_path) == [source.with_suffix(".mo")]
    assert [entry.msgstr for entry in polib.mofile(str(source.with_suffix(".mo")))] == ["bando"]
    assert compile_messages(tmp_path) == []

    later = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source, (later, later))

    assert compile_messages(tmp_path) == [source.with_suffix(".mo")]


def test_a_process_that_has_spoken_before_its_words_were_compiled_says_them_too(tmp_path, settings):
    """A new clone's demo writes its story's mails in the process that compiles."""
    source = tmp_path / "it" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "a word of nobody"\nmsgstr "parola di nessuno"\n', encoding="utf-8")
    settings.LOCALE_PATHS = [tmp_path, *settings.LOCALE_PATHS]
    with translation.override("it"):
        assert translation.gettext("a word of nobody") == "a word of nobody"

    compile_messages(tmp_path)

    with translation.override("it"):
        assert translation.gettext("a word of nobody") == "parola di nessuno"


def test_every_override_is_of_words_that_a_library_says():
    """Words that no library says any more would stay for ever, unread."""
    said = {
        (entry.msgctxt, entry.msgid)
        for package, folder in ((django, "conf"), (django, "contrib/admin"), (allauth, ""))
        for entry in theirs(package, folder)
    }
    for language in ("it", "en"):
        ours = polib.pofile(str(settings.LOCALE_PATHS[1] / language / "LC_MESSAGES" / "django.po"))
        assert {(entry.msgctxt, entry.msgid) for entry in ours} <= said
        assert all(entry.translated() for entry in ours)
