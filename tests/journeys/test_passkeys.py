"""A passkey in a real browser, with an authenticator of the browser's own making: registered, used, asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

PASSWORD = "four words that do not belong together"


@pytest.fixture
def newcomer(page: Page, studio, browser: Browser) -> Iterator[Page]:
    """Somebody who was invited, at a name: browsers know no passkeys of addresses."""
    page.goto(f"{studio.url}/people/invitations/")
    page.get_by_role("button", name="Invite").click()
    link = page.locator(".secret code").first.inner_text()
    context = browser.new_context()
    context.set_default_timeout(20_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.goto(_named(studio) + "/invitations/" + link.split("/invitations/")[1])
    opened.get_by_label("Name").fill("nina")
    for field in ("#password", "#again"):
        opened.locator(field).fill(PASSWORD)
    opened.locator("main form button[type=submit]").click()
    opened.wait_for_url(f"{_named(studio)}/")
    yield opened
    context.close()
    assert errors == []


def test_a_passkey_is_added_signs_in_and_is_a_second_factor(newcomer: Page, studio):
    device = newcomer.context.new_cdp_session(newcomer)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    at = _named(studio)
    newcomer.goto(f"{at}/settings/sign-in/")
    newcomer.get_by_role("button", name="Add a passkey").click()
    newcomer.get_by_label("Name").fill("Laptop")
    newcomer.get_by_role("button", name="Create the passkey").click()
    expect(newcomer.locator("#recovery-codes")).to_be_visible()
    expect(newcomer.get_by_role("rowheader", name="Laptop")).to_be_visible()

    newcomer.context.clear_cookies()
    newcomer.goto(f"{at}/sign-in/")
    newcomer.get_by_role("link", name="Sign in with a passkey").click()
    newcomer.wait_for_url(f"{at}/")

    newcomer.context.clear_cookies()
    newcomer.goto(f"{at}/sign-in/")
    newcomer.get_by_label("Name").fill("nina")
    newcomer.get_by_label("Password").fill(PASSWORD)
    newcomer.get_by_role("button", name="Sign in", exact=True).click()
    newcomer.wait_for_url(f"{at}/")


def test_at_an_address_the_page_says_why_there_are_no_passkeys(studio, browser: Browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{studio.url}/sign-in/passkey/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("by its name")
    context.close()


def _named(studio) -> str:
    return studio.url.replace("127.0.0.1", "localhost")
