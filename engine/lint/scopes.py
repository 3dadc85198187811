"""Which names an expression can know: what the process is given, and what each element adds for itself.

The question is asked without regard to order: a variable counts as known when anything in the bundle sets it. So a
finding is about a name which nobody ever sets, never about one which is merely set late.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine import forms
from engine.forms import Form, FormError
from engine.functions import find
from engine.lint.bundle import Bundle
from engine.spiff.model import Node, Scope

COUNTS = frozenset(
    {"numberOfInstances", "numberOfCompletedInstances", "numberOfActiveInstances", "numberOfTerminatedInstances"}
)


@dataclass(slots=True)
class Known:
    """names: process data which something sets; open: something may set names that nobody can tell beforehand."""

    names: set[str] = field(default_factory=set)
    open: bool = False

    def add(self, given: frozenset[str] | set[str] | None) -> None:
        """These names, or any name at all."""
        if given is None:
            self.open = True
        else:
            self.names |= given


def loaded_forms(bundle: Bundle) -> dict[str, Form]:
    """Forms which can be read, by id; those which cannot have findings of their own."""
    if bundle.read_forms is None:
        found = {}
        for form_id, schema in bundle.forms.items():
            bundle.effort.spend()
            try:
                found[form_id] = forms.load(schema)
            except FormError:
                continue
        bundle.read_forms = found
    return bundle.read_forms


def fields_of(form: Form) -> set[str]:
    """The names under which a form hands out its values."""
    return {component.path[0] for component in form.fields if component.path} | {
        component.path[0] for component in form.root.walk() if component.repeats and component.path
    }


def heads(targets: Iterator[str]) -> set[str]:
    """The variables in which mappings put something (`a` of `a.b`)."""
    return {target.partition(".")[0].strip() for target in targets}


def values_of(bundle: Bundle, read_forms: dict[str, Form], node: Node) -> frozenset[str] | set[str] | None:
    """The names an element's own work gives (seen by its output mappings); None where nobody can tell."""
    if node.kind == "userTask":
        form = read_forms.get(node.work.form_id or "")
        return None if form is None else fields_of(form)
    if node.function is not None:
        function = find(node.function)
        return None if function is None else function.gives
    if node.script is not None or node.decision is not None:
        return {node.result} if node.result else None
    if node.kind == "callActivity":
        return set() if node.called in bundle.diagram.processes else None
    if node.event is not None and node.event.kind in ("message", "signal", "error", "escalation"):
        return None if node.kind in ("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask") else set()
    return set()


def known(bundle: Bundle, read_forms: dict[str, Form], *, start: bool = True) -> Known:
    """All process data of a bundle; start: that which an instance may be started with, too."""
    found = Known({"case"})
    if start:
        found.add(bundle.variables)
    for _, node in bundle.diagram.walk():
        if node.outputs:
            found.names |= heads(line.target for line in node.outputs)
            if node.kind == "startEvent":  # what a process is started with is there beside what is mapped
                found.add(values_of(bundle, read_forms, node))
        elif not (node.kind == "callActivity" and node.return_all is False):
            found.add(values_of(bundle, read_forms, node))
        if node.loop is not None and node.loop.output_collection:
            found.names.add(node.loop.output_collection)
    return found


def own(node: Node) -> set[str]:
    """Names which an element has for itself, and for what is inside it or attached to it."""
    found = heads(line.target for line in node.inputs)
    if node.loop is not None:
        found.add("loopCounter")
        if node.loop.element:
            found.add(node.loop.element)
        text = (node.loop.output_element or "").lstrip("= ")
        if text.isidentifier():
            found.add(text)
    return found


def inside(scope: Scope, around: frozenset[str] = frozenset()) -> Iterator[tuple[Scope, Node, frozenset[str]]]:
    """Every node of a scope and below, with its scope and the local names it sees."""
    for node in scope.nodes.values():
        host = scope.nodes.get(node.attached_to or "")
        added = own(node) | (own(host) if host is not None else set())
        local = around | added if added else around
        yield scope, node, local
        if node.inner is not None:
            yield from inside(node.inner, local)
