"""The same command sent twice has one effect: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

The key's row is written first in the command's own transaction. A second request with the same key waits on that row:
when the first commits it answers the same again, when the first rolls back it does the work itself.
"""

import hashlib
import re
from collections.abc import Callable
from typing import IO, Any, Final

import orjson
from flask import request
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.errors import Busy, StepFailed
from engine.models import Idempotency
from web.problems import BadRequest, KeyReused

HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
Kept = dict[str, Any]


def given_key() -> str | None:
    """The request's key, 1 to 200 printable ASCII characters; BadRequest where it is none."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise BadRequest(
            f"{HEADER} has to be 1 to 200 printable ASCII characters",
            message_zh=f"{HEADER} 应为 1 到 200 个可打印的 ASCII 字符",
        )
    return key


def request_digest() -> str:
    """What the key stands for: method, address and content (of a multipart body its parts, as boundaries differ)."""
    digest = hashlib.sha256()

    def add(*parts: bytes) -> None:
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)

    add(request.method.encode(), request.full_path.encode(), request.headers.get("If-Match", "").encode())
    if request.mimetype == "multipart/form-data":
        for name, value in sorted(request.form.items(multi=True)):
            add(name.encode(), value.encode())
        for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
            add(name.encode(), (file.filename or "").encode(), _file_digest(file.stream))
            file.stream.seek(0)
    else:
        add(request.get_data(cache=True))
    return digest.hexdigest()


def _file_digest(stream: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    while block := stream.read(1 << 18):
        digest.update(block)
    return digest.digest()


def once(session: Session, actor: str, work: Callable[[], Kept]) -> tuple[Kept, bool]:
    """(the answer of `work`, whether it is a repetition). Without a key the work is simply done.

    Answers are kept in clear: they must hold no personal data and no secret.
    Raises KeyReused (422) where the key stood for another request.
    """
    key = given_key()
    if key is None:
        return work(), False
    digest = request_digest()
    ours = {"actor": actor, "key": key}
    fresh = session.execute(
        insert(Idempotency)
        .values(**ours, request_sha256=digest, answer={})
        .on_conflict_do_nothing()
        .returning(Idempotency.key)
    ).first()
    if fresh is None:
        kept = session.get(Idempotency, (actor, key), populate_existing=True)
        if kept is None:
            raise Busy(retry_after=1)
        if kept.request_sha256 != digest:
            raise KeyReused
        return kept.answer, True
    try:
        answer = work()
    except StepFailed:  # its incident is committed: the command has no answer yet, so the key must not stay
        session.execute(delete(Idempotency).where(Idempotency.actor == actor, Idempotency.key == key))
        raise
    plain = orjson.loads(orjson.dumps(answer, default=str))
    session.execute(update(Idempotency).where(Idempotency.actor == actor, Idempotency.key == key).values(answer=plain))
    return answer, False
