"""Diagram files (BPMN 2.0 XML in our dialect) -> `model.Diagram`, with a finding for everything that is not understood.

Reading never raises for what a person drew: the gate shows all faults of a file at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count

from lxml import etree

from engine.errors import Invalid
from engine.findings import Finding
from engine.spiff.contents import SILENT, UNHEARD, look_inside, unheard
from engine.spiff.extensions import names, properties, read_into, read_loop
from engine.spiff.model import DEPARTMENT, EVENTS, NODES, SUBPROCESSES, Diagram, Event, Flow, Node, Process, Scope
from engine.spiff.read_events import File, declare, message_of, read_event
from engine.spiff.unexecuted import unexecuted
from engine.spiff.xml import child, children, flag, local, nearest_id, text_of
from engine.xml import LONGEST, overlong, parse

_GIVES_WORK = SUBPROCESSES | {"userTask", "callActivity"}
_ALIEN = {
    "http://camunda.org/schema/1.0/bpmn": "camunda",
    "http://flowable.org/bpmn": "flowable",
    "http://activiti.org/bpmn": "activiti",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "spiffworkflow",
}


def read(files: Mapping[str, bytes], main: str = "") -> tuple[Diagram, list[Finding]]:
    """All processes of the `*.bpmn` files; `main` is the process which an instance runs."""
    diagram, findings, places = Diagram(main=main), list[Finding](), dict[str, str]()
    for path in sorted(path for path in files if path.lower().endswith(".bpmn")):
        file = File(path, findings)
        try:
            root = parse(files[path])
        except Invalid as error:
            fault = error.problems[0]
            file.fault("", fault["code"], fault["message_zh"], fault["message_en"])
            continue
        _read_file(root, file, diagram, places)
    return diagram, findings


def _read_file(root: etree._Element, file: File, diagram: Diagram, places: dict[str, str]) -> None:
    """places: id of an element or flow -> the file read before in which it is."""
    if local(root) != "definitions":
        file.fault("", "not_bpmn", "根元素不是 BPMN definitions", "The root element is not BPMN definitions")
        return
    if (element := overlong(root)) is not None:
        name = etree.QName(element).localname
        zh, en = (
            f"{name} 有一个属性超过 {LONGEST} 个字符",
            f"An attribute of {name} is longer than {LONGEST} characters",
        )
        file.fault(nearest_id(element), "too_long", zh, en)
        return
    _unique_ids(root, file, places)
    _aliens(root, file)
    unexecuted(root, file)
    for each in root:
        declare(each, file)
    for each in children(root, "process"):
        process = _read_process(each, file)
        if process.id in diagram.processes:
            zh, en = f"流程编号 {process.id} 出现两次", f"The process id {process.id} is used twice"
            file.fault(process.id, "duplicate_process", zh, en)
        diagram.processes.setdefault(process.id, process)


def _unique_ids(root: etree._Element, file: File, places: dict[str, str]) -> None:
    """No id twice in a file; and none of what a token reaches or takes twice in the bundle, where all have one name."""
    for element in root.iter(etree.Element):
        given, kind = element.get("id"), local(element)
        if given is None or not kind:
            continue
        if given in file.seen:
            file.fault(given, "duplicate_id", f"编号 {given} 出现两次", f"The id {given} is used twice")
        file.seen.add(given)
        if kind in NODES or kind == "sequenceFlow":
            other = places.setdefault(given, file.path)
            if other != file.path:
                zh, en = (
                    f"{other} 与 {file.path} 都用了编号 {given}",
                    f"{other} and {file.path} both use the id {given}",
                )
                file.fault(given, "duplicate_id", zh, en)


def _aliens(root: etree._Element, file: File) -> None:
    """Extensions of other engines mean something there and nothing here: say so instead of dropping them.

    An import leaves in the file what it can not translate, so that a person decides: the same is said of that.
    """
    found: dict[str, dict[str, None]] = {}
    for element in root.iter(etree.Element):
        for tag in (str(element.tag), *map(str, element.attrib)):
            uri, _, name = tag[1:].partition("}")
            if uri in _ALIEN:
                found.setdefault(nearest_id(element), {})[f"{_ALIEN[uri]}:{name}"] = None
    for place, left in found.items():
        several = "" if len(left) == 1 else "s"
        zh = f"其他引擎的扩展在这里不会执行：{'、'.join(left)}"
        en = f"Extension{several} of another engine, not executed here: {', '.join(left)}"
        file.fault(place, "foreign_extension", zh, en)


@dataclass(frozen=True, slots=True)
class _Lane:
    """The lane an element lies in: its name, the department it says it is (`redress:department`), its number in the
    file, and the numbers of the lanes around it."""

    name: str
    department: str | None
    number: int = 0
    around: frozenset[int] = frozenset()


def _read_process(element: etree._Element, file: File) -> Process:
    process = Process(id=element.get("id") or "", file=file.path)
    process.properties = properties(element)
    process.name_zh, process.name_en = names(element, process.properties)
    process.executable = flag(element, "isExecutable")
    lanes: dict[str, _Lane] = {}
    for holder in children(element, "laneSet"):
        _read_lanes(holder, process, lanes, file)
    _read_scope(element, process, lanes, file)
    return process


def _read_lanes(
    holder: etree._Element, process: Process, lanes: dict[str, _Lane], file: File, outer: _Lane | None = None
) -> None:
    """Element id -> its innermost lane; a lane is its outer lane's department unless it has one of its own."""
    for lane in children(holder, "lane"):
        name = " ".join((lane.get("name") or "").split()) or lane.get("id") or ""
        department = properties(lane).get(DEPARTMENT) or (outer.department if outer else None)
        around = outer.around | {outer.number} if outer else frozenset[int]()
        own = _Lane(name, department, len(process.lanes), around)
        process.lanes.append(name)
        for reference in children(lane, "flowNodeRef"):
            element = text_of(reference) or ""
            other = lanes.get(element, own)
            if other.number not in {own.number, *around}:
                zh = f"该元素同时在泳道 {other.name} 与 {name} 中"
                file.fault(element, "two_lanes", zh, f"The element is in two lanes, {other.name} and {name}")
            lanes[element] = own
        for inner in children(lane, "childLaneSet"):
            _read_lanes(inner, process, lanes, file, own)


