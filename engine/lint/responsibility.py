"""Rules about who does a user task and by when: its department exists and has people, and it has a deadline."""

from collections.abc import Iterator

from engine.findings import Finding
from engine.lint.bundle import Bundle
from engine.lint.structure import error, warning
from engine.spiff.model import Node, Process, Scope

_DEPARTMENT = "redress:department"


def departments(bundle: Bundle) -> Iterator[Finding]:
    """Every department named by a property or a lane exists, and somebody works there."""
    for process in bundle.diagram.processes.values():
        for around, node in _user_tasks(process):
            if node.work.assignee or node.work.users or node.work.groups:
                continue
            named = next((name for each in (node, *around) if (name := each.properties.get(_DEPARTMENT))), None)
            code = named or _of_lane(bundle, node, around)
            if code is not None:
                yield from _staffed(bundle, node, code)
            elif bundle.lanes is not None:
                yield from _without(bundle, process, node)
    yield from _named(bundle)


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
    known = "、".join(sorted(bundle.departments or ()))
    if node.lane is not None:
        yield error(
            node.id,
            "unknown_department",
            f"泳道「{node.lane}」不是已知部门",
            f"The lane {node.lane!r} is no known department",
            f"部门代码：{known}",
            f"Departments: {known}",
        )
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
    known = "、".join(sorted(bundle.departments))
    for _, node in bundle.diagram.walk():
        code = node.properties.get(_DEPARTMENT)
        if code is not None and code not in bundle.departments:
            yield error(
                node.id,
                "unknown_department",
                f"部门 {code} 不存在",
                f"The department {code} does not exist",
                f"部门代码：{known}",
                f"Departments: {known}",
            )


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
