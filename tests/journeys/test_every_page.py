"""Every page there is, in both languages and both looks: nobody is kept out (axe-core), and the console stays silent.

A new page has to be entered in `PAGES`; a test compares the table with the routes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import expect

from engine import clock, definitions
from engine.db import transaction
from engine.models import Incident, UserTask
from tests.journeys.conftest import Visitor
from tests.journeys.test_pages_in_browser import complain
from workflows import people, postbox, ratings
from workflows.models import Case, CaseStatus, Person

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class World:
    """What the addresses of the pages speak of."""

    case: Case
    closed: Case
    task: UserTask
    person: Person
    mail: str


# endpoint -> who looks (nobody: not logged in), addresses
PAGES: Final[Mapping[str, tuple[str, Callable[[World], list[str]]]]] = {
    "login.page": ("", lambda world: ["/login"]),
    "portal.page": ("", lambda world: ["/complain"]),
    "portal.follow": ("", lambda world: ["/follow"]),
    "portal.rate_by_mail": (
        "",
        lambda world: [f"/rate/{world.closed.number}/satisfied/{ratings.seal(world.closed.number)}"],
    ),
    "portal.case": ("complainant", lambda world: ["/follow/case"]),
    "home.page": ("staff", lambda world: ["/"]),
    "inbox.page": ("staff", lambda world: ["/inbox?box=department", "/inbox?box=done"]),
    "task.page": ("staff", lambda world: [f"/tasks/{world.task.id}"]),
    "cases.page": ("staff", lambda world: ["/cases", "/cases?text=nothing+like+it"]),
    "cases.show": ("staff", lambda world: [f"/cases/{world.case.number}"]),
    "cases.receipt": ("staff", lambda world: [f"/cases/{world.case.number}/receipt"]),
    "intake.page": ("staff", lambda world: ["/intake"]),
    "notices.page": ("staff", lambda world: ["/notices"]),
    "monitor.page": ("manager", lambda world: ["/monitor", "/monitor?department=nothing"]),
    "monitor.process": ("manager", lambda world: ["/monitor/complaint"]),
    "monitor.element": ("manager", lambda world: ["/monitor/complaint/Task_Accept", "/monitor/complaint/Task_Revisit"]),
    "monitor.instances": ("manager", lambda world: ["/monitor/instances", "/monitor/instances?number=NONE"]),
    "incidents.page": ("manager", lambda world: ["/monitor/incidents"]),
    "incidents.cause": ("manager", lambda world: ["/monitor/incidents/cause?cause=boom"]),
    "instance.page": ("manager", lambda world: [f"/instances/{world.case.instance_id}"]),
    "dashboard.page": ("manager", lambda world: ["/dashboard", "/dashboard?from=2020-01-01&to=2020-02-01"]),
    "mail.page": ("manager", lambda world: ["/mail"]),
    "mail.show": ("manager", lambda world: [f"/mail/{world.mail}"]),
    "directory.people_list": ("admin", lambda world: ["/people"]),
    "directory.person": ("admin", lambda world: [f"/people/{world.person.id}"]),
    "directory.new_person": ("admin", lambda world: ["/people/new"]),
    "directory.changes": ("admin", lambda world: ["/people/changes"]),
    "directory.departments": ("admin", lambda world: ["/departments"]),
    "directory.department": ("admin", lambda world: ["/departments/quality"]),
    "directory.new_department": ("admin", lambda world: ["/departments/new"]),
    "studio.page": ("owner", lambda world: ["/studio"]),
    "studio.edit": ("owner", lambda world: ["/studio/complaint"]),
    "studio.versions": ("owner", lambda world: ["/studio/complaint/versions"]),
    "migrate.page": ("owner", lambda world: ["/studio/complaint/migrate"]),
}
OTHER_DOORS: Final = ("api-", "health.", "static")
"""What is no page: the API, the probes, files."""


def test_every_page_is_in_the_table(journey_app: Flask) -> None:
    pages = {
        rule.endpoint
        for rule in journey_app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(OTHER_DOORS)
    }
    assert pages == set(PAGES)


@pytest.fixture
def world(site: str) -> World:
    """A complaint whose first step failed, a draft, and a mail."""
    case, task = complain()
    closed, _ = complain("空调多收了安装费，要求退还。")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "受理通知", "redress@example.com", "lin@example.com"
    message.set_content("您的投诉已受理。")
    name = postbox.keep(message.as_bytes())
    with transaction() as session:
        over = session.get_one(Case, closed.id)
        over.status, over.closed_at = CaseStatus.CLOSED, clock.now()
        definitions.open_draft(session, "complaint", author="system")
        session.add(
            Incident(
                instance_id=case.instance_id, element_id="Task_Accept", task_id=task.id, cause="boom", message="Boom",
                command={"key": "x", "kind": "start", "actor": "system", "element_id": None, "data": {}},
            )
        )  # fmt: skip
        person = people.by_login(session, "staff")
        assert person is not None
    return World(case, closed, task, person, name)


def enter(visitor: Visitor, who: str, world: World) -> None:
    """Log in as somebody, or open the case as its complainant."""
    if who == "complainant":
        visitor.open("/follow")
        visitor.page.fill("#number", world.case.number)
        visitor.page.fill("#tail", "5678")
        visitor.page.locator("form [type=submit]").last.click()
        visitor.page.wait_for_url("**/follow/case*")
    elif who:
        visitor.log_in(who)


def settled(visitor: Visitor, path: str) -> None:
    """Open a page and wait for what its scripts draw."""
    visitor.open(path)
    for mark in ("heat", "chart", "task", "studio"):
        for box in visitor.page.locator(f"[data-{mark}]").all():
            expect(box).to_have_attribute("data-ready", "yes", timeout=60_000)


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize("who", sorted({who for who, _ in PAGES.values()}))
def test_nobody_is_kept_out_of_any_page(
    visit: Callable[..., Visitor], world: World, who: str, language: str, theme: str
) -> None:
    visitor = visit(language=language, theme=theme)
    enter(visitor, who, world)
    found = []
    for looks, addresses in PAGES.values():
        for path in addresses(world) if looks == who else []:
            settled(visitor, path)
            for violation in Axe().run(visitor.page).response["violations"]:
                if violation["impact"] in {"serious", "critical"}:
                    found.append((path, violation["id"], [node["target"] for node in violation["nodes"]]))
    assert found == []
    assert visitor.complaints == []
