"""An administrator's walk: a new colleague gets an account, somebody who leaves hands over the open tasks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from engine.db import transaction
from engine.models import UserTask
from tests.journeys.conftest import Visitor
from tests.journeys.test_pages_in_browser import complain
from workflows import people, usertasks
from workflows.models import Person

pytestmark = pytest.mark.browser


def test_somebody_joins_and_somebody_leaves(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    with transaction() as session:
        leaver = people.by_login(session, "staff")
        assert leaver is not None
        usertasks.claim(session, leaver, task.id)
    admin = visit()
    admin.log_in("admin")
    page = admin.page

    admin.open("/people/new")
    page.fill("#f-login", "staff")
    page.fill("#f-name_zh", "新同事")
    page.fill("#f-name_en", "Newcomer")
    page.select_option("#f-department", "customer_service")
    page.get_by_label("经办人").check()
    page.locator("form[data-directory] [type=submit]").click()
    expect(page.locator("[data-fault=login]")).to_have_text("该登录名已被使用")
    page.fill("#f-login", "newcomer")
    page.locator("form[data-directory] [type=submit]").click()
    expect(page.locator("#password")).to_be_visible()
    password = page.locator("[data-secret]").inner_text()
    page.locator("#password [data-close]").click()
    page.wait_for_url("**/people")
    with transaction() as session:
        assert people.authenticate(session, "newcomer", password) is not None

    admin.open(f"/people/{leaver.id}")
    admin.picture("person")
    page.locator(".head [data-leave]").click()
    page.locator("#leave button[value=send]").click()
    expect(page.locator("#handover [data-count]")).to_have_text("1 项在办任务")
    page.select_option("#handover-to", label="新同事")
    page.fill("#handover-reason", "离职")
    admin.picture("handover")
    page.locator("#handover button[value=send]").click()
    expect(page.locator(".badge.warn").first).to_have_text("已停用")
    with transaction() as session:
        newcomer = people.by_login(session, "newcomer")
        assert newcomer is not None
        assert session.get_one(UserTask, task.id).assignee == str(newcomer.id)
        assert session.get_one(Person, leaver.id).active is False
    refused = [text for text in admin.complaints if "422" not in text and "409" not in text]
    assert refused == []
