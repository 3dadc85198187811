"""Decisions as people draw them: DMN 1.1 to 1.5 files -> decisions that are checked, evaluated and explained."""

from engine.dmn.analyse import Code, TableFinding, analyse
from engine.dmn.decisions import DecisionInfo, Decisions
from engine.dmn.errors import DmnError
from engine.dmn.loading import load
from engine.dmn.trace import DecisionTrace, Note, Result, TableTrace

__all__ = [
    "Code",
    "DecisionInfo",
    "DecisionTrace",
    "Decisions",
    "DmnError",
    "Note",
    "Result",
    "TableFinding",
    "TableTrace",
    "analyse",
    "load",
]
