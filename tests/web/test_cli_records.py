"""`redress import` and `redress drive`: records go in row by row, simulated staff bring every case to its end."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from engine.db import transaction
from tests.web.test_cli import redress
from workflows.models import Case

HEADER = "留言编号,留言用户,留言主题,留言时间,留言详情,一级分类\n"
GOOD = "{number},用户甲,路灯不亮,2020/1/1 10:00,小区门口的路灯已经坏了两个星期，晚上出行很不安全。,城乡建设\n"


def count() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def file(path: Path, *rows: str) -> str:
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return str(path)


def test_wrong_rows_are_named_by_line_and_column_and_the_rest_goes_in(tmp_path: Path, database: Engine) -> None:
    rows = [GOOD.format(number=1), "2,用户乙,主题,someday,详情,城乡建设\n", "3,short\n", GOOD.format(number=4)]
    name = file(tmp_path / "rows.csv", *rows)
    answer = redress("import", name, "--profile", "tipdm", "--json")
    assert answer.returncode == 0
    report = json.loads(answer.stdout)
    assert report["imported"] == 2
    assert [(fault["line"], fault["column"]) for fault in report["faults"]] == [(3, "留言时间"), (4, "留言主题")]
    assert count() == 2
    again = redress("import", name, "--profile", "tipdm")
    assert again.stdout == "0 imported, 2 were there already, 2 faults\n"
    assert "rows.csv, line 3, column 留言时间: " in again.stderr
    assert count() == 2


def test_a_limit_ends_the_import(tmp_path: Path, database: Engine) -> None:
    name = file(tmp_path / "rows.csv", *(GOOD.format(number=number) for number in range(5)))
    answer = redress("import", name, "--profile", "tipdm", "--limit", "3")
    assert answer.stdout.startswith("3 imported")
    assert count() == 3


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\xff\xfe", b"a,b,c\n1,2,3\n", b'"', b"\xef\xbb\xbf"])
def test_a_file_which_holds_no_records_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    answer = redress("import", str(path), "--profile", "tipdm")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert all(line.startswith("redress: ") for line in answer.stderr.splitlines())


def test_an_unknown_profile_is_wrong_usage(tmp_path: Path) -> None:
    answer = redress("import", file(tmp_path / "rows.csv"), "--profile", "nope")
    assert answer.returncode == 2
    assert "tipdm" in answer.stderr


@pytest.mark.slow
def test_driven_cases_all_reach_an_end_and_leave_the_database_alone(database: Engine) -> None:
    answer = redress("drive", "--cases", "6", "--seed", "7", "--json")
    assert answer.returncode == 0, answer.stderr
    report = json.loads(answer.stdout)
    assert (report["cases"], report["ended"], report["incidents"]) == (6, 6, 0)
    assert sum(report["outcomes"].values()) == 6
    assert {"escalations", "legal_reviews", "approvals", "steps", "seconds"} <= set(report)
    assert count() == 0