def _read_scope(element: etree._Element, scope: Scope, lanes: Mapping[str, _Lane], file: File) -> None:
    for each in element:
        kind = local(each)
        if kind == "sequenceFlow":
            _add_flow(_read_flow(each), scope, file)
        elif kind in NODES:
            node = _read_node(each, kind, lanes, file)
            if not node.id and "" in scope.nodes:  # of the first one the gate says it
                file.fault(scope.id, "no_id", f"有一个 {kind} 没有编号", f"There is a {kind} without an id")
            scope.nodes.setdefault(node.id, node)
        elif kind and kind not in SILENT:
            zh, en = f"不支持的元素 {kind}", f"The element {kind} is not supported"
            file.fault(each.get("id") or scope.id, "unsupported_element", zh, en)
        if kind in UNHEARD:
            unheard(scope.id, kind, file)
    for flow in scope.flows.values():
        for end, side in ((flow.source, "outgoing"), (flow.target, "incoming")):
            touched = scope.nodes.get(end)
            if touched is None:
                zh, en = f"连线的端点 {end or '?'} 不存在", f"The flow's end {end or '?'} does not exist here"
                file.fault(flow.id, "dangling_flow", zh, en)
            else:
                getattr(touched, side).append(flow.id)
    for each in element:
        gateway = scope.nodes.get(each.get("id") or "")
        if gateway is not None and each.get("gatewayDirection"):
            _direction(each.get("gatewayDirection", ""), gateway, file)


def _direction(said: str, node: Node, file: File) -> None:
    """What a gateway says of its flows beside them (BPMN 2.0, 10.6.1); they alone count."""
    many = {"Converging": node.outgoing, "Diverging": node.incoming}.get(said, ())
    if len(many) > 1:
        zh = f"网关方向是 {said}，连线却不是；以连线为准"
        en = f"The gateway says that it is {said}, which its flows are not; the flows count"
        file.fault(node.id, "gateway_direction", zh, en, "warning")


