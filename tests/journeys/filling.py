"""Fills a form-js form in the browser the way a person does: clicks, types, picks from lists, picks days."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from playwright.sync_api import Locator, Page

TEXT = "已核实情况并与投诉人沟通，按规定办理，记录完整。"
LINE = "《中华人民共和国消费者权益保护法》第五十二条"


def fill(page: Page, wanted: Mapping[str, Any]) -> None:
    """Fill every shown field of the open task: with `wanted` by its key, else sensibly where it is required.

    Fields which appear because of an answer are filled in a second round.
    """
    schema = json.loads(page.locator("#task-data").text_content() or "")["schema"]
    filled: set[str] = set()
    for _ in range(2):
        for component in keyed(schema):
            key = component["key"]
            if key in filled or component.get("readonly") or component.get("disabled"):
                continue
            value = wanted.get(key, _sensible(component))
            if value is not None and _shown(page, component):
                _answer(page, component, value)
                filled.add(key)


def keyed(component: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All components which hold a value, in document order."""
    for below in component.get("components", []):
        if below.get("key"):
            yield below
        yield from keyed(below)


def _sensible(component: Mapping[str, Any]) -> Any:
    rules, kind = component.get("validate", {}), component["type"]
    if not rules.get("required"):
        return None
    if kind in {"radio", "select"}:
        return component["values"][0]["value"]
    if kind == "checklist":
        return [component["values"][0]["value"]]
    if kind == "checkbox":
        return True
    if kind == "number":
        return rules.get("min", 1)
    if kind == "datetime":
        return "now"
    return TEXT if kind == "textarea" else LINE


def _element(page: Page, component: Mapping[str, Any], suffix: str = "") -> Locator:
    return page.locator(f'.fjs-form [id$="-{component["id"]}{suffix}"]').first


def _shown(page: Page, component: Mapping[str, Any]) -> bool:
    suffix = {"radio": "-0", "checklist": "-0", "datetime": "-date"}.get(component["type"], "")
    if component["type"] == "select" and not component.get("searchable"):
        suffix = "-display"  # the input itself is out of sight
    return _element(page, component, suffix).is_visible()


def _answer(page: Page, component: Mapping[str, Any], value: Any) -> None:
    kind = component["type"]
    if kind in {"radio", "checklist"}:
        choices = [option["value"] for option in component["values"]]
        for one in value if isinstance(value, list) else [value]:
            _element(page, component, f"-{choices.index(one)}").check()
    elif kind == "checkbox":
        _element(page, component).set_checked(bool(value))
    elif kind == "select":
        _pick(page, component, value)
    elif kind == "datetime":
        _moment(page, component)
    else:
        _element(page, component).fill(str(value))


def _pick(page: Page, component: Mapping[str, Any], value: Any) -> None:
    text = next(option["label"] for option in component["values"] if option["value"] == value)
    field = _element(page, component).locator("xpath=ancestor::*[contains(@class,'fjs-form-field-select')]")
    field.locator(".fjs-input-group").click()
    field.locator(".fjs-dropdownlist-item").get_by_text(text, exact=True).click()


def _moment(page: Page, component: Mapping[str, Any]) -> None:
    """Today, at nine where a time is asked for."""
    if component.get("subtype") != "time":
        _element(page, component, "-date").click()
        page.locator(".flatpickr-calendar.open .flatpickr-day.today").first.click()
    if component.get("subtype") in {"time", "datetime"}:
        time = _element(page, component, "-time")
        time.fill("00:00")
        time.press("Tab")
