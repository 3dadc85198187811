"""Identifiers: UUIDv7, so that ids sort by time of birth and indexes stay dense."""

from uuid import UUID, SafeUUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562 section 5.7)."""
    return UUID(int=compat.uuid7().int)


_set_int, _set_safe = UUID.int.__set__, UUID.is_safe.__set__  # type: ignore[misc, attr-defined]  # slots
_UNKNOWN = SafeUUID.unknown


def from_hex(digits: str) -> UUID:
    """The id with these 32 digits, which we wrote ourselves: `UUID(digits)` without its questions, in a third of the
    time. A step reads those of all tokens."""
    made = UUID.__new__(UUID)
    _set_int(made, int(digits, 16))
    _set_safe(made, _UNKNOWN)
    return made
