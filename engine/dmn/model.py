"""What a DMN file says, as immutable values: nothing is compiled or evaluated here.

One dataclass for each element of DMN 1.5 chapters 6 (requirements), 7.3 (item definitions), 8 (decision tables) and
10 (boxed expressions). `id` is the XML id, or the name where the file gives none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class HitPolicy(StrEnum):
    """How the matching rules of a table become one result (DMN 8.2.8)."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What COLLECT does with the collected outputs (DMN 8.2.9): + < > #."""

    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


@dataclass(frozen=True, slots=True)
class Variable:
    """A typed name: parameter, context entry, table column or the result of a node."""

    name: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """A FEEL text. `language` is kept so that a foreign expression language is refused, not misread."""

    id: str
    text: str
    type_ref: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """A condition column: the expression and the texts that limit it (`allowed`, unary tests or empty)."""

    id: str
    label: str
    expression: Literal
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A conclusion column: `allowed` also gives the order of priority, `default` the value without a match."""

    id: str
    name: str
    label: str
    type_ref: str = ""
    allowed: str = ""
    default: Literal | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: one unary-tests text for each input, one expression for each output, free annotations by column name."""

    id: str
    index: int
    tests: tuple[str, ...]
    outputs: tuple[Literal, ...]
    annotations: Mapping[str, str]
    test_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table (DMN 8)."""

    id: str
    hit_policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a boxed context; an empty variable name is the result row."""

    variable: Variable
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class Context:
    """A boxed context (DMN 10.2.1.4)."""

    id: str
    entries: tuple[Entry, ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A boxed list."""

    id: str
    items: tuple[Expression, ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of contexts written as a grid."""

    id: str
    columns: tuple[Variable, ...]
    rows: tuple[tuple[Expression, ...], ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of a function with named bindings."""

    id: str
    function: Expression
    bindings: tuple[tuple[Variable, Expression | None], ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A boxed function; kinds other than FEEL (Java, PMML) are kept so that a call can be refused by name."""

    id: str
    parameters: tuple[Variable, ...]
    body: Expression | None
    kind: str = "FEEL"
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Conditional:
    """A boxed if / then / else (DMN 1.4)."""

    id: str
    condition: Expression
    then: Expression
    otherwise: Expression
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """A boxed filter (DMN 1.4): `match` sees `item` and the item's entries."""

    id: str
    collection: Expression
    match: Expression
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Iterator:
    """A boxed for, every or some (DMN 1.4); `kind` is the element's name."""

    id: str
    kind: str
    variable: str
    collection: Expression
    body: Expression
    type_ref: str = ""


Expression = (
    Literal | Table | Context | ListOf | Relation | Invocation | FunctionDefinition | Conditional | Filter | Iterator
)


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A named type (DMN 7.3): built on another, a structure, or a function; allowed values are unary tests."""

    name: str
    type_ref: str = ""
    components: tuple[ItemDefinition, ...] = ()
    is_collection: bool = False
    allowed: str = ""
    constraint: str = ""
    parameters: tuple[Variable, ...] | None = None
    result: str = ""


@dataclass(frozen=True, slots=True)
class InputData:
    """A fact which the caller supplies."""

    id: str
    name: str
    variable: Variable


@dataclass(frozen=True, slots=True)
class Decision:
    """A node with logic; `requires` are hrefs of inputs, decisions and knowledge.

    has_variable: whether the file names its variable, which otherwise has the name of the decision.
    """

    id: str
    name: str
    variable: Variable
    expression: Expression | None
    requires: tuple[str, ...] = ()
    question: str = ""
    allowed_answers: str = ""
    has_variable: bool = True


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a named function."""

    id: str
    name: str
    variable: Variable
    function: FunctionDefinition | None
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service (DMN 6.3.11): hrefs of what it gives, hides and takes."""

    id: str
    name: str
    variable: Variable
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]


Node = InputData | Decision | Knowledge | Service


@dataclass(frozen=True, slots=True)
class Import:
    """Another DMN file, seen under `name` (an empty name merges it)."""

    name: str
    namespace: str
    location: str
    kind: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """One whole file."""

    name: str
    namespace: str
    language: str
    nodes: Mapping[str, Node] = field(default_factory=dict)
    items: Mapping[str, ItemDefinition] = field(default_factory=dict)
    imports: tuple[Import, ...] = ()
