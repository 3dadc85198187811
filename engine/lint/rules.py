"""All rules of the gate, in the order in which they are asked."""

from collections.abc import Callable, Iterable

from engine.findings import Finding
from engine.lint import (
    elements,
    expressions,
    flows,
    mappings,
    references,
    reserved,
    responsibility,
    soundness,
    structure,
    timing,
    variables,
)
from engine.lint.bundle import Bundle

Rule = Callable[[Bundle], Iterable[Finding]]


def _sound(bundle: Bundle) -> Iterable[Finding]:
    """Tokens can always finish, and nothing is done twice at a time; asked where the size is bearable."""
    return () if any(structure.sizes(bundle)) else soundness.check(bundle.diagram, bundle.effort.spend)


RULES: tuple[Rule, ...] = (
    structure.main_process,
    structure.sizes,
    structure.nesting,
    structure.starts_and_ends,
    structure.boundaries,
    structure.reachable,
    flows.ends_of_flows,
    flows.defaults,
    flows.conditions,
    flows.event_gateways,
    flows.links,
    elements.kinds,
    elements.events,
    timing.timers,
    elements.work,
    elements.loops,
    elements.ids,
    elements.names,
    mappings.placed,
    mappings.targets,
    expressions.compile_all,
    expressions.known_functions,
    expressions.functions_of_decisions,
    references.forms,
    references.decisions,
    references.functions,
    references.called,
    references.tables,
    responsibility.departments,
    responsibility.persons,
    responsibility.deadlines,
    reserved.case,
    reserved.readable,
    variables.unknown,
    variables.in_forms,
    variables.decision_inputs,
    _sound,
)
