"""The bytes of an instance: one format byte, then zstd over ordered rows of what is alive. No spec, no past.

Format 1: `[scopes, tokens]`. A scope is `[row of its host token or -1, completed, variables]`, the instance itself
first, inner ones behind their host's. A token is `[id, scope, node, row of the token it depends on or -1, state,
variables or 0, notes or 0]`; tokens stand in the order in which they were put in.
"""

from threading import local
from typing import Any

import orjson
import zstandard

from engine.errors import Invalid
from engine.ids import from_hex
from engine.spiff.subprocesses import SubProcess
from engine.spiff.values import decode, encode
from engine.spiff.workflow import ROOT, ProcessSpec, Scope, SubWorkflow, Token, Workflow

Rows = list[list[list[Any]]]

FORMAT = 1
MAX_BYTES = 4 * 1024 * 1024

_codecs = local()


def _compressor() -> tuple[zstandard.ZstdCompressor, zstandard.ZstdDecompressor]:
    """zstd contexts of this thread."""
    found: tuple[zstandard.ZstdCompressor, zstandard.ZstdDecompressor] | None = getattr(_codecs, "pair", None)
    if found is None:
        found = _codecs.pair = (zstandard.ZstdCompressor(level=3), zstandard.ZstdDecompressor())
    return found


def dump(top: Workflow) -> bytes:
    """The state of an instance. Raises Invalid, naming the variable, for a value which cannot be kept."""
    return pack(rows(top))


def pack(data: Rows) -> bytes:
    """Rows as bytes. Raises Invalid for more than `MAX_BYTES`: documents belong into the case file, not in here."""
    raw = orjson.dumps(data)
    if len(raw) > MAX_BYTES:
        zh, en = "流程数据过大", "The process data is too large"
        raise Invalid(en, problems=[{"path": "", "code": "too_much_data", "message_zh": zh, "message_en": en}])
    return bytes([FORMAT]) + _compressor()[0].compress(raw)


def rows(top: Workflow) -> Rows:
    """The state as JSON-able rows, in order."""
    numbers: dict[Token, int] = {}
    scopes: list[list[Any]] = []
    tokens: list[list[Any]] = []
    pending: list[Scope] = [top]
    for scope in pending:
        number = len(scopes)
        host = numbers[scope.host] if isinstance(scope, SubWorkflow) else -1
        members, root = scope.tasks, scope.task_tree
        scopes.append([host, int(scope.completed), _variables(root) if root.data else {}])
        for token in members.values():
            if token is root:
                continue
            numbers[token] = len(tokens)
            parent = -1 if token._parent == ROOT else numbers[members[token._parent]]
            tokens.append(
                [
                    token.id.hex,
                    number,
                    token.task_spec.name,
                    parent,
                    token._state,
                    _variables(token) if token.data else 0,
                    token.internal_data or 0,
                ]
            )
            inner = top.subprocesses.get(token.id)
            if inner is not None:
                pending.append(inner)
    return [scopes, tokens]


def _variables(token: Token) -> object:
    found = {}
    for name, value in token.data.items():
        try:
            found[name] = encode(value)
        except TypeError as error:
            zh, en = f"变量 {name} 无法保存", f"The variable {name} cannot be kept: {error}"
            problem = {"path": name, "code": "not_data", "message_zh": zh, "message_en": en}
            raise Invalid(en, problems=[problem], element=token.task_spec.name) from None
    return found


def load(state: bytes, spec: ProcessSpec) -> Workflow:
    """The instance in memory, on the compiled process it runs. Raises Invalid for bytes which are no state of it."""
    return restore(unpack(state), spec)


def unpack(state: bytes) -> Rows:
    """Bytes as rows. Raises Invalid."""
    if not state or state[0] != FORMAT:
        raise Invalid("The state has an unknown format", code="state_format")
    raw = _compressor()[1].decompress(state[1:], max_output_size=MAX_BYTES)
    found: Rows = orjson.loads(raw)
    return found


def restore(data: Rows, spec: ProcessSpec) -> Workflow:
    """Rows as an instance in memory."""
    scope_rows, token_rows = data
    top = Workflow(spec)
    members: list[Token] = []
    inner: dict[int, list[int]] = {}
    for number, row in enumerate(scope_rows[1:], 1):
        inner.setdefault(row[0], []).append(number)
    scopes: list[Scope | None] = [None] * len(scope_rows)
    scopes[0] = top
    _fill_scope(top, scope_rows[0])
    for index, (token_id, scope_number, name, parent, state, variables, notes) in enumerate(token_rows):
        scope = scopes[scope_number]
        assert scope is not None  # noqa: S101 - a host's row stands before its scope's tokens
        node = scope.spec.nodes.get(name)
        if node is None:
            raise Invalid(f"The state has a token on {name}, which the process does not have", element=str(name))
        above = scope.task_tree if parent == -1 else members[parent]
        token = Token(scope, node, above, state=state, token_id=from_hex(token_id))
        if variables:
            token.data = {key: decode(value) for key, value in variables.items()}
        if notes:
            token.internal_data = notes
        members.append(token)
        for number in inner.get(index, ()):
            assert isinstance(node, SubProcess)  # noqa: S101 - only those have a scope inside
            sub = SubWorkflow(node.inner_spec(), token, top)
            _fill_scope(sub, scope_rows[number])
            top.subprocesses[token.id] = sub
            scopes[number] = sub
    return top


def _fill_scope(scope: Scope, row: list[Any]) -> None:
    scope.completed = bool(row[1])
    if row[2]:
        scope.task_tree.data = {key: decode(value) for key, value in row[2].items()}
