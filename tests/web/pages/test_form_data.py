"""What our script adds to form-js on the way in and out, run by Node without a browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.web.javascript import node

_RUN = """
const { conditionsOf, filled } = await import(process.argv[1]);
const { part, data, known, instances, fields } = JSON.parse(process.argv[2]);
const registries = {
  formFieldRegistry: { get: (id) => fields[id] },
  formFieldInstanceRegistry: { getAll: () => instances },
};
const form = { get: (name) => registries[name], _getState: () => ({ data: known }) };
console.log(JSON.stringify(part ? conditionsOf(part) : filled(data, form)));
"""
LIST = {"type": "dynamiclist", "isRepeating": True}


def _run(root: Path, **given: Any) -> Any:
    script = (root / "web/assets/forms/data.js").as_uri()
    order = [str(node()), "--input-type=module", "-e", _RUN, script, json.dumps(given)]
    done = subprocess.run(order, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("data", "known", "path", "sent"),
    [
        ({}, {"rows": []}, ["rows"], {"rows": []}),
        ({"a": 1}, {"g": {"rows": []}}, ["g", "rows"], {"a": 1, "g": {"rows": []}}),
        ({"rows": [{"a": 1}]}, {"rows": [{"a": 1}]}, ["rows"], {"rows": [{"a": 1}]}),
        ({}, {"rows": [{}]}, ["rows"], {}),
        ({}, {"out": [{"in": []}]}, ["out", 0, "in"], {"out": [{"in": []}]}),
        ({"out": [None, {"a": 1}]}, {"out": [{"in": []}]}, ["out", 0, "in"], {"out": [{"in": []}, {"a": 1}]}),
        ({"out": [{"a": 1}]}, {"out": [{"a": 1, "in": []}]}, ["out", 0, "in"], {"out": [{"a": 1, "in": []}]}),
    ],
)
def test_a_list_whose_rows_were_all_removed_is_sent_empty(
    root: Path, data: Any, known: Any, path: list[Any], sent: Any
) -> None:
    instances = [{"id": "l", "valuePath": path}]
    assert _run(root, data=data, known=known, instances=instances, fields={"l": LIST}) == sent


def test_a_list_which_is_not_shown_is_not_sent(root: Path) -> None:
    assert _run(root, data={}, known={"rows": []}, instances=[], fields={"l": LIST}) == {}


@pytest.mark.parametrize(
    ("drawn", "shown"),
    [
        ({"disabled": "=a"}, {"readonly": "=a"}),
        ({"disabled": "=a", "readonly": "=b"}, {"readonly": "=(b) or (a)"}),
        ({"disabled": "=a", "readonly": True}, {"readonly": True}),
        ({"disabled": True}, {"disabled": True}),
        ({"readonly": "=b"}, {"readonly": "=b"}),
        ({"components": [{"disabled": "=a"}]}, {"components": [{"readonly": "=a"}]}),
    ],
)
def test_a_condition_for_being_disabled_is_one_which_form_js_evaluates(root: Path, drawn: Any, shown: Any) -> None:
    assert _run(root, part=drawn) == shown
