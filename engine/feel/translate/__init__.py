"""Expressions of other engines -> FEEL, for the import of their diagrams.

What has one clear meaning in FEEL is translated, keeping that meaning also for null; everything else is refused with
the reason and the place, so that a person decides. A translation is never a guess.
"""

from engine.feel.translate.errors import NotTranslatable
from engine.feel.translate.juel import from_juel
from engine.feel.translate.python import from_python_condition

__all__ = ["NotTranslatable", "from_juel", "from_python_condition"]
