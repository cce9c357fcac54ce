"""Going from page to page in a real browser, each there with its scripts and sheets before one goes on."""

from playwright.sync_api import Page


def follow(page: Page, name: str) -> None:
    """Press the first link of this name and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).first.click()


def press(page: Page, name: str) -> None:
    """Press the button of this name and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()
