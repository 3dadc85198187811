"""The domain's tables. Verbs live in the modules named after them."""

from workflows.models.case_file import AcceptanceNumber, Case, CaseStatus, Party, Source
from workflows.models.people import ApiToken, Department, Notice, Person, Role
from workflows.models.record import (
    CaseChange,
    Comment,
    Decision,
    DecisionKind,
    Disclosure,
    Escalation,
    Evidence,
    Export,
    Letter,
    Plan,
    Submission,
)
from workflows.models.rules import (
    AuthorityBand,
    CalendarDay,
    Category,
    ClockKind,
    DeadlinePolicy,
    Origin,
    RulesMark,
    WorkCalendar,
)

__all__ = [
    "AcceptanceNumber",
    "ApiToken",
    "AuthorityBand",
    "CalendarDay",
    "Case",
    "CaseChange",
    "CaseStatus",
    "Category",
    "ClockKind",
    "Comment",
    "DeadlinePolicy",
    "Decision",
    "DecisionKind",
    "Department",
    "Disclosure",
    "Escalation",
    "Evidence",
    "Export",
    "Letter",
    "Notice",
    "Origin",
    "Party",
    "Person",
    "Plan",
    "Role",
    "RulesMark",
    "Source",
    "Submission",
    "WorkCalendar",
]