def _add_flow(flow: Flow, scope: Scope, file: File) -> None:
    """No flow takes the place of another, whatever its id."""
    if not flow.id:
        zh = f"从 {flow.source or '?'} 到 {flow.target or '?'} 的连线没有编号"
        en = f"The flow from {flow.source or '?'} to {flow.target or '?'} has no id"
        file.fault(flow.source or scope.id, "no_id", zh, en)
    flow.id = _free(flow.id, scope.flows)
    scope.flows[flow.id] = flow


def _free(given: str, taken: Collection[str]) -> str:
    """That id, or one with a number behind it where it is taken."""
    if given not in taken:
        return given
    return next(each for number in count(len(taken) + 1) if (each := f"{given}#{number}") not in taken)


def _read_flow(element: etree._Element) -> Flow:
    condition = child(element, "conditionExpression")
    return Flow(
        id=element.get("id") or "",
        source=element.get("sourceRef") or "",
        target=element.get("targetRef") or "",
        condition=None if condition is None else text_of(condition) or "",
        name=element.get("name") or "",
    )


def _read_node(element: etree._Element, kind: str, lanes: Mapping[str, _Lane], file: File) -> Node:
    node = Node(id=element.get("id") or "", kind=kind)
    node.default = element.get("default")
    read_into(element, node)
    if lane := lanes.get(node.id):
        node.lane = lane.name
        if lane.department and kind in _GIVES_WORK and not node.work.groups:
            node.properties.setdefault(DEPARTMENT, lane.department)
    node.loop = read_loop(element, node, file)
    if kind in EVENTS:
        node.event = read_event(element, node, file)
        node.attached_to = element.get("attachedToRef") if kind == "boundaryEvent" else None
        side = "cancelActivity" if kind == "boundaryEvent" else "isInterrupting"
        node.interrupting = flag(element, side, default=True)
    elif kind in ("receiveTask", "sendTask") and element.get("messageRef"):
        node.event = Event(kind="message")
        message_of(node.event, node, element.get("messageRef"), file)
    elif kind == "callActivity" and node.called:
        _contradicted(element, node, file)
    elif kind in SUBPROCESSES:
        node.by_event = flag(element, "triggeredByEvent")
        node.inner = Scope(id=node.id)
        _read_scope(element, node.inner, lanes, file)
        _inherit_lane(node)
    elif kind == "scriptTask" and child(element, "script") is not None:
        _script(element, node, file)
    if kind not in SUBPROCESSES:  # whose inside is a scope
        look_inside(element, node, file)
    return node


def _contradicted(element: etree._Element, node: Node, file: File) -> None:
    """The called process which BPMN itself has a place for is not read; it must not be another one."""
    said = (element.get("calledElement") or "").rpartition(":")[2].strip()
    if said and said != (node.called or "").strip():
        zh = f"calledElement 是 {said}，zeebe:calledElement 是 {node.called}"
        en = f"calledElement is {said}, and zeebe:calledElement is {node.called}"
        file.fault(node.id, "said_twice", zh, en)


def _script(element: etree._Element, node: Node, file: File) -> None:
    """The script which BPMN itself has a place for: not executed, alone or beside one that is."""
    text = text_of(child(element, "script"))
    if node.script is None:
        node.script, node.result = text, element.get("resultVariable")
        zh, en = "脚本须写成 zeebe:script 中的 FEEL", "A script must be FEEL in zeebe:script"
        file.fault(node.id, "script_language", zh, en)
    elif text:
        zh, en = "脚本有两处：script 与 zeebe:script", "There are two scripts, script and zeebe:script"
        file.fault(node.id, "said_twice", zh, en)


def _inherit_lane(node: Node) -> None:
    """Elements of a subprocess lie in its lane unless they have one of their own."""
    for each in node.inner.nodes.values() if node.inner else ():
        if each.lane is None and node.lane is not None:
            each.lane = node.lane
            if each.inner is not None:
                _inherit_lane(each)
