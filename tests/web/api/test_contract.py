"""The OpenAPI document is true, and nothing a program can send breaks the API."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.db import transaction
from tests.web.conftest import Door
from workflows.models import Person, Role

EXAMPLES = 8
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    allow_header_conformance,
)


@pytest.fixture
def everybody(by_token: Callable[[str], Door], world: dict[str, Person]) -> Door:
    """A person who may do nearly everything, so that requests get far."""
    with transaction() as session:
        session.merge(world["manager"]).roles = [role.value for role in Role if role is not Role.AUDITOR]
    return by_token("manager")


@pytest.fixture
def known(everybody: Door, case: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    """Path parameters which lead somewhere."""
    everybody.post("/drafts", {"key": "complaint"})
    return {
        "number": case["number"],
        "task_id": task["id"],
        "instance_id": case["instance_id"],
        "key": "complaint",
        "version": 1,
        "path": "complaint.bpmn",
        "person_id": str(everybody.person.id) if everybody.person else "",
    }


@pytest.mark.slow
def test_whatever_is_sent_is_answered_as_documented(
    app: Flask, everybody: Door, known: dict[str, Any], subtests: pytest.Subtests
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 60
    for operation in operations:
        for mode in GenerationMode:
            with subtests.test(f"{operation.label} {mode.value}"):
                _attack(operation, mode, everybody.headers, known)


def _attack(operation: Any, mode: GenerationMode, headers: dict[str, str], known: dict[str, Any]) -> None:
    @given(sent=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(sent: Any) -> None:
        for name in sent.path_parameters or {}:
            sent.path_parameters[name] = known.get(name, sent.path_parameters[name])
        wrong = {place for place, part in sent.meta.components.items() if part.mode is GenerationMode.NEGATIVE}
        refused = (negative_data_rejection,) if wrong & {ParameterLocation.BODY, ParameterLocation.QUERY} else ()
        sent.call_and_validate(headers=headers, checks=[*CHECKS, *refused])

    send()
