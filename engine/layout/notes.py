"""Data and notes: in a row below the work, each as near as may be to what it belongs to."""

from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from engine.layout.places import Box
from engine.layout.shapes import add_edge, add_shape, known
from engine.spiff.xml import local

_DATA: Final = {"dataObjectReference": (36, 50), "dataStoreReference": (50, 50)}
_NOTE: Final = "textAnnotation"
_TAGS: Final = [f"{{*}}{name}" for name in (*_DATA, _NOTE)]
_GAP: Final = 60
_WIDTH: Final = 140
_LETTERS: Final = 18
"""Latin letters in a line of a note; a Chinese sign takes the room of two."""
Line = tuple[str, str, str]
"""id, from, to"""


def add_notes(plane: etree._Element, scopes: Iterable[etree._Element]) -> None:
    """Draw the data and notes of these processes or collaborations, and what ties them to what is drawn already."""
    scopes = list(scopes)
    notes = {str(one.get("id")): one for scope in scopes for one in scope.iter(*_TAGS) if one.get("id")}
    boxes = dict(known(plane))
    if not notes or not boxes:
        return
    lines = [line for scope in scopes for line in _lines(scope) if line[0]]
    top = max(y + height for _, y, _, height in boxes.values()) + _GAP
    right = min(x for x, _, _, _ in boxes.values())
    for name, wanted in sorted(_wanted(notes, lines, boxes).items(), key=lambda each: each[1]):
        width, height = _size(notes[name])
        box = (max(right, wanted - width / 2), top, width, height)
        right = box[0] + width + _GAP
        boxes[name] = box
        add_shape(plane, name, box)
    for name, source, target in lines:
        if source in boxes and target in boxes and {source, target} & notes.keys():
            ends = (
                _end(boxes[one], boxes[other], notes.get(one)) for one, other in ((source, target), (target, source))
            )
            add_edge(plane, name, list(ends))


def _wanted(notes: Iterable[str], lines: Iterable[Line], boxes: dict[str, Box]) -> dict[str, float]:
    """Where each would stand, seen from the left: below the first thing it is tied to, else at the beginning."""
    wanted = dict.fromkeys(notes, 0.0)
    for _, source, target in lines:
        for one, other in ((source, target), (target, source)):
            if one in wanted and not wanted[one] and other in boxes:
                wanted[one] = boxes[other][0] + boxes[other][2] / 2
    return wanted


def _lines(scope: etree._Element) -> Iterator[Line]:
    for one in scope.iter("{*}association"):
        yield str(one.get("id") or ""), str(one.get("sourceRef")), str(one.get("targetRef"))
    for one in scope.iter("{*}dataInputAssociation", "{*}dataOutputAssociation"):
        parent = one.getparent()
        owner = "" if parent is None else str(parent.get("id"))
        end = one.find("{*}sourceRef" if local(one) == "dataInputAssociation" else "{*}targetRef")
        data = "" if end is None else (end.text or "").strip()
        ends = (data, owner) if local(one) == "dataInputAssociation" else (owner, data)
        yield str(one.get("id") or ""), *ends


def _size(note: etree._Element) -> tuple[float, float]:
    if local(note) != _NOTE:
        return _DATA[local(note)]
    text = note.findtext("{*}text") or ""
    rows = sum(1 + sum(1 + (ord(sign) > 0x2E80) for sign in row) // _LETTERS for row in text[:1_000].splitlines())
    return _WIDTH, min(30 + 14 * max(rows - 1, 0), 300)


def _end(box: Box, other: Box, note: etree._Element | None) -> tuple[float, float]:
    """Where a line to another shape leaves this one; a note is but a bracket at its left."""
    x, y, width, height = box
    return x + (width / 2 if note is None or local(note) != _NOTE else 5), y if other[1] < y else y + height
