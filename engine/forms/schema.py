"""A form-js schema (1.23) as immutable values: what the server needs to check data, and nothing of the looks.

Components: bpmn.io form-js JSON schema, `type.json`. A component either holds a value under its `key`, holds other
components (below its `path`, if it has one), or only shows something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.forms.conditions import Formula

Path = tuple[str, ...]


class Kind(StrEnum):
    """The component types of form-js 1.23, and layout containers of other editors."""

    TEXTFIELD = "textfield"
    TEXTAREA = "textarea"
    NUMBER = "number"
    DATETIME = "datetime"
    CHECKBOX = "checkbox"
    RADIO = "radio"
    SELECT = "select"
    CHECKLIST = "checklist"
    TAGLIST = "taglist"
    FILEPICKER = "filepicker"
    EXPRESSION = "expression"
    GROUP = "group"
    DYNAMICLIST = "dynamiclist"
    COLUMNS = "columns"
    COLUMN = "column"
    TABS = "tabs"
    TAB = "tab"
    TEXT = "text"
    HTML = "html"
    IMAGE = "image"
    SEPARATOR = "separator"
    SPACER = "spacer"
    BUTTON = "button"
    IFRAME = "iframe"
    TABLE = "table"
    DOCUMENT_PREVIEW = "documentPreview"


KEYED = frozenset(
    {
        Kind.TEXTFIELD,
        Kind.TEXTAREA,
        Kind.NUMBER,
        Kind.DATETIME,
        Kind.CHECKBOX,
        Kind.RADIO,
        Kind.SELECT,
        Kind.CHECKLIST,
        Kind.TAGLIST,
        Kind.FILEPICKER,
        Kind.EXPRESSION,
    }
)
LAYOUT = frozenset({Kind.COLUMNS, Kind.COLUMN, Kind.TABS, Kind.TAB})
CONTAINERS = frozenset({Kind.GROUP, Kind.DYNAMICLIST}) | LAYOUT
CHOICES = frozenset({Kind.RADIO, Kind.SELECT, Kind.CHECKLIST, Kind.TAGLIST})
MANY = frozenset({Kind.CHECKLIST, Kind.TAGLIST})
TEXTS = frozenset({Kind.TEXTFIELD, Kind.TEXTAREA})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice."""

    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class Rules:
    """The `validate` block; limits are numbers or formulas."""

    required: bool = False
    min_length: int | Formula | None = None
    max_length: int | Formula | None = None
    min: Any = None
    max: Any = None
    pattern: str = ""
    pattern_message: str = ""
    validation_type: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """One component. `settings` are the type's own properties as they stand in the schema (`decimalDigits`, ...)."""

    kind: Kind
    id: str
    label: str
    path: Path = ()
    rules: Rules = field(default_factory=Rules)
    hide: Formula | None = None
    readonly: bool | Formula = False
    disabled: bool | Formula = False
    default: Any = None
    options: tuple[Option, ...] | None = None
    options_key: str = ""
    options_formula: Formula | None = None
    formula: Formula | None = None
    repeats: bool = False
    fixed: bool = False
    """A list whose rows can be neither added nor removed."""
    opening_rows: int = 1
    components: tuple[Component, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def keyed(self) -> bool:
        """Whether it holds a value of its own."""
        return self.kind in KEYED

    def walk(self) -> Iterator[Component]:
        """The component and all below it, in document order."""
        yield self
        for child in self.components:
            yield from child.walk()
