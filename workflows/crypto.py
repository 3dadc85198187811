"""Personal data at rest: one encrypted column type, and a blind index to find it again.

Every value has its own data key; the key travels in front of the ciphertext, wrapped by a master key of the keyring.
A party keeps all its identity in one such value, so a party has exactly one key, and erasing is dropping the value.
Layout: version (1 byte) | master key id (8) | nonce (12) | wrapped data key (48) | nonce (12) | ciphertext and tag.
AES-256-GCM throughout (NIST SP 800-38D).
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from workflows.settings import settings

_VERSION = b"\x01"
_ID, _NONCE, _WRAPPED = 8, 12, 48
_HEAD = 1 + _ID + _NONCE + _WRAPPED


class KeyMissing(RuntimeError):
    """The keyring does not hold the key this value was sealed with"""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Master keys by id (8 letters), which of them seals, and the key of the blind index (never rotated)."""

    current: str
    keys: dict[str, bytes]
    index: bytes


@cache
def keyring() -> Keyring:
    """The keyring of this process; made on first use where the file does not exist."""
    path = settings().keyring
    if not path.exists():
        _make(path)
    return read_keyring(path)


def read_keyring(path: Path) -> Keyring:
    """The keyring in `path`: JSON `{"current": id, "keys": {id: base64}, "index": base64}`."""
    stored = json.loads(path.read_text())
    keys = {name: base64.b64decode(key) for name, key in stored["keys"].items()}
    return Keyring(stored["current"], keys, base64.b64decode(stored["index"]))


def rotate(path: Path) -> str:
    """Add a fresh master key to the keyring file and make it the sealing one; its id. Old values stay readable."""
    stored = json.loads(path.read_text())
    name = secrets.token_hex(_ID // 2)
    stored["keys"][name] = base64.b64encode(secrets.token_bytes(32)).decode()
    stored["current"] = name
    beside = path.with_name(f"{path.name}.{name}")
    _write_private(beside, stored)
    beside.replace(path)
    return name


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(_ID // 2)
    fresh = {
        "current": name,
        "keys": {name: base64.b64encode(secrets.token_bytes(32)).decode()},
        "index": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    beside = path.with_name(f"{path.name}.{name}")
    _write_private(beside, fresh)
    try:
        os.link(beside, path)  # fails where another process was faster: its keyring is the one
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def _write_private(path: Path, content: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def seal(plain: bytes, context: str, ring: Keyring | None = None) -> bytes:
    """Encrypt `plain` under a fresh data key; `context` must be the same to open it."""
    ring = ring or keyring()
    data_key, wrap_nonce, nonce = secrets.token_bytes(32), secrets.token_bytes(_NONCE), secrets.token_bytes(_NONCE)
    wrapped = AESGCM(ring.keys[ring.current]).encrypt(wrap_nonce, data_key, context.encode())
    sealed = AESGCM(data_key).encrypt(nonce, plain, context.encode())
    return _VERSION + ring.current.encode() + wrap_nonce + wrapped + nonce + sealed


def open_sealed(sealed: bytes, context: str, ring: Keyring | None = None) -> bytes:
    """Decrypt what `seal` made.

    Raises KeyMissing for an unknown master key and ValueError where the value was altered.
    """
    data_key = _unwrap(sealed, context, ring or keyring())
    try:
        return AESGCM(data_key).decrypt(sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :], context.encode())
    except InvalidTag as error:
        raise ValueError("a sealed value was altered") from error


def rewrap(sealed: bytes, context: str, ring: Keyring | None = None) -> bytes:
    """The same value with its data key wrapped by the current master key (rotation; the ciphertext stays)."""
    ring = ring or keyring()
    data_key, nonce = _unwrap(sealed, context, ring), secrets.token_bytes(_NONCE)
    wrapped = AESGCM(ring.keys[ring.current]).encrypt(nonce, data_key, context.encode())
    return _VERSION + ring.current.encode() + nonce + wrapped + sealed[_HEAD:]


def _unwrap(sealed: bytes, context: str, ring: Keyring) -> bytes:
    if sealed[:1] != _VERSION or len(sealed) <= _HEAD + _NONCE:
        raise ValueError("not a sealed value")
    name = sealed[1 : 1 + _ID].decode("ascii", "replace")
    if name not in ring.keys:
        raise KeyMissing(f"master key {name} is not in the keyring")
    start = 1 + _ID
    nonce, wrapped = sealed[start : start + _NONCE], sealed[start + _NONCE : _HEAD]
    try:
        return AESGCM(ring.keys[name]).decrypt(nonce, wrapped, context.encode())
    except InvalidTag as error:
        raise ValueError("a sealed value was altered") from error


class Encrypted(TypeDecorator[Any]):
    """A column whose value (text, or anything JSON can hold) is sealed; `context` binds it to its column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        """context: `table.column`, so that a value copied into another column does not open there."""
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else seal(orjson.dumps(value), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Open on the way out."""
        return None if value is None else orjson.loads(open_sealed(bytes(value), self.context))


def normal_phone(phone: str) -> str:
    """Digits only, without the Chinese country code, so that +86 138-1234-5678 and 13812345678 are one number."""
    digits = re.sub(r"\D", "", phone)
    digits = digits.removeprefix("00")
    return digits[2:] if digits.startswith("86") and len(digits) == 13 else digits


def normal_mail(mail: str) -> str:
    """Lower case, no blanks around."""
    return mail.strip().lower()


def blind(kind: str, normalised: str) -> str | None:
    """Keyed hash to look a value up without storing it (HMAC-SHA-256, hex); None for an empty value."""
    if not normalised:
        return None
    return hmac.new(keyring().index, f"{kind}:{normalised}".encode(), hashlib.sha256).hexdigest()
