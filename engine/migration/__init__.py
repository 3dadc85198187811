"""Moving running instances to another version of their process: plan, preview, migrate in batches, undo.

`plan` compares two versions; `preview` tries every instance on a copy and says what would happen; `start` writes the
migration down and `run_batch` carries it out, one transaction and one instance at a time, so that it can be stopped and
taken up again at any point; `undo` puts back what has not moved since.
"""

from engine.migration.carrying import Reason, TimerLine, TokenLine
from engine.migration.models import ItemStatus, Migration, MigrationItem, MigrationStatus, Timers
from engine.migration.plans import ElementLine, Plan, Problem, plan
from engine.migration.running import carry_on, get, items, listing, progress, run_batch, run_one, start, undo
from engine.migration.verdicts import Verdict, preview

__all__ = [
    "ElementLine",
    "ItemStatus",
    "Migration",
    "MigrationItem",
    "MigrationStatus",
    "Plan",
    "Problem",
    "Reason",
    "TimerLine",
    "Timers",
    "TokenLine",
    "Verdict",
    "carry_on",
    "get",
    "items",
    "listing",
    "plan",
    "preview",
    "progress",
    "run_batch",
    "run_one",
    "start",
    "undo",
]
