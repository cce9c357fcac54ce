"""A real browser for whole stories of a person."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
PATIENCE = 10_000  # milliseconds, on a busy machine


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Without it these stories are skipped, but not in CI."""
    if not CHROMIUM:
        assert "CI" not in os.environ, "In CI the browser must be there: apt-get install chromium"
        pytest.skip("no Chromium: apt-get install chromium")
    # Playwright runs an event loop in this thread, where Django would refuse to ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        # Inside a container nobody may make the namespaces of Chromium's own sandbox.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What a browser says of our pages: a refused script or a broken one fails the test."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


def listen(page: Page, complaints: list[str]) -> Page:
    """The same page, heard."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    return page


@pytest.fixture
def context(browser: Browser, live_server) -> Iterator[BrowserContext]:
    """A browser of somebody who has never been here, Italian, on a small screen."""
    context = browser.new_context(
        base_url=live_server.url, locale="it-IT", viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, complaints) -> Page:
    """One page of it."""
    return listen(context.new_page(), complaints)


@pytest.fixture
def browser_of(browser: Browser, live_server, complaints) -> Iterator[Callable[..., Page]]:
    """Opens a browser of one's own, English and wide, for somebody signed in or for a stranger (None)."""
    with ExitStack() as at_the_end:
        expect.set_options(timeout=PATIENCE)

        def open_for(person=None, **options) -> Page:
            context = browser.new_context(base_url=live_server.url, **{"locale": "en-GB"} | options)
            at_the_end.callback(context.close)
            context.set_default_timeout(PATIENCE)
            if person:
                client = Client()
                client.force_login(person)
                name = settings.SESSION_COOKIE_NAME
                value = client.cookies[name].value
                context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
            return listen(context.new_page(), complaints)

        yield open_for
