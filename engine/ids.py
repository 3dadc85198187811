"""Identifiers: UUIDv7, so that ids sort by time of birth and indexes stay dense."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562 section 5.7)."""
    return UUID(int=compat.uuid7().int)
