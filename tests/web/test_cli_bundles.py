"""`redress check` and `redress publish`: files on a disk are judged and put to work."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from engine.db import transaction
from engine.models import ProcessDefinition
from tests.builders import (
    Element,
    bundle,
    catch,
    decision,
    diagram,
    end,
    form,
    gateway,
    process,
    script,
    start,
    table,
    timer,
    user,
)
from tests.web.test_cli import redress

GOOD = process("P", start(), user("A"), end())


def folder(path: Path, files: dict[str, bytes]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def judged(*paths: Path) -> tuple[int, list[dict[str, Any]]]:
    answer = redress("check", "--json", *map(str, paths))
    assert "Traceback" not in answer.stderr
    return answer.returncode, json.loads(answer.stdout)


def errors(report: dict[str, Any]) -> dict[str, str]:
    return {each["element"]: each["code"] for each in report["findings"] if each["severity"] == "error"}


def test_a_sound_bundle_is_accepted(tmp_path: Path) -> None:
    code, (report,) = judged(folder(tmp_path / "good", bundle(GOOD)))
    assert (code, report["accepted"]) == (0, True)


def test_a_wrong_bundle_is_refused_with_the_element_named_in_both_languages(tmp_path: Path) -> None:
    wrong = process("P", start(), user("A", form="nowhere"), end())
    code, (report,) = judged(folder(tmp_path / "wrong", bundle(wrong)))
    assert (code, report["accepted"]) == (1, False)
    assert errors(report) == {"A": "unknown_form"}
    (finding,) = [each for each in report["findings"] if each["severity"] == "error"]
    assert finding["message"] == finding["message_en"] != finding["message_zh"]


def test_one_wrong_file_of_several_is_the_one_refused(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.bpmn", tmp_path / "bad.bpmn"
    good.write_bytes(diagram(GOOD))
    bad.write_bytes(diagram(process("P", start(), user("A"))))
    code, reports = judged(good, bad)
    assert code == 1
    assert [(Path(report["file"]).name, report["accepted"]) for report in reports] == [
        ("good.bpmn", True),
        ("bad.bpmn", False),
    ]


def test_a_single_diagram_finds_the_forms_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "alone.bpmn"
    path.write_bytes(diagram(process("P", start(), user("A", form="accept"), end())))
    (tmp_path / "accept.form").write_bytes(form("accept"))
    (tmp_path / "broken.form").write_bytes(b"{")
    assert judged(path)[1][0]["accepted"]


def test_a_file_of_a_bundle_is_judged_with_its_neighbours(tmp_path: Path) -> None:
    sound = folder(
        tmp_path, bundle(process("P", start(), user("A", form="accept"), end()), files={"accept.form": form("accept")})
    )
    assert judged(sound / "main.bpmn")[1][0]["accepted"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.bpmn", b""),
        ("a.bpmn", b"\x00\xff" * 1000),
        ("a.bpmn", b"<a>" * 100_000),
        ("a.bpmn", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("a.bpmn", b"<x/>"),
        ("a.dmn", b"<x/>"),
        ("a.dmn", b"nothing"),
        ("a.form", b"[" * 100_000),
        ("a.form", b'{"components": 3}'),
        ("a.zip", b"PK\x03\x04"),
        ("a.txt", b"text"),
        ("a.bpmn", b" " * 17_000_000),
    ],
)
def test_a_hostile_file_is_refused_in_words(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    code, (report,) = judged(path)
    assert (code, report["accepted"]) == (1, False)
    assert all(each["message"] for each in report["findings"])


def test_pipes_devices_folders_and_odd_names_are_refused_and_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "endless.bpmn").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.bpmn")
    odd = Path(os.fsdecode(os.fsencode(tmp_path / "a") + b"\xff\x1b[31m.bpmn"))
    odd.write_bytes(diagram(GOOD))
    paths = [tmp_path / "endless.bpmn", tmp_path / "pipe.bpmn", odd]
    code, reports = judged(*paths)
    found = [each["code"] for report in reports for each in report["findings"]]
    assert (code, found) == (1, ["unknown_kind", "unknown_kind", "bad_path"])
    assert "\x1b" not in redress("check", *map(str, paths)).stdout


def test_a_diagram_is_judged_whatever_else_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "alone.bpmn"
    path.write_bytes(diagram(process("P", start(), user("A", form="accept"), end())))
    (tmp_path / "accept.form").write_bytes(form("accept"))
    (tmp_path / "folder.form").mkdir()
    (tmp_path / "folder.dmn").mkdir()
    os.mkfifo(tmp_path / "pipe.dmn")
    (tmp_path / "endless.form").symlink_to("/dev/zero")
    assert judged(path)[1][0]["accepted"]


@pytest.mark.parametrize(
    "disguise",
    [
        '<!-- <bpmn:process id="Old" isExecutable="true"/> -->',
        '<bpmn:category id="C"><bpmn:documentation>&lt;process id="Doc"&gt;</bpmn:documentation></bpmn:category>',
    ],
)
def test_the_process_of_a_file_is_that_which_is_drawn(tmp_path: Path, disguise: str) -> None:
    path = tmp_path / "one.bpmn"
    text = diagram(process("P", start(), user("A"), end(), name='a > id="Z"'.replace('"', "&quot;"))).decode()
    path.write_text(text.replace("<bpmn:process", f"{disguise}<bpmn:process", 1))
    code, (report,) = judged(path)
    assert (code, errors(report)) == (0, {})


def test_a_table_with_a_gap_is_accepted_with_a_doubt(tmp_path: Path) -> None:
    path = tmp_path / "level.dmn"
    path.write_bytes(table("level", ["amount"], "level", [(["< 500"], '"staff"'), (["> 500"], '"head"')]))
    code, (report,) = judged(path)
    assert code == 0
    assert [each["code"] for each in report["findings"]] == ["decision_gap"]


def test_publishing_twice_gives_one_version_and_a_change_gives_the_next(tmp_path: Path, database: Engine) -> None:
    first = folder(tmp_path / "first", bundle(GOOD, key="cli"))
    second = folder(tmp_path / "second", bundle(process("P", start(), user("A"), user("B"), end()), key="cli"))
    versions = [
        json.loads(redress("publish", "--json", str(path)).stdout)["version"] for path in (first, first, second)
    ]
    assert versions == [1, 1, 2]
    with transaction() as session:
        query = select(ProcessDefinition.version).where(ProcessDefinition.key == "cli")
        assert session.scalars(query.order_by(ProcessDefinition.version)).all() == [1, 2]


def test_a_wrong_bundle_is_not_published(tmp_path: Path, database: Engine) -> None:
    wrong = process("P", start(), gateway("exclusive", "G"), user("A", form="nowhere"), end())
    answer = redress("publish", str(folder(tmp_path / "wrong", bundle(wrong, key="cli"))))
    assert answer.returncode == 1
    assert "A" in answer.stderr
    assert "nowhere" in answer.stderr
    assert "Traceback" not in answer.stderr
    with transaction() as session:
        assert session.scalars(select(ProcessDefinition.id)).all() == []


def test_an_author_nobody_knows_is_wrong_usage(tmp_path: Path, database: Engine) -> None:
    answer = redress("publish", str(folder(tmp_path, bundle(GOOD))), "--author", "nobody")
    assert answer.returncode == 2
    assert "nobody" in answer.stderr


def test_overlapping_rules_are_refused_alike_in_a_file_and_in_a_bundle(tmp_path: Path) -> None:
    overlapping = table("level", ["amount"], "level", [(["> 1"], '"a"'), (["> 2"], '"b"')])
    alone = tmp_path / "level.dmn"
    alone.write_bytes(overlapping)
    parts = process("P", start(), decision("D", "level", "level"), user("A"), end())
    whole = folder(tmp_path / "whole", bundle(parts, files={"level.dmn": overlapping}))
    code, reports = judged(alone, whole)
    assert code == 1
    assert [errors(report) for report in reports] == [{"level_r1": "decision_overlap"}] * 2
    assert all(each["hint_zh"] and each["hint_en"] for report in reports for each in report["findings"])


def test_the_dry_run_of_the_command_line_plays_the_bundle(tmp_path: Path) -> None:
    parts = process("P", start(), script("S", '=1 + "a"', "x"), timer_catch(), end())
    path = str(folder(tmp_path / "plays", bundle(parts)))
    plain, played = redress("check", "--json", path), redress("check", "--json", "--dry-run", path)
    assert (plain.returncode, played.returncode) == (0, 1)
    assert errors(json.loads(played.stdout)[0]) == {"C": "fails"}
    words = redress("check", "--dry-run", path).stdout
    assert "error fails at main.bpmn C: The dry run fails here" in words


def timer_catch() -> Element:
    return catch("C", timer("=x"))
