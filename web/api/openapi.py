"""The OpenAPI document: smorest's, with one problem shape and one tag a resource."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask_smorest import Api as SmorestApi

from web.api.base import Blueprint, Problem
from web.problems import PROBLEM_JSON


def _name_of(schema: Any) -> str:
    return (schema if isinstance(schema, type) else type(schema)).__name__


class Api(SmorestApi):
    """smorest's registration and OpenAPI document with our problem shape; errors are `web.problems`' alone."""

    ERROR_SCHEMA = Problem
    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(marshmallow_plugin=MarshmallowPlugin(schema_name_resolver=_name_of), **options)

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_JSON
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE

    def register_blueprint(self, blp: Blueprint, *, parameters: Any = None, **options: Any) -> None:
        """As smorest's, with the resource's own tag."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=parameters)
        self.spec.tag({"name": blp.tag, "description": blp.description})

    def _register_error_handlers(self) -> None:
        """None: they would answer in another shape."""
