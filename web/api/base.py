"""What every resource stands on: strict schemas, and views which read or which command.

A view gets the session of its own transaction as its first argument and returns what its schema dumps (or an
`Answer`, where status, version or address matter). `reads` and `commands` open the transaction, refuse what the
OpenAPI document does not name, and document the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Final, TypeVar, cast

import marshmallow as ma
import orjson
from flask import Response, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import fields, validate
from webargs import core

from engine.db import transaction
from web import etag, hostile, idempotency
from web.api.parsing import Parser
from web.faults import invalid
from web.identity import caller

View = TypeVar("View", bound=Callable[..., Any])
MOST_ITEMS: Final = 200


class Schema(ma.Schema):
    """A schema which refuses what it does not know and keeps the order it is written in."""

    class Meta:
        """Nothing unknown is let through."""

        unknown = ma.RAISE


def nothing() -> None:
    """The default of a query parameter which need not be there."""


class PageQuery(Schema):
    """Query of a list."""

    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(1, MOST_ITEMS),
        metadata={"description": "Most items of this page"},
    )
    after = fields.String(
        load_default=nothing,
        validate=validate.Length(1, 1000),
        metadata={"description": "`next` of the page before"},
    )


class FaultOut(Schema):
    """A faulty field."""

    path = fields.String(metadata={"description": "Dotted path of the field; query parameters start with `?`"})
    code = fields.String()
    message = fields.String(metadata={"description": "In the language of the request"})
    message_zh = fields.String()
    message_en = fields.String()
    hint_zh = fields.String(metadata={"description": "What to do about it, of a bundle which is refused"})
    hint_en = fields.String()
    label = fields.String()


class Problem(Schema):
    """A problem (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True, metadata={"description": "Carries the request id"})
    problems = fields.List(fields.Nested(FaultOut))
    details = fields.Dict()


class NoBody(Schema):
    """A command without input."""


@dataclass(slots=True)
class Answer:
    """What a view says beside its data. rev becomes the ETag; secret: shown once, never kept for a repetition."""

    data: Any
    status: int | None = None
    rev: int | None = None
    location: str | None = None
    secret: Mapping[str, Any] | None = None


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """The schema `{"items": [...], "next": cursor or null}` of a list of `item`."""
    name = item.__name__.removesuffix("Out") + "Page"
    return type(
        name,
        (Schema,),
        {
            "__doc__": f"A page of a list of {item.__name__}.",
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(required=True, allow_none=True, metadata={"description": "`after` of the next page"}),
        },
    )


_IF_MATCH: Final = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    "description": "The ETag of what was edited; 412 when somebody was faster, 428 without it",
}
_MAY_MATCH: Final = {**_IF_MATCH, "required": False, "description": "The ETag of what was seen; 412 when it is old"}
_KEY: Final = {
    "in": "header",
    "name": idempotency.HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "Repeating a request with the same key repeats the answer, not the effect",
}


