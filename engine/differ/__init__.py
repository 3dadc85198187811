"""What changed between two versions of a bundle, in words an owner understands: diagrams, decisions and forms alike.

Every element becomes flat facts (`engine.differ.facts`); a change is a fact that differs.
"""

from engine.differ.changes import Change, diff
from engine.differ.facts import Element, elements

__all__ = ["Change", "Element", "diff", "elements"]
