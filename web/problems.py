"""The only place which knows status codes: an error becomes RFC 9457 `application/problem+json`, or a page of it.

Never task data, stack traces or SQL in a problem: what is not one of our own errors says nothing but its status.
"""

import traceback
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from flask import Flask, Response, current_app, g, render_template, request
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from engine import errors
from engine.db import busy_or
from engine.errors import EngineError
from web.i18n import language, say
from workflows import errors as domain

PROBLEM_JSON: Final = "application/problem+json"
API_PREFIX: Final = "/api/"
_log = structlog.get_logger("web")


class Unauthenticated(EngineError):
    """Please log in first"""


class PreconditionRequired(EngineError):
    """Say which version you changed: the If-Match header is missing"""


class PreconditionFailed(EngineError):
    """Somebody else has changed it since you read it"""


class KeyReused(EngineError):
    """This Idempotency-Key was used for another request"""


class BadRequest(EngineError):
    """The request cannot be understood"""


class UnsupportedMediaType(EngineError):
    """This content type is not accepted here"""


class WrongCredentials(EngineError):
    """Login or password is wrong"""


class TooManyAttempts(EngineError):
    """Too many attempts: wait a while"""


class CsrfFailed(EngineError):
    """The form is too old or came from another site: reload the page and try again"""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an error class becomes at the door. The English title is the docstring of the class."""

    status: int
    title_zh: str


KINDS: Final[dict[type[EngineError], Kind]] = {
    EngineError: Kind(500, "出了问题"),
    errors.NotFound: Kind(404, "没有这一项，或您无权查看"),
    errors.Conflict: Kind(409, "已被他人抢先：状态与您看到的不同"),
    errors.Forbidden: Kind(403, "您无权进行此操作"),
    errors.Invalid: Kind(422, "输入有误"),
    errors.StepFailed: Kind(500, "这一步失败并已回滚，异常事件等待人工处理"),
    errors.Busy: Kind(503, "系统繁忙，请稍后再试"),
    domain.NoSuchCase: Kind(404, "没有这一投诉，或您无权查看"),
    domain.NoSuchTask: Kind(404, "没有这一待办，或您无权查看"),
    domain.NotAllowed: Kind(403, "您的角色或部门无权进行此操作"),
    domain.LockedOut: Kind(403, "您是被投诉人，须回避此案"),
    domain.FourEyes: Kind(403, "提出、审批与支付须由不同的人进行"),
    domain.OverAuthority: Kind(403, "金额或严重程度超出您的授权"),
    domain.GateClosed: Kind(403, "法务审核或审批尚缺，此关口不可绕过"),
    domain.PlanFrozen: Kind(409, "方案已批准并冻结；修改须重新审批"),
    domain.CaseClosed: Kind(409, "投诉已结案"),
    domain.NoSuchFilter: Kind(404, "没有这个筛选，或不是您保存的"),
    domain.TooLate: Kind(409, "流程已继续，此步骤不能再撤回"),
    domain.StillBusy: Kind(409, "此人还有未办结的任务，请先移交"),
    domain.BadFile: Kind(422, "不能接受该文件"),
    domain.BadComplaint: Kind(422, "投诉不能按此登记"),
    Unauthenticated: Kind(401, "请先登录"),
    PreconditionRequired: Kind(428, "缺少 If-Match：请说明您修改的是哪个版本"),
    PreconditionFailed: Kind(412, "您读取之后，已有他人修改"),
    KeyReused: Kind(422, "该 Idempotency-Key 已用于另一请求"),
    BadRequest: Kind(400, "无法理解该请求"),
    UnsupportedMediaType: Kind(415, "此处不接受这种内容类型"),
    WrongCredentials: Kind(401, "登录名或密码不对"),
    TooManyAttempts: Kind(429, "尝试次数过多，请稍后再试"),
    CsrfFailed: Kind(403, "表单已过期或来自其他站点，请刷新页面后重试"),
}

_TITLES_ZH: Final[dict[int, str]] = {
    400: "无法理解该请求",
    404: "没有这一页",
    405: "此处不允许这种方法",
    413: "请求太大",
    414: "地址太长",
    415: "此处不接受这种内容类型",
    422: "输入有误",
    429: "尝试次数过多，请稍后再试",
    431: "请求头太大",
    500: "服务器出了问题，我们已有记录",
    503: "系统繁忙，请稍后再试",
}


@dataclass(slots=True)
class Problem:
    """A problem as told to the outside: the members of RFC 9457 section 3.1 and ours."""

    status: int
    slug: str
    title: str
    detail: str
    problems: list[dict[str, str]]
    details: dict[str, Any]
    headers: dict[str, str]

    def document(self) -> dict[str, Any]:
        """The JSON document. `problems`: one entry a faulty field, its `path` dotted."""
        document: dict[str, Any] = {
            "type": f"urn:redress:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:redress:request:{g.get('request_id', '')}",
        }
        if self.problems:
            document["problems"] = self.problems
        if self.details:
            document["details"] = self.details
        return document


def kind_of(error: type[EngineError]) -> tuple[type[EngineError], Kind]:
    """The nearest class in the method resolution order which has a kind, and that kind."""
    for base in error.__mro__:
        if base in KINDS:
            return base, KINDS[base]
    raise LookupError(error)


def title_en(error: type[EngineError]) -> str:
    """The English title: the first line of the class's docstring."""
    return (error.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _slug(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def _plain(details: dict[str, object]) -> dict[str, Any]:
    """The details which are small and JSON; others are for our own eyes."""
    told: dict[str, Any] = {}
    for key, value in details.items():
        try:
            if len(orjson.dumps(value, default=str)) <= 2000:
                told[key] = orjson.loads(orjson.dumps(value, default=str))
        except TypeError:
            continue
    return told


def of_engine_error(error: EngineError) -> Problem:
    """The problem of one of our own errors."""
    base, kind = kind_of(type(error))
    details = dict(error.details)
    title_zh = str(getattr(error, "title_zh", "") or kind.title_zh)
    title = say(title_zh, title_en(type(error)))
    text = str(error)
    if text in (title_en(type(error)), (type(error).__doc__ or "").strip()):
        text = title
    # a text for programmers is English only: who reads Chinese gets the title, unless the error was told in both
    detail = say(
        str(details.pop("message_zh", "") or (title_zh if text.isascii() else text)),
        str(details.pop("message_en", "") or text),
    )
    problems = [_in_language(fault) for fault in getattr(error, "problems", [])]
    headers = {}
    retry_after = details.pop("retry_after", None)
    if kind.status in (429, 503):
        headers["Retry-After"] = str(retry_after or 1)
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="redress"'
    name = type(error).__name__ if base is not EngineError else base.__name__
    return Problem(kind.status, _slug(name), title, detail, problems, _plain(details), headers)


def _in_language(fault: dict[str, str]) -> dict[str, str]:
    """A fault with `message` in the language of the request beside both texts."""
    zh, en = fault.get("message_zh", ""), fault.get("message_en", "")
    return {**fault, "path": fault.get("path", ""), "message": say(zh, en)}


def of_http_exception(error: HTTPException) -> Problem:
    """The problem of what Flask itself refuses (404 405 413 ...); its words are English, so only titles are told."""
    status = error.code or 500
    english = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else error.name
    title = say(_TITLES_ZH.get(status, english), english)
    headers = {
        name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After", "WWW-Authenticate"}
    }
    if isinstance(error, RateLimitExceeded):
        headers.setdefault("Retry-After", "60")
    return Problem(status, _slug(english.title().replace(" ", "").replace("-", "")), title, title, [], {}, headers)


def response(problem: Problem) -> Response:
    """The answer: JSON for programs and our own scripts, a page for people."""
    if wants_page():
        answer = Response(_page(problem), status=problem.status, mimetype="text/html")
    else:
        answer = Response(orjson.dumps(problem.document()), status=problem.status, content_type=PROBLEM_JSON)
    answer.headers.update(problem.headers)
    return answer


def wants_page() -> bool:
    """Whether this request came from a browser's address bar or form rather than from a program."""
    if request.path.startswith(API_PREFIX) or request.headers.get("HX-Request"):
        return False
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"] or accepted.best == "text/html"


def _page(problem: Problem) -> str:
    if "problem.html" in current_app.jinja_env.list_templates(filter_func=lambda name: name == "problem.html"):
        return render_template("problem.html", problem=problem)
    return (
        f'<!doctype html><html lang="{language()}"><meta charset="utf-8"><title>{escape(problem.title)}</title>'
        f"<h1>{problem.status} {escape(problem.title)}</h1><p>{escape(problem.detail)}</p></html>"
    )


def _on_engine_error(error: EngineError) -> Response:
    return response(of_engine_error(error))


def _on_http_exception(error: HTTPException) -> Response:
    if error.response is not None:  # `abort(response)`: somebody has already answered
        return current_app.make_response(error.get_response(request.environ))
    if error.code is not None and error.code < 400:  # the router's redirects
        return Response("", error.code, dict(error.get_headers()))
    return response(of_http_exception(error))


def _on_database_error(error: DBAPIError) -> Response:
    cured = busy_or(error)
    if isinstance(cured, EngineError):
        return _on_engine_error(cured)
    return _on_anything(error)


def _trace(error: BaseException) -> dict[str, Any]:
    """Where an error came from, without its words: messages of databases and parsers quote personal data."""
    chain: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < 10:
        chain.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-30:]
    return {"errors": chain, "trace": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}


def _on_anything(error: Exception) -> Response:
    _log.error("unexpected error", **_trace(error))
    english = HTTPStatus.INTERNAL_SERVER_ERROR.phrase
    title = say(_TITLES_ZH[500], english)
    return response(Problem(500, "internal-server-error", title, title, [], {}, {}))


def _on_csrf_error(_: CSRFError) -> Response:
    return _on_engine_error(CsrfFailed())


def register(app: Flask) -> None:
    """Answer every error in the one shape."""
    app.register_error_handler(EngineError, _on_engine_error)
    app.register_error_handler(CSRFError, _on_csrf_error)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(DBAPIError, _on_database_error)
    app.register_error_handler(Exception, _on_anything)
