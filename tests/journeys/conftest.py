"""A real browser over a live server: Chromium of this machine, a scratch database, the demo's people, shipped bundles.

`--pictures DIR` (or REDRESS_PICTURES) keeps a picture of every step there.
"""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from sqlalchemy import Engine

from engine.db import transaction
from tests import planted
from tests.serving import serving
from web import build_assets
from web.create_app import create_app
from web.limits import limiter
from workflows import demo, seeds

FAILED = pytest.StashKey[bool]()
PATIENCE = 30_000
"""Milliseconds which a slow machine may take for anything."""
LOADED = "addEventListener('load', () => document.documentElement.setAttribute('data-loaded', ''))"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures", default=os.environ.get("REDRESS_PICTURES"), help="Folder for pictures of every step."
    )


@dataclass
class Visitor:
    """A person at a browser. `complaints`: errors and warnings of the console, and failed scripts."""

    page: Page
    address: str
    pictures: Path | None
    complaints: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def open(self, path: str) -> None:
        """Go to a page and wait until nothing is on its way."""
        self.page.goto(f"{self.address}{path}")
        self.page.wait_for_load_state("networkidle")

    def log_in(self, login: str) -> None:
        """Log in by the form."""
        self.open("/login")
        self.page.fill("#login", login)
        self.page.fill("#password", demo.PASSWORD)
        self.page.click("form[data-login] button[type=submit]")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def picture(self, name: str) -> None:
        """Keep a picture, numbered in order, where somebody asked for them."""
        if self.pictures is not None:
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=self.pictures / f"{next(self.numbers):02d}-{name}.png")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (make browser)")
    build_assets.build()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def journey_app(_worker_database: Engine) -> Flask:
    """The application as it runs in production, with the demo's people on its login page."""
    return create_app({"DEMO": True})


@pytest.fixture
def site(journey_app: Flask, database: Engine) -> Iterator[str]:
    """Address of a live server whose house is full of the demo's people, with the shipped processes published."""
    limiter.reset()
    with transaction() as session:
        seeds.plant(session)
        demo.people_of_the_demo(session)
        planted.publish(session)
    with serving(journey_app) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """`visit(language="en", width=390)`: a new browser window, nobody logged in."""
    contexts: list[BrowserContext] = []
    folder = request.config.getoption("--pictures")
    numbers = count(1)  # one film strip, whoever takes the picture

    def open_window(language: str = "zh", theme: str = "light", width: int = 1440, height: int = 900) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN" if language == "zh" else "en-GB"
        )
        contexts.append(context)
        context.add_cookies(
            [{"name": name, "value": value, "url": site} for name, value in (("language", language), ("theme", theme))]
        )
        name = request.node.name.removeprefix("test_").partition("[")[0]
        context.set_default_timeout(PATIENCE)
        context.add_init_script(LOADED)
        visitor = Visitor(context.new_page(), site, Path(folder) / name if folder else None, numbers=numbers)
        # nobody acts on a page before its scripts have run, however slow the machine is
        visitor.page.add_locator_handler(visitor.page.locator("html:not([data-loaded])"), lambda: None)
        visitor.page.on("console", lambda message: _note(visitor, message))
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        return visitor

    yield open_window
    for number, context in enumerate(contexts):
        if folder and request.node.stash.get(FAILED, False):
            context.pages[0].screenshot(path=Path(folder) / f"failed-{number}.png")
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure, so that the last pictures can be kept."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


def _note(visitor: Visitor, message: ConsoleMessage) -> None:
    if message.type in {"error", "warning"}:
        visitor.complaints.append(message.text)
