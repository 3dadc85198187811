"""The command line as a person meets it: a process, its output, its exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from engine.db import transaction
from workflows import people
from workflows.models import Case, Person

ROOT = Path(__file__).resolve().parents[2]

TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="authority" namespace="https://example.com/authority">
  <decision id="Decision_Level" name="Level">
    <variable name="Level" typeRef="string"/>
    <decisionTable id="Table" hitPolicy="UNIQUE">
      <input id="Input" label="Amount"><inputExpression typeRef="number"><text>amount</text></inputExpression></input>
      <output id="Output" name="level" typeRef="string"/>
      <rule id="Low">
        <inputEntry id="a"><text>&lt;= 500</text></inputEntry><outputEntry id="b"><text>"staff"</text></outputEntry>
      </rule>
      <rule id="High">
        <inputEntry id="c"><text>&gt; 500</text></inputEntry><outputEntry id="e"><text>"head"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


def redress(*arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own; variables: of its environment."""
    command = [sys.executable, "-m", "web.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", **variables}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_help_names_every_command() -> None:
    answer = redress("--help")
    assert answer.returncode == 0
    for name in ("up", "serve", "worker", "migrate", "publish", "check", "import", "drive", "bench", "requirements"):
        assert f"\n  {name} " in answer.stdout


def test_an_unknown_command_is_wrong_usage() -> None:
    answer = redress("frobnicate")
    assert answer.returncode == 2
    assert "frobnicate" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_feel_prints_the_value_of_an_expression() -> None:
    answer = redress("feel", 'if amount > 500 then "head" else "staff"', "--context", '{"amount": 501}')
    assert (answer.stdout, answer.returncode) == ('"head"\n', 0)


def test_feel_says_where_a_text_is_wrong_on_one_line() -> None:
    answer = redress("feel", "1 +\n  * 2")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert "line 2, column 3" in answer.stderr


def test_feel_says_why_a_value_is_null() -> None:
    answer = redress("feel", '1 + "x"')
    assert answer.stdout == "null\n"
    assert "note: " in answer.stderr


@pytest.mark.parametrize("context", ["{", "[1]", "@/no/such/file", '{"a": }'])
def test_a_context_which_is_no_json_object_is_wrong_usage(context: str) -> None:
    answer = redress("feel", "1", "--context", context)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


def test_dmn_prints_the_result_and_which_rule_matched(tmp_path: Path) -> None:
    file = tmp_path / "authority.dmn"
    file.write_text(TABLE, encoding="utf-8")
    plain = redress("dmn", str(file), "--decision", "Decision_Level", "--context", '{"amount": 800}')
    assert json.loads(plain.stdout) == "head"
    traced = json.loads(redress("dmn", str(file), "--context", '{"amount": 800}', "--trace").stdout)
    assert traced["result"] == "head"
    (table,) = traced["trace"][-1]["tables"]
    assert [rule["id"] for rule in table["rules"]] == ["High"]


def test_dmn_names_a_decision_which_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "authority.dmn"
    file.write_text(TABLE, encoding="utf-8")
    answer = redress("dmn", str(file), "--decision", "Nope")
    assert answer.returncode == 1
    assert "Nope" in answer.stderr


@pytest.mark.parametrize("content", ["", "<", "not xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "<definitions/>"])
def test_a_file_which_is_no_dmn_is_refused_on_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.dmn"
    file.write_text(content, encoding="utf-8")
    answer = redress("dmn", str(file), "--decision", "x")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr


def test_requirements_counts_what_is_covered() -> None:
    answer = json.loads(redress("requirements", "--json").stdout)
    assert answer["total"] == answer["covered"] + len(answer["missing"])


def test_a_bench_nobody_knows_is_wrong_usage() -> None:
    answer = redress("bench", "frobnicate")
    assert answer.returncode == 2
    assert "frobnicate" in answer.stderr


def test_dmn_tck_counts_cases(shared: Path) -> None:
    folder = shared / "conformance" / "dmn-tck" / "compliance-level-2"
    report = json.loads(redress("dmn-tck", str(folder), "--json").stdout)
    assert report["failures"] == []
    assert report["passed"] == report["total"] > 0


def test_a_database_which_does_not_answer_is_said_in_one_line() -> None:
    answer = redress("migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert answer.returncode == 1
    assert answer.stderr.startswith("redress: the database: ")
    assert answer.stderr.count("\n") == 1


def test_a_person_gets_a_password_once_and_can_log_in_with_it(database: Engine) -> None:
    made = redress("person", "ada", "--department", "technology", "--role", "administrator", "--name-zh", "艾达")
    assert made.returncode == 0, made.stderr
    changed = redress("person", "ada", "--role", "auditor")
    assert changed.stdout == ""
    with transaction() as session:
        person = people.authenticate(session, "ada", made.stdout.strip())
        assert person is not None
        assert (person.roles, person.name_zh, person.department) == (["auditor"], "艾达", "technology")


@pytest.mark.parametrize(
    "arguments",
    [("a b", "--department", "technology"), ("bob",), ("bob", "--department", "nowhere", "--role", "staff")],
)
def test_a_person_who_cannot_be_is_refused_on_one_line(database: Engine, arguments: tuple[str, ...]) -> None:
    answer = redress("person", *arguments)
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1


def test_planting_makes_an_empty_database_the_demos_and_refuses_anybody_elses(database: Engine) -> None:
    answer = redress("plant", "--cases", "6")
    assert (answer.returncode, "all here" in answer.stderr) == (0, True), answer.stderr
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 2  # four arrive when the house is opened
        for person in session.scalars(select(Person)):
            person.login = f"own.{person.login}"
    answer = redress("plant", "--cases", "8")
    assert answer.returncode == 1
    assert "no demo's house" in answer.stderr
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 2
