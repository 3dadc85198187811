"""Versions of what people edit at leisure: `ETag: "rev"` goes out, `If-Match: "rev"` comes back (RFC 9110, 13.1.1)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import request

from engine.errors import Conflict
from web.problems import BadRequest, PreconditionFailed, PreconditionRequired

_STRONG: Final = re.compile(r'"(\d{1,9})"')


def etag(rev: int) -> str:
    """The header's value for a version."""
    return f'"{rev}"'


def optional_rev() -> int | None:
    """The version in If-Match, None where the header is missing; BadRequest where it is none of ours."""
    given = request.headers.get("If-Match")
    if given is None:
        return None
    found = _STRONG.fullmatch(given.strip())
    if found is None:
        raise BadRequest('If-Match has to be a version like "3"', message_zh='If-Match 应为版本号，例如 "3"')
    return int(found[1])


def required_rev() -> int:
    """The version in If-Match; PreconditionRequired (428) where the header is missing."""
    rev = optional_rev()
    if rev is None:
        raise PreconditionRequired
    return rev


@contextmanager
def precondition(rev: int | None) -> Iterator[None]:
    """PreconditionFailed (412) where the block finds, under its lock, another version than `rev`."""
    try:
        yield
    except Conflict as error:
        if rev is not None and error.details.get("rev") not in (None, rev):
            raise PreconditionFailed(str(error), **error.details) from error
        raise
