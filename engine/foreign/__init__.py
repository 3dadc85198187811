"""Diagrams of other engines (Camunda 7, Flowable, Activiti, SpiffWorkflow) -> our dialect, and a report.

What has a clear meaning is moved into `zeebe:` extensions; everything else stays in the file as it was and is listed.
"""

from engine.foreign.notes import Note, Outcome, missing_forms
from engine.foreign.translation import translate

__all__ = ["Note", "Outcome", "missing_forms", "translate"]
