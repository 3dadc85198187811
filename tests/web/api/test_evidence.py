"""Files of a case: taken in by content, given out as downloads only."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.clock import now
from engine.db import transaction
from tests.web.conftest import COMPLAINT, Door, problem
from workflows import evidence
from workflows.models import Disclosure, Evidence

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


def _send(door: Door, number: str, content: bytes, name: str = "photo.png", **fields: str) -> TestResponse:
    headers = fields.pop("headers", {})
    data = {"file": (io.BytesIO(content), name), **fields}
    return door.post(f"/cases/{number}/evidence", data=data, content_type="multipart/form-data", headers=headers)  # type: ignore[arg-type]


def test_a_file_is_kept_and_comes_back_as_a_download(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    added = _send(door, case["number"], PNG, kind="photo", source="客户")
    assert added.status_code == 201, added.text
    assert added.json is not None
    assert (added.json["kind"], added.json["media_type"], added.json["size"]) == ("photo", "image/png", len(PNG))
    answer = door.get(added.headers["Location"])
    assert answer.data == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/octet-stream"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.requirement("INT-04")
def test_a_chat_which_is_posted_is_held_word_for_word(as_: Callable[[str], Door], process: None) -> None:
    transcript = "客服：您好\n客户：我要投诉！！\r\n客服：好的，请稍候  \n"
    door = as_("li")
    made = door.post("/cases", {**COMPLAINT, "channel": "chat", "narrative": transcript}).json
    assert made is not None
    items = door.get(f"/cases/{made['number']}/evidence").json
    assert items is not None
    [item] = items["items"]
    assert item["kind"] == "chat"
    assert door.get(f"/cases/{made['number']}/evidence/{item['id']}").data.decode() == transcript


@pytest.mark.requirement("INT-05")
def test_a_post_is_evidence_by_its_address_and_its_channel_is_counted(
    as_: Callable[[str], Door], process: None
) -> None:
    door, post = as_("li"), "https://social.example/p/42"
    public = {**COMPLAINT, "channel": "social", "post_author": "@wang"}
    made = door.post("/cases", {**public, "post_url": post}).json
    assert made is not None
    items = door.get(f"/cases/{made['number']}/evidence").json
    assert items is not None
    assert [(item["url"], item["source"]) for item in items["items"]] == [(post, "@wang")]
    since, until = (f"{(now() + timedelta(days=day)):%Y-%m-%dT%H:%M:%SZ}" for day in (-1, 1))
    shares = as_("manager").get(f"/monitor/shares?by=channel&since={since}&until={until}").json
    assert shares is not None
    assert [(share["value"], share["count"]) for share in shares["items"]] == [("social", 1)]
    refused = problem(door.post("/cases", {**public, "post_url": "javascript:alert(1)"}), 422)
    assert refused["problems"][0]["path"] == "post_url"


@pytest.mark.requirement("INV-12")
def test_whoever_plays_a_recording_is_written_down(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    added = _send(as_("li"), case["number"], b"ID3\x04call", "call.mp3", kind="recording")
    assert added.status_code == 201, added.text
    auditor = as_("auditor")
    assert auditor.get(added.headers["Location"]).data == b"ID3\x04call"
    with transaction() as session:
        [look] = session.scalars(select(Disclosure))
        assert auditor.person is not None
        found = (look.person_id, look.fields, look.reason)
        assert found == (auditor.person.id, ["evidence 1", "recording"], "call.mp3")


def test_the_whole_file_is_given_out_as_one_package(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    _send(as_("li"), case["number"], PNG)
    path = f"/cases/{case['number']}/evidence/package"
    answer = as_("manager").get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/octet-stream")
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert {"evidence/001-photo.png", "index.json"} <= set(names)
    problem(as_("qian").get(path), 404)


def test_items_are_chained_and_verified(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    first = _send(door, case["number"], PNG).json
    second = _send(door, case["number"], b"%PDF-1.7 x", "report.pdf").json
    assert first is not None
    assert second is not None
    assert second["previous"] == first["hash"]
    path = f"/cases/{case['number']}/evidence/verification"
    assert door.get(path).json == {"whole": True, "flaws": []}
    evidence.path(Evidence(sha256=first["sha256"])).write_bytes(b"altered")
    assert door.get(path).json == {"whole": False, "flaws": [{"seq": 1, "code": "altered"}]}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.txt"),
        (b"<html><script>x</script>", "a.html"),
        (b"<svg onload=x>", "a.svg"),
        (b"MZ\x90\x00", "a.exe"),
        (b"#!/bin/sh", "a.txt"),
    ],
)
def test_what_could_hurt_is_refused(
    as_: Callable[[str], Door], case: dict[str, Any], content: bytes, name: str
) -> None:
    refused = problem(_send(as_("li"), case["number"], content, name), 422)
    assert refused["problems"][0]["path"] == "file"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\x.txt", 'a"; filename="b.txt', "报告\u202e.txt"])
def test_a_strange_name_stays_a_name(as_: Callable[[str], Door], case: dict[str, Any], name: str) -> None:
    door = as_("li")
    added = _send(door, case["number"], b"plain text", name)
    assert added.status_code == 201, added.text
    assert added.json is not None
    assert "/" not in added.json["name"]
    answer = door.get(added.headers["Location"])
    assert answer.data == b"plain text"
    assert "X-Evil" not in answer.headers


def test_a_file_is_needed_and_only_one(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    path = f"/cases/{case['number']}/evidence"
    problem(door.post(path, data={"kind": "photo"}, content_type="multipart/form-data"), 422)
    two = {"file": [(io.BytesIO(b"a"), "a.txt"), (io.BytesIO(b"b"), "b.txt")]}
    problem(door.post(path, data=two, content_type="multipart/form-data"), 422)


def test_a_part_without_a_name_is_refused(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\n{}\r\n--x--\r\n"
    path = f"/cases/{case['number']}/evidence"
    for key in ({}, {"Idempotency-Key": "k"}):
        answer = as_("li").post(path, data=body, content_type="multipart/form-data; boundary=x", headers=key)
        problem(answer, 400)


def test_an_unknown_kind_is_named(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    refused = problem(_send(as_("li"), case["number"], PNG, kind="gossip"), 422)
    assert refused["problems"][0]["path"] == "kind"


def test_the_same_upload_with_the_same_key_is_one_item(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    sent = [_send(door, case["number"], PNG, headers={"Idempotency-Key": "k"}) for _ in range(2)]  # type: ignore[arg-type]
    assert [answer.status_code for answer in sent] == [201, 201]
    page = door.get(f"/cases/{case['number']}/evidence").json
    assert page is not None
    assert len(page["items"]) == 1
    other = _send(door, case["number"], PNG + b"x", headers={"Idempotency-Key": "k"})  # type: ignore[arg-type]
    problem(other, 422)


@pytest.mark.requirement("PRV-03")
def test_a_file_is_not_found_through_another_case(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    from tests.web.conftest import COMPLAINT

    door = as_("li")
    item = _send(door, case["number"], PNG).json
    other = door.post("/cases", COMPLAINT).json
    assert item is not None
    assert other is not None
    problem(door.get(f"/cases/{other['number']}/evidence/{item['id']}"), 404)
    problem(as_("qian").get(f"/cases/{case['number']}/evidence/{item['id']}"), 404)
