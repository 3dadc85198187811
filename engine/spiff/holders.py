"""Which `zeebe:` extension counts on which element: on any other it is dropped, and `spiff.unexecuted` says so."""

from collections.abc import Mapping
from types import MappingProxyType

from engine.spiff.model import ACTIVITIES, EVENTS, NODES

_DONE_HERE = frozenset({"serviceTask", "scriptTask", "businessRuleTask"})
_RUNS = _DONE_HERE | {"sendTask", "intermediateThrowEvent", "endEvent"}
_PERSON = frozenset({"userTask"})

HOLDERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "assignmentDefinition": _PERSON,
        "formDefinition": _PERSON,
        "priorityDefinition": _PERSON,
        "taskSchedule": _PERSON,
        "userTask": _PERSON,
        "calledDecision": _DONE_HERE,
        "script": _DONE_HERE,
        "taskDefinition": _RUNS | {"messageEventDefinition"},
        "taskHeaders": _RUNS | _PERSON,
        "calledElement": frozenset({"callActivity"}),
        "ioMapping": ACTIVITIES | EVENTS,
        "loopCharacteristics": frozenset({"multiInstanceLoopCharacteristics"}),
        "subscription": frozenset({"message"}),
    }
)
"""Extension -> the BPMN elements which carry it out. `properties` and `versionTag` may stand anywhere."""

ANYWHERE = frozenset({"properties", "versionTag"})
HARMLESS = frozenset({"userTask", "taskHeaders", "subscription"})
"""What changes nothing where it does not count: a doubt, not a refusal."""

WORK = frozenset({"calledDecision", "calledElement", "script", "taskDefinition"})
"""Each says what an element does; of two of them one would be dropped."""


def counts(name: str, holder: str) -> bool:
    """Whether an extension is carried out on a BPMN element of that kind."""
    return name in ANYWHERE or holder in HOLDERS.get(name, ())


def is_harmless(name: str, holder: str) -> bool:
    """Whether nothing is lost where it does not count. The form of a start event is for whoever starts it by hand."""
    return name in HARMLESS or holder not in NODES or (name, holder) == ("formDefinition", "startEvent")
