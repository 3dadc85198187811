"""The domain's tables. Verbs live in the modules named after them."""

from workflows.models.case_file import TOLD, AcceptanceNumber, Case, CaseStatus, Party, Source
from workflows.models.desk import SavedFilter
from workflows.models.people import ApiToken, Department, DirectoryChange, Notice, Person, Role
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
from workflows.models.tallies import CaseTally, CaseTallyEntry

__all__ = [
    "TOLD",
    "AcceptanceNumber",
    "ApiToken",
    "AuthorityBand",
    "CalendarDay",
    "Case",
    "CaseChange",
    "CaseStatus",
    "CaseTally",
    "CaseTallyEntry",
    "Category",
    "ClockKind",
    "Comment",
    "DeadlinePolicy",
    "Decision",
    "DecisionKind",
    "Department",
    "DirectoryChange",
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
    "SavedFilter",
    "Source",
    "Submission",
    "WorkCalendar",
]
