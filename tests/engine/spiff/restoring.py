"""Restoring an instance in a process which knows nothing of it, and saying all that is then in it.

`Elsewhere` is another Python with another hash seed. It forks for every restore: each answer comes from a process which
has seen no instance and no diagram but one of three elements, compiled the files it was sent, and ended afterwards.
Only what the database stores crosses over. (Starting an interpreter for each would do the same for 50 times the price.)
"""

import base64
import datetime as dt
import gc
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson

from engine.feel import to_plain
from engine.jsonable import jsonable
from engine.settings import ROOT
from engine.spiff import execution, state
from engine.spiff.compiled import Compiled, compile_bundle
from engine.spiff.movement import Movement
from engine.spiff.opening import opening
from engine.spiff.watching import waits_of
from engine.spiff.workflow import variables
from tests.builders import bundle, end, process, script, start

Description = dict[str, Any]


def described(stored: bytes, compiled: Compiled, now: dt.datetime) -> Description:
    """All that is in an instance restored from its bytes, JSON-able: tokens, variables of every scope, what waits."""
    top = state.load(stored, compiled.main)
    top.movement = Movement(now)
    waits = waits_of(top)
    tasks = {str(token_id): _task(token) for token_id, token in waits.tasks.items()}
    return {
        "state": base64.b64encode(state.dump(top)).decode(),
        "rows": jsonable(state.rows(top)),
        "completed": bool(top.completed),
        "variables": jsonable({name: to_plain(value) for name, value in execution.data(top).items()}),
        "standing": sorted(
            [each.element_id, each.kind, each.process_id, str(each.token_id)] for each in execution.standing(top)
        ),
        "tasks": tasks,
        "timers": {str(each.token_id): [each.element_id, str(each.due_at)] for each in waits.deadlines.values()},
        "subscriptions": {
            str(each.token_id): [each.element_id, each.kind, each.name, each.key] for each in waits.listening.values()
        },
    }


def _task(token: Any) -> Description:
    drawn = opening(token)
    return {
        "element": drawn.element_id,
        "names": [drawn.name_zh, drawn.name_en],
        "who": [drawn.lane, drawn.department, drawn.assignee, drawn.groups, drawn.users],
        "form": drawn.form_id,
        "priority": drawn.priority,
        "due_at": None if drawn.due_at is None else str(drawn.due_at),
        "sees": jsonable(variables(token).plain()),
    }


class Elsewhere:
    """The other Python: `describe` asks it."""

    def __init__(self, hash_seed: int) -> None:
        """hash_seed: of its strings, so that nothing may depend on the order of a set."""
        self.hash_seed = hash_seed
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        )

    def describe(self, stored: bytes, files: Mapping[str, bytes], main: str, now: dt.datetime) -> Description:
        """What a fresh process finds in these bytes. Raises RuntimeError where it could not restore them."""
        sent = {
            "state": base64.b64encode(stored).decode(),
            "files": {path: base64.b64encode(content).decode() for path, content in files.items()},
            "main": main,
            "now": now.isoformat(),
        }
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        pipe_in.write(orjson.dumps(sent) + b"\n")
        pipe_in.flush()
        answer: Description = orjson.loads(pipe_out.readline() or b'{"failed": "it has ended"}')
        if "failed" in answer:
            raise RuntimeError(f"a fresh process could not restore it: {answer['failed']}")
        return answer

    def end(self) -> None:
        """Let it end."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(30)


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Another Python for the time of the block."""
    made = Elsewhere(random.randrange(1, 2**32))
    try:
        yield made
    finally:
        made.end()


def _serve() -> None:
    """Answer every line by a child which restores once and ends."""
    compile_bundle("d", bundle(process("P", start(), script("S", "=1 + 1", "x"), end())), "P")  # warms code, not data
    gc.freeze()  # what was imported is not touched, so the children share its memory
    gc.disable()
    while line := sys.stdin.buffer.readline():
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            sys.stdout.buffer.write(_answer(line) + b"\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            sys.stdout.buffer.write(orjson.dumps({"failed": f"the process ended with {status}"}) + b"\n")
            sys.stdout.flush()


def _answer(line: bytes) -> bytes:
    try:
        asked = orjson.loads(line)
        files = {path: base64.b64decode(content) for path, content in asked["files"].items()}
        compiled = compile_bundle("d", files, asked["main"])
        found = described(base64.b64decode(asked["state"]), compiled, dt.datetime.fromisoformat(asked["now"]))
        return orjson.dumps(found)
    except Exception as error:  # whatever it is: the asker shall read it
        return orjson.dumps({"failed": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    _serve()
