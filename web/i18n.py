"""Which language a request is answered in. A text is written as a pair, Chinese and English, beside its use."""

from typing import Literal

from flask import Flask, g, has_request_context, request
from flask_babel import Babel

from web.settings import settings

Language = Literal["zh", "en"]
COOKIE = "language"
_LOCALES: dict[Language, str] = {"zh": "zh_Hans_CN", "en": "en"}


def language() -> Language:
    """The language of this request: the switch on the page (a cookie), the person's setting, the browser's wish."""
    if not has_request_context():
        return "zh"
    kept: Language | None = g.get("language")
    if kept is None:
        kept = g.language = _wanted()
    return kept


def _wanted() -> Language:
    person = g.get("person")
    for wish in (request.cookies.get(COOKIE), getattr(person, "locale", None)):
        if wish:
            return "en" if str(wish).lower().startswith("en") else "zh"
    return "en" if request.accept_languages.best_match(["zh", "en"]) == "en" else "zh"


def say(zh: str, en: str) -> str:
    """The text of the pair in the language of this request; the other one where it is empty."""
    return (en or zh) if language() == "en" else (zh or en)


def register(app: Flask) -> None:
    """Dates and numbers by locale; in templates `say(zh, en)` and `language()`."""
    Babel(
        app,
        default_locale=_LOCALES["zh"],
        default_timezone=settings().time_zone,
        locale_selector=lambda: _LOCALES[language()],
    )
    app.jinja_env.globals.update(say=say, language=language)
