"""The OpenAPI document as a page: readable without scripts and without anybody else's server."""

from typing import Any, Final

from flask import Blueprint, Flask, render_template

from web.api.openapi import Api

blueprint = Blueprint("api-reference", __name__, url_prefix="/api/v1", template_folder="templates")
_METHODS: Final = ("get", "post", "put", "patch", "delete")


@blueprint.get("/docs")
def page() -> str:
    """The reference of the API."""
    return render_template("api_reference.html", groups=_groups(), document=_document())


def _document() -> dict[str, Any]:
    from flask import current_app

    api: Api = current_app.extensions["redress-api"]
    document: dict[str, Any] = api.spec.to_dict()
    return document


def _groups() -> list[tuple[dict[str, str], list[dict[str, Any]]]]:
    """(tag, its operations), in the order of the document."""
    document = _document()
    operations = [
        {"path": path, "method": method, **item[method], "shared": item.get("parameters", [])}
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    return [(tag, [found for found in operations if tag["name"] in found["tags"]]) for tag in document["tags"]]


def register(app: Flask, api: Api) -> None:
    """Serve the page."""
    app.extensions["redress-api"] = api
    app.register_blueprint(blueprint)
