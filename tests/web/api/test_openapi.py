"""The OpenAPI document, and the page which shows it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.conftest import Door

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def document(anybody: Door) -> dict[str, Any]:
    found = anybody.get("/openapi.json").json
    assert isinstance(found, dict)
    return found


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert set(document["components"]["securitySchemes"]) == {"bearer", "cookie", "csrf"}


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    for path, method, operation in _operations(document):
        assert re.fullmatch(r"[A-Z].*[^.]", operation["summary"]), (path, method)
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in _operations(document)]
    assert len(names) == len(set(names))


def test_every_resource_of_the_contract_is_there(document: dict[str, Any]) -> None:
    paths = {path.removeprefix("/api/v1/") for path in document["paths"]}
    task = {f"tasks/{{task_id}}/{verb}" for verb in
            ("claim", "unclaim", "assign", "transfer", "return", "urge", "draft", "complete")}  # fmt: skip
    instance = {f"instances/{{instance_id}}/{verb}" for verb in
                ("history", "diagram", "suspend", "resume", "cancel", "move")}  # fmt: skip
    case = {f"cases/{{number}}/{part}" for part in ("timeline", "evidence", "comments")}
    assert paths >= task | instance | case | {
        "session",
        "cases",
        "cases/{number}",
        "tasks",
        "tasks/{task_id}",
        "instances",
        "instances/{instance_id}",
        "incidents",
        "incidents/{incident_id}/retry",
        "messages",
        "definitions",
        "definitions/{key}/versions/{version}",
        "definitions/{key}/versions/{version}/files",
        "drafts",
        "people",
        "departments",
        "tokens",
        "outbox",
    }


def test_every_problem_is_documented_in_its_own_content_type(document: dict[str, Any]) -> None:
    for answer in document["components"]["responses"].values():
        assert answer["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_every_input_refuses_what_it_does_not_know(document: dict[str, Any]) -> None:
    for path, method, operation in _operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            if name:
                assert document["components"]["schemas"][name]["additionalProperties"] is False, (path, method)


def test_commands_which_create_or_move_take_an_idempotency_key(document: dict[str, Any]) -> None:
    harmless = re.compile(r"/(session|reveal|read|check|compare|evaluate|plan|preview|run)$")
    for path, method, operation in _operations(document):
        if method != "post" or harmless.search(path):
            continue
        assert "Idempotency-Key" in [found.get("name") for found in operation["parameters"]], path


def test_the_page_shows_every_operation_without_a_foreign_server(anybody: Door, document: dict[str, Any]) -> None:
    for language in ("zh", "en"):
        text = anybody.get("/docs", headers={"Accept-Language": language}).text
        for path, _, operation in _operations(document):
            assert f"<code>{path}</code>" in text
            assert operation["summary"].partition(":")[0].partition("'")[0] in text
        assert "<script" not in text
        assert not re.search(r"(src|href)=\"(https?:)?//", text)
