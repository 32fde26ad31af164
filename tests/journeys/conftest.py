"""A demonstration and a real browser for the journeys of one module; Playwright keeps an event loop while it runs."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import PATIENCE, Served, demonstration

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


AS = "(name) => { const one = document.querySelector('[data-persona]'); one.value = one.dataset.persona = name; }"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(demonstration(tmp_path_factory.mktemp("journeys") / "home", 300))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE * 1_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(chromium: object, served: Served, tmp_path: Path) -> Iterator[Callable[..., object]]:
    """`sign_in("teller")` gives a page of a fresh browser, signed in; what the console said must be nothing."""
    contexts = []
    said: list[str] = []

    def enter(persona: str, *, locale: str = "ja-JP", width: int = 1440, theme: str = "light") -> object:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale, color_scheme=theme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1_000)
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{served.url}/sign-in/")
        if not page.locator(f'[data-persona="{persona}"]').count():  # a duty that has no page of its own yet
            page.evaluate(AS, persona)
        page.click(f'[data-persona="{persona}"]')
        page.wait_for_url(f"{served.url}/")
        return page

    enter.said = said
    yield enter
    for context in contexts:
        context.close()