class Blueprint(SmorestBlueprint):
    """A resource. `reads` and `commands` take the place of smorest's `arguments` and `response`."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, resource: str, import_name: str, *, description: str, url_prefix: str | None = None) -> None:
        """resource: its word in the address and its tag; endpoints are called `api-<resource>.<view>`."""
        prefix = url_prefix or f"/api/v1/{resource}"
        super().__init__(f"api-{resource}", import_name, url_prefix=prefix, description=description)
        self.tag = resource

    def add_url_rule(self, rule: str, *args: Any, **options: Any) -> None:
        """As smorest's, under this resource's tag."""
        options["tags"] = [self.tag]
        super().add_url_rule(rule, *args, **options)

    def _operation(self, view: Callable[..., Any]) -> str:
        """The name which generated clients give the operation."""
        return f"{self.tag}_{view.__name__}"

    def reads(self, schema: type[Schema], *, query: type[Schema] | None = None) -> Callable[[View], View]:
        """A view `view(session, [query], **path)` which changes nothing."""

        def decorate(view: View) -> View:
            @wraps(view)
            def run(*args: Any, **path: Any) -> Response:
                _refuse_unknown(query)
                with transaction() as session:
                    answer = _answer(view(session, *args, **path))
                    body = _dump(schema, answer.data)
                return _respond(body, answer, 200)

            documented = self.doc(operationId=self._operation(view))(self.response(200, schema)(run))
            return cast(View, self.arguments(query, location="query")(documented) if query else documented)

        return decorate

    def binary(self, view: View) -> View:
        """A view `view(session, **path)` which answers with bytes: a `Response` of its own."""

        @wraps(view)
        def run(**path: Any) -> Response:
            _refuse_unknown(None)
            with transaction() as session:
                answer: Response = view(session, **path)
            return answer

        content = {"application/octet-stream": {"schema": {"type": "string"}}}
        answers = {200: {"description": "The file", "content": content}}
        return cast(View, self.doc(operationId=self._operation(view), responses=answers)(run))

    def commands(
        self,
        schema: type[Schema],
        *,
        status: int = 200,
        body: type[Schema] | None = None,
        form: type[Schema] | None = None,
        if_match: bool | None = None,
        keyed: bool = True,
    ) -> Callable[[View], View]:
        """A view `view(session, [body or form], **path)` which changes something, at most once per Idempotency-Key.

        if_match: True = the header is required (the view asks `etag.required_rev`), None = it is not looked at.
        keyed: False where repeating is harmless, or a kept answer would be wrong.
        """

        def decorate(view: View) -> View:
            @wraps(view)
            def run(*args: Any, **path: Any) -> Response:
                _refuse_unknown(None)
                if body is None and form is None:
                    _refuse_body()
                with transaction() as session:
                    if keyed:
                        return _once(session, lambda: _answer(view(session, *args, **path)), schema, status)
                    answer = _answer(view(session, *args, **path))
                    return _respond(_dump(schema, answer.data), answer, status)

            documented = self.response(status, None if status == 204 else schema)(run)
            headers = [_KEY] if keyed else []
            if if_match is not None:
                headers.append(_IF_MATCH if if_match else _MAY_MATCH)
            documented = self.doc(operationId=self._operation(view), parameters=headers)(documented)
            if body is not None:
                documented = self.arguments(body)(documented)
            if form is not None:
                documented = self.arguments(form, location="form", content_type="multipart/form-data")(documented)
            return cast(View, documented)

        return decorate


def _once(session: Any, work: Callable[[], Answer], schema: type[Schema], status: int) -> Response:
    done: list[Answer] = []

    def run() -> idempotency.Kept:
        answer = work()
        done.append(answer)
        return {
            "status": answer.status or status,
            "body": _dump(schema, answer.data),
            "rev": answer.rev,
            "location": answer.location,
        }

    person = caller()
    kept, repeated = idempotency.once(session, str(person.id) if person else "anybody", run)
    body = kept["body"]
    if done and done[0].secret:
        body = {**body, **done[0].secret}
    answer = Answer(body, kept["status"], kept["rev"], kept["location"])
    response = _respond(body, answer, status)
    if repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _answer(result: Any) -> Answer:
    return result if isinstance(result, Answer) else Answer(result)


def _dump(schema: type[Schema], data: Any) -> Any:
    return schema().dump(data)


def _respond(body: Any, answer: Answer, status: int) -> Response:
    status = answer.status or status
    content = b"" if status == 204 else orjson.dumps(body)
    response = Response(content, status=status, content_type="application/json")
    if status == 204:
        del response.headers["Content-Type"]
    if answer.rev is not None:
        response.headers["ETag"] = etag.etag(answer.rev)
    if answer.location is not None:
        response.headers["Location"] = answer.location
    return response


def _refuse_unknown(query: type[Schema] | None) -> None:
    if query is None and request.args:
        name = next(iter(request.args))
        raise invalid(f"?{name}", "unknown", "没有这一查询参数", "Unknown query parameter")


def _refuse_body() -> None:
    raw = request.get_data(cache=True)
    if raw and (not core.is_json(request.mimetype) or hostile.load_json(raw) != {}):
        raise invalid("", "unknown", "此请求不带内容", "This request takes no content")
