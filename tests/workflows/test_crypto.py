"""Personal data at rest: sealed, rotated, altered, looked up, never in clear."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from workflows import crypto, parties
from workflows.models import Party
from workflows.parties import Identity
from workflows.settings import settings


def test_what_is_sealed_opens_again_and_never_looks_the_same_twice() -> None:
    first, second = crypto.seal(b"13812345678", "party.identity"), crypto.seal(b"13812345678", "party.identity")
    assert crypto.open_sealed(first, "party.identity") == b"13812345678"
    assert first != second
    assert b"13812345678" not in first


def test_a_value_copied_into_another_column_does_not_open() -> None:
    with pytest.raises(ValueError, match="altered"):
        crypto.open_sealed(crypto.seal(b"x", "party.identity"), "letter.body")


@pytest.mark.parametrize("place", [0, 5, 15, 40, 75, -1])
def test_a_single_altered_byte_is_noticed(place: int) -> None:
    sealed = bytearray(crypto.seal(b"secret", "a.b"))
    sealed[place] ^= 1
    with pytest.raises((ValueError, crypto.KeyMissing)):
        crypto.open_sealed(bytes(sealed), "a.b")


def test_the_keyring_is_made_for_its_owner_alone() -> None:
    crypto.keyring()
    assert stat.S_IMODE(settings().keyring.stat().st_mode) == 0o600


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    crypto.keyring()
    path.write_bytes(settings().keyring.read_bytes())
    before = crypto.read_keyring(path)
    sealed = crypto.seal(b"old", "a.b", before)
    fresh = crypto.rotate(path)
    after = crypto.read_keyring(path)
    assert crypto.open_sealed(sealed, "a.b", after) == b"old"
    again = crypto.rewrap(sealed, "a.b", after)
    assert again[1:9].decode() == fresh != before.current
    assert crypto.open_sealed(again, "a.b", after) == b"old"
    with pytest.raises(crypto.KeyMissing):
        crypto.open_sealed(again, "a.b", before)
    assert after.index == before.index


def test_no_column_of_a_party_holds_a_phone_or_a_name_in_clear(session: Session) -> None:
    identity = Identity(name="欧阳测试", phone="13812345678", mail="who@mail.example", address="示例路 7 号")
    parties.find_or_create(session, identity)
    dump = session.execute(text("SELECT party::text FROM party")).scalar_one()
    for clear in ("13812345678", "欧阳测试", "who@mail.example", "示例路"):
        assert clear not in dump
        assert clear.encode().hex() not in dump  # bytea shows as hexadecimal


@pytest.mark.parametrize("phone", ["138 1234 5678", "+86 138-1234-5678", "0086 13812345678", "13812345678"])
def test_a_party_is_found_by_any_spelling_of_its_phone(session: Session, phone: str) -> None:
    made = parties.find_or_create(session, Identity(name="李四", phone="13812345678"))
    assert [party.id for party in parties.find(session, phone=phone)] == [made.id]
    assert parties.find_or_create(session, Identity(name="李四", phone=phone)).id == made.id


def test_two_people_with_one_phone_stay_two(session: Session) -> None:
    first = parties.find_or_create(session, Identity(name="李四", phone="13812345678"))
    assert parties.find_or_create(session, Identity(name="王五", phone="13812345678")).id != first.id


def test_a_later_contact_completes_the_party(session: Session) -> None:
    first = parties.find_or_create(session, Identity(name="李四", phone="13812345678"))
    again = parties.find_or_create(session, Identity(name="李四", phone="13812345678", mail="Li@Mail.Example"))
    assert again.id == first.id
    assert [party.id for party in parties.find(session, mail=" li@mail.example")] == [first.id]


def test_nobody_is_found_by_an_empty_phone(session: Session) -> None:
    session.add(Party(identity={"name": "无名"}))
    session.flush()
    assert parties.find(session) == []
    assert parties.find(session, phone="-") == []
