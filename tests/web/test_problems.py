"""Every refusal has one shape, in the language of the one who asked."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError, OperationalError
from structlog.testing import capture_logs

from engine import errors
from engine.errors import EngineError
from tests.web.conftest import Door, problem
from web import problems
from workflows import errors as domain_errors


def _classes(base: type[EngineError]) -> Iterator[type[EngineError]]:
    for found in base.__subclasses__():
        yield found
        yield from _classes(found)


OURS = [EngineError, *{found for found in _classes(EngineError) if found.__module__.split(".")[0] != "tests"}]


@pytest.mark.parametrize("error", sorted(OURS, key=lambda found: found.__name__), ids=lambda found: found.__name__)
def test_every_error_class_has_a_status_and_two_titles(error: type[EngineError]) -> None:
    _, kind = problems.kind_of(error)
    assert 400 <= kind.status <= 503
    assert kind.title_zh
    assert problems.title_en(error)


@pytest.mark.parametrize("module", [errors, domain_errors])
def test_the_errors_of_a_layer_are_all_on_the_table(module: object) -> None:
    named = {found for found in vars(module).values() if isinstance(found, type) and issubclass(found, EngineError)}
    assert named - problems.KINDS.keys() == set()


@pytest.fixture
def failing(app: Flask) -> Callable[[Exception], tuple[int, dict[str, object]]]:
    """Let an error happen in a request of an application with our handlers."""
    bare = Flask(__name__)
    bare.config["PROPAGATE_EXCEPTIONS"] = False
    problems.register(bare)
    held: list[Exception] = []

    @bare.get("/api/fails")
    def fails() -> str:
        raise held[-1]

    def fail(error: Exception) -> tuple[int, dict[str, object]]:
        held.append(error)
        answer = bare.test_client().get("/api/fails")
        document = answer.get_json(force=True)
        assert isinstance(document, dict)
        return answer.status_code, document

    return fail


def test_an_unexpected_error_says_nothing_of_itself(
    failing: Callable[[Exception], tuple[int, dict[str, object]]],
) -> None:
    status, document = failing(RuntimeError("SELECT secret FROM party WHERE phone = '13812345678'"))
    assert status == 500
    assert "13812345678" not in str(document)
    assert "SELECT" not in str(document)
    assert "RuntimeError" not in str(document)


def test_a_lock_that_took_too_long_is_busy(failing: Callable[[Exception], tuple[int, dict[str, object]]]) -> None:
    class LockNotAvailable(Exception):
        sqlstate = "55P03"

    status, document = failing(OperationalError("SELECT 1", {}, LockNotAvailable()))
    assert status == 503
    assert document["type"] == "urn:redress:problem:busy"


def test_another_database_error_says_nothing_of_itself(
    failing: Callable[[Exception], tuple[int, dict[str, object]]],
) -> None:
    class Violated(Exception):
        sqlstate = "23505"

    status, document = failing(DBAPIError("INSERT INTO party", {"phone": "138"}, Violated("phone 138")))
    assert status == 500
    assert "party" not in str(document)


def test_the_log_says_where_but_quotes_nothing(
    failing: Callable[[Exception], tuple[int, dict[str, object]]],
) -> None:
    with capture_logs() as lines:
        failing(DBAPIError("INSERT INTO party", {"phone": "13812345678"}, ValueError("Key (13812345678) exists")))
    assert "test_problems.py" in str(lines)
    assert "DBAPIError" in str(lines)
    assert "13812345678" not in str(lines)


def test_faults_are_named_with_both_texts(failing: Callable[[Exception], tuple[int, dict[str, object]]]) -> None:
    fault = {"path": "amount", "code": "range", "message_zh": "过大", "message_en": "Too large"}
    status, document = failing(errors.Invalid(problems=[fault]))
    assert status == 422
    assert document["problems"] == [{**fault, "message": "过大"}]


def test_details_which_are_no_json_are_kept_to_ourselves(
    failing: Callable[[Exception], tuple[int, dict[str, object]]],
) -> None:
    _, document = failing(errors.Conflict("taken", rev=3, long="x" * 5000))
    assert document["details"] == {"rev": 3}


def test_titles_come_in_the_language_asked_for(anybody: Door) -> None:
    chinese = problem(anybody.get("/people"), 401)
    english = problem(anybody.get("/people", headers={"Accept-Language": "en-GB,en;q=0.9"}), 401)
    assert chinese["title"] == "请先登录"
    assert english["title"] == "Please log in first"


def test_the_instance_carries_the_request_id(anybody: Door) -> None:
    answer = anybody.get("/people", headers={"X-Request-ID": "abcdefgh-123"})
    assert answer.headers["X-Request-ID"] == "abcdefgh-123"
    assert problem(answer, 401)["instance"].endswith("abcdefgh-123")


def test_a_request_id_which_is_none_is_replaced(anybody: Door) -> None:
    answer = anybody.get("/people", headers={"X-Request-ID": 'x" onload=alert(1)'})
    assert "onload" not in answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/people", 405), ("GET", "/tasks/not-a-uuid", 404)],
)
def test_what_the_router_refuses_has_the_same_shape(anybody: Door, method: str, path: str, status: int) -> None:
    document = problem(anybody.client.open(f"/api/v1{path}", method=method), status)
    assert document["title"]


def test_what_is_allowed_instead_is_said(anybody: Door) -> None:
    assert "GET" in anybody.client.delete("/api/v1/people").headers["Allow"]


def test_people_get_a_page(anybody: Door) -> None:
    answer = anybody.client.get("/nothing-here", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "没有这一页" in answer.text
