"""A bundle's diagrams as plain values: what the XML says in our dialect, before anything is executable.

The publish gate, the studio's reports and the builder of executable specs all read this one form. Kinds are the local
names of BPMN 2.0 (`userTask`, `exclusiveGateway`, ...). Expressions are kept as they are written (`=FEEL` or literal).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

TASKS = frozenset(
    {
        "task",
        "manualTask",
        "userTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
    }
)
DEPARTMENT = "redress:department"
"""Property of an element or a lane: the code of the department its tasks go to."""
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
THROWING = frozenset({"endEvent", "intermediateThrowEvent"})
EVENTS = CATCHING | THROWING
NODES = ACTIVITIES | GATEWAYS | EVENTS


@dataclass(slots=True)
class Flow:
    """A sequence flow; `condition` as written, or None."""

    id: str
    source: str
    target: str
    condition: str | None = None
    name: str = ""


@dataclass(slots=True)
class Event:
    """What an event waits for or causes.

    kind: `none timer message signal error escalation conditional terminate cancel compensate link multiple`;
    name: of the message, signal or link; code: of the error or escalation ("" catches all); timer: one of
    `date duration cycle` with `value` as written; correlation: key of a message as written; condition: as written.
    """

    kind: str = "none"
    name: str = ""
    code: str = ""
    timer: str = ""
    value: str = ""
    correlation: str | None = None
    condition: str = ""


@dataclass(slots=True)
class Mapping:
    """One line of `zeebe:ioMapping`: source expression -> target variable (dots make nested contexts)."""

    source: str
    target: str


@dataclass(slots=True)
class Loop:
    """Repetition of an activity (BPMN 2.0, 10.3.8): over a collection, a number of times, or by a condition."""

    sequential: bool = False
    collection: str | None = None
    element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    completion: str | None = None
    cardinality: str | None = None
    standard: bool = False
    condition: str | None = None
    test_before: bool = False
    maximum: int | None = None


@dataclass(slots=True)
class Work:
    """Who does a user task, when and with which form; all as written, None where silent."""

    form_id: str | None = None
    assignee: str | None = None
    groups: str | None = None
    users: str | None = None
    due: str | None = None
    follow_up: str | None = None
    priority: str | None = None


@dataclass(slots=True)
class Node:
    """An element which a token can reach."""

    id: str
    kind: str
    name_zh: str = ""
    name_en: str = ""
    lane: str | None = None
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    default: str | None = None
    event: Event | None = None
    attached_to: str | None = None
    interrupting: bool = True
    by_event: bool = False
    loop: Loop | None = None
    inputs: list[Mapping] = field(default_factory=list)
    outputs: list[Mapping] = field(default_factory=list)
    work: Work = field(default_factory=Work)
    function: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    retries: str | None = None
    decision: str | None = None
    result: str | None = None
    script: str | None = None
    called: str | None = None
    pass_all: bool = True
    return_all: bool | None = None
    inner: "Scope | None" = None
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def is_activity(self) -> bool:
        """Whether it is a task, a call or a subprocess."""
        return self.kind in ACTIVITIES


@dataclass(slots=True)
class Scope:
    """Nodes and flows of a process or of an embedded subprocess."""

    id: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    _hosted: tuple[int, dict[str, list[Node]]] = field(default=(0, {}), repr=False, compare=False)

    def walk(self) -> Iterator[Node]:
        """All nodes, those of inner subprocesses too."""
        for node in self.nodes.values():
            yield node
            if node.inner is not None:
                yield from node.inner.walk()

    def scopes(self) -> Iterator["Scope"]:
        """This scope and all inside it."""
        yield self
        for node in self.nodes.values():
            if node.inner is not None:
                yield from node.inner.scopes()

    def boundary(self, node_id: str) -> list[Node]:
        """Boundary events attached to a node, as drawn."""
        if self._hosted[0] != len(self.nodes):
            hosted: dict[str, list[Node]] = {}
            for node in self.nodes.values():
                if node.attached_to is not None:
                    hosted.setdefault(node.attached_to, []).append(node)
            self._hosted = (len(self.nodes), hosted)
        return self._hosted[1].get(node_id, [])


@dataclass(slots=True)
class Process(Scope):
    """A process of a diagram file."""

    name_zh: str = ""
    name_en: str = ""
    executable: bool = True
    lanes: list[str] = field(default_factory=list)
    file: str = ""
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Diagram:
    """All processes of a bundle by id; `main` is the one which an instance runs.

    beyond: published processes which it calls, and those which they call, where the gate knows them.
    """

    processes: dict[str, Process] = field(default_factory=dict)
    main: str = ""
    beyond: dict[str, Process] = field(default_factory=dict)

    def walk(self) -> Iterator[tuple[Process, Node]]:
        """Every node with its process."""
        for process in self.processes.values():
            for node in process.walk():
                yield process, node


Lanes: TypeAlias = dict[str, str]
