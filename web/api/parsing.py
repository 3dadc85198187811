"""How requests are read: our JSON reader, our errors, and each schema's own word on the unknown."""

from collections.abc import Mapping
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from web import hostile
from web.faults import of_messages
from web.problems import UnsupportedMediaType
from web.settings import settings


class Parser(FlaskParser):
    """webargs with our JSON reader, our errors, and each schema's own word on the unknown."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012 - webargs declares it so

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The JSON body; an absent one counts as `{}`. 413 and 415 are raised here."""
        if req.content_length is not None and req.content_length > settings().max_body:
            raise RequestEntityTooLarge
        raw = req.get_data(cache=True)
        if len(raw) > settings().max_body:
            raise RequestEntityTooLarge
        if not raw:
            return {}
        if not core.is_json(req.mimetype):
            raise UnsupportedMediaType(accepted="application/json")
        return hostile.load_json(raw)

    def load_form(self, req: Request, schema: ma.Schema) -> Any:
        """The fields of a form or multipart body, checked for what PostgreSQL cannot store."""
        hostile.check_parts()
        for name, value in req.form.items(multi=True):
            hostile.check_text(name, name)
            hostile.check_text(value, name)
        return super().load_form(req, schema)

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Every validation error is an `Invalid`."""
        raise of_messages(error.messages_dict) from error
