"""A drawing for a BPMN file which has none: left to right, lanes below each other. Whoever opens it can move things."""

from engine.layout.drawing import drawn

__all__ = ["drawn"]
