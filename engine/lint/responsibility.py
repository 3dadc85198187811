"""Rules about who does a user task and by when: department and people exist, and it has a deadline."""

import re
from collections.abc import Iterator, Mapping

from engine import xml
from engine.errors import Invalid
from engine.findings import Finding
from engine.lint.bundle import Bundle
from engine.lint.structure import error, warning
from engine.spiff.model import Node, Process, Scope

MOST_PERSONS = 1_000
"""Names in a bundle; of more nobody is asked whether they are there."""
_DEPARTMENT = "redress:department"
_APPOINTED = re.compile(r"""\b(?:assignee|candidateUsers)\s*=\s*["']([^"'=][^"']*)["']""")


def departments(bundle: Bundle) -> Iterator[Finding]:
    """Every department named by a property or a lane exists, and somebody works there."""
    for process in bundle.diagram.processes.values():
        for around, node in _user_tasks(process):
            if node.work.assignee or node.work.users:
                continue
            if node.work.groups:
                yield from _of_groups(bundle, process, node, around)
                continue
            named = next((name for each in (node, *around) if (name := each.properties.get(_DEPARTMENT))), None)
            code = named or _of_lane(bundle, node, around)
            if code is not None:
                yield from _staffed(bundle, node, code)
            elif bundle.lanes is not None:
                yield from _without(bundle, process, node)
    yield from _named(bundle)


def who_is_named(files: Mapping[str, bytes]) -> set[str]:
    """What may be a login or id (in lower case) in the diagrams of a bundle, to ask once who of them is there."""
    found: set[str] = set()
    for path, content in sorted(files.items()):
        if path.lower().endswith(".bpmn") and len(content) <= xml.MAX_BYTES:
            try:
                texts = _APPOINTED.findall(xml.decoded(content))
            except Invalid:
                continue
            found.update(name.lower() for text in texts for name in _named_in(text))
    return found


def persons(bundle: Bundle) -> Iterator[Finding]:
    """Everybody named for a task by login is an active person."""
    if bundle.persons is None:
        return
    for process in bundle.diagram.processes.values():
        for _, node in _user_tasks(process):
            for login in (*_named_in(node.work.assignee), *_named_in(node.work.users)):
                if login.lower() not in bundle.persons:
                    yield warning(
                        node.id,
                        "unknown_person",
                        f"没有登录名为「{login}」的在职人员，任务将由部门领取",
                        f"No active person has the login {login!r}: the task goes to the department",
                        "改正登录名，或先建立该人员",
                        "Correct the login, or add the person first",
                    )


def _named_in(text: str | None) -> list[str]:
    """The names a text holds which is no expression."""
    if text is None or text.startswith("="):
        return []
    return [part.strip() for part in text.split(",") if part.strip()]


def _of_groups(bundle: Bundle, process: Process, node: Node, around: tuple[Node, ...]) -> Iterator[Finding]:
    """One of the groups is a department; else the task's own property or a lane gives one, perhaps its caller's."""
    names, known = _named_in(node.work.groups), bundle.lanes
    if not names or known is None or node.properties.get(_DEPARTMENT):
        return
    code = next((known[name.lower()] for name in names if name.lower() in known), None)
    code = code or _of_lane(bundle, node, around)
    if code is not None:
        yield from _staffed(bundle, node, code)
    elif process.id == bundle.diagram.main or any(each.lane for each in (node, *around)):
        yield _unknown(
            bundle,
            node,
            f"候选组「{'、'.join(names)}」不是已知部门",
            f"None of the candidate groups is a known department: {', '.join(names)}",
        )


def _user_tasks(scope: Scope, around: tuple[Node, ...] = ()) -> Iterator[tuple[tuple[Node, ...], Node]]:
    """User tasks with the subprocesses around them, innermost first."""
    for node in scope.nodes.values():
        if node.kind == "userTask":
            yield around, node
        if node.inner is not None:
            yield from _user_tasks(node.inner, (node, *around))


def _of_lane(bundle: Bundle, node: Node, around: tuple[Node, ...]) -> str | None:
    lane = next((each.lane for each in (node, *around) if each.lane), None)
    return None if lane is None or bundle.lanes is None else bundle.lanes.get(lane.strip().lower())


def _staffed(bundle: Bundle, node: Node, code: str) -> Iterator[Finding]:
    if bundle.staffed is not None and code not in bundle.staffed and code in (bundle.departments or ()):
        yield warning(
            node.id,
            "nobody_there",
            f"部门 {code} 没有在职人员，任务无人处理",
            f"Nobody works in the department {code}: the task would wait for ever",
            "先任命人员",
            "Appoint somebody first",
        )


def _without(bundle: Bundle, process: Process, node: Node) -> Iterator[Finding]:
    """A task in a lane which is no department is nobody's; one without a lane may get one from its caller."""
    if node.lane is not None:
        zh, en = f"泳道「{node.lane}」不是已知部门", f"The lane {node.lane!r} is no known department"
        yield _unknown(bundle, node, zh, en)
    elif process.id == bundle.diagram.main:
        yield warning(
            node.id,
            "no_department",
            "任务没有泳道或部门，只能由主管分派",
            "The task has neither lane nor department: it waits until somebody assigns it",
            "放入泳道或填写 redress:department",
            "Put it into a lane or set redress:department",
        )


def _named(bundle: Bundle) -> Iterator[Finding]:
    """`redress:department`, wherever it stands, names a department."""
    if not bundle.departments:
        return
    for _, node in bundle.diagram.walk():
        code = node.properties.get(_DEPARTMENT)
        if code is not None and code not in bundle.departments:
            yield _unknown(bundle, node, f"部门 {code} 不存在", f"The department {code} does not exist")


def _unknown(bundle: Bundle, node: Node, zh: str, en: str) -> Finding:
    known = sorted(bundle.departments or ())
    hints = f"部门代码：{'、'.join(known)}", f"Departments: {', '.join(known)}"
    return error(node.id, "unknown_department", zh, en, *hints)


def deadlines(bundle: Bundle) -> Iterator[Finding]:
    """Every user task has a due date, or a timer on it or around it."""
    for process in bundle.diagram.processes.values():
        timed = {
            node.attached_to
            for node in process.walk()
            if node.kind == "boundaryEvent" and node.event is not None and node.event.kind == "timer"
        }
        for around, node in _user_tasks(process):
            if not node.work.due and not timed & {node.id, *(each.id for each in around)}:
                yield warning(
                    node.id,
                    "no_deadline",
                    "用户任务没有期限",
                    "The user task has no deadline",
                    '填写到期时间，例如 =deadline("investigate")，或附加定时事件',
                    'Set a due date, for example =deadline("investigate"), or attach a timer event',
                )
