"""Rounds of an activity: over a collection, a number of times, or while a condition holds (BPMN 2.0, 13.3.7).

The body's token (STARTED) carries the boundary events and has a token below it for each open round. Its notes: `total`
(None while unknown), `items` (encoded), `results` (encoded, by round), `begun`, `done`, `dropped` (rounds taken away).
"""

from decimal import Decimal
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.feel.values import Value
from engine.spiff import model
from engine.spiff.environment import Variables
from engine.spiff.errors import Failure
from engine.spiff.expressions import Formula
from engine.spiff.values import decode, encode
from engine.spiff.workflow import Token, cancel, layers, set_variable, take_out, variables

MAX_ROUNDS = 1_000


class Rounds:
    """How an activity repeats."""

    def __init__(self, element_id: str, drawn: model.Loop) -> None:
        self.element_id = element_id
        self.drawn = drawn
        self.collection: Formula | None = None
        self.cardinality: Formula | None = None
        self.output: Formula | None = None
        self.completion: Formula | None = None
        self.condition: Formula | None = None

    @property
    def keeps_records(self) -> bool:
        """Whether each round adds an element to a collection."""
        return bool(self.drawn.output_collection) and not self.drawn.standard

    def begin(self, body: Token) -> bool:
        """Open the first round, or all; True where there is nothing to do."""
        notes = body.internal_data
        items = self._items(body)
        notes.update(begun=0, done=0, total=len(items) if items is not None else None)
        if items is not None:
            notes["items"] = [encode(item) for item in items]
            notes["results"] = [None] * len(items) if self.drawn.output_collection else []
        if notes["total"] == 0 or (self.drawn.test_before and not self._goes_on(body)):
            self._hand_out(body)
            return True
        body._set_state(TaskState.STARTED)
        for _ in range(1 if self.drawn.sequential else len(items or ())):
            self._open(body)
        return False

    def _items(self, body: Token) -> list[Value] | None:
        """What the rounds are over; None for a standard loop."""
        functions = body.workflow.top_workflow.movement.functions
        if self.drawn.standard:
            return None
        if self.collection is not None:
            items = self.collection.value(variables(body), functions)
            if not isinstance(items, list):
                reason = self.collection.explained(variables(body), functions)
                raise Failure(self.element_id, "not_a_list", f"The collection of the multi-instance is no list{reason}")
            count = len(items)
        else:
            number = self.cardinality.value(variables(body), functions) if self.cardinality else None
            if isinstance(number, str) and number.isascii() and number.isdigit():
                number = Decimal(number)
            if not isinstance(number, Decimal) or number != int(number) or number < 0:
                raise Failure(self.element_id, "not_a_number", "The number of rounds is not a whole number")
            items, count = None, int(number)
        if count > MAX_ROUNDS:
            raise Failure(self.element_id, "too_many_rounds", f"More than {MAX_ROUNDS} rounds")
        return items if items is not None else [Decimal(number) for number in range(1, count + 1)]

    def _open(self, body: Token) -> Token:
        notes = body.internal_data
        number = notes["begun"]
        notes["begun"] = number + 1
        token = Token(body.workflow, body.task_spec, body)
        token.data["loopCounter"] = Decimal(number + 1)
        if self.drawn.element and "items" in notes:
            token.data[self.drawn.element] = decode(notes["items"][number])
        if self.drawn.output_collection and self.output is not None and self.output.text.lstrip("= ").isidentifier():
            token.data.setdefault(self.output.text.lstrip("= "), None)
        token.internal_data.update(round=number, own=sorted(token.data))
        body.workflow.top_workflow.movement.count(token)
        body.task_spec._update(token)
        return token

    def widen(self, body: Token, item: Value) -> Token:
        """Open one more round of a parallel multi-instance under way, over `item`."""
        notes = body.internal_data
        notes["total"] += 1
        notes["items"].append(encode(item))
        if self.drawn.output_collection:
            notes["results"].append(None)
        return self._open(body)

    def narrow(self, token: Token) -> None:
        """Take an open round away, as if it had never been counted in."""
        body, seen = token.workflow.tasks[token._parent], layers(token)
        body.internal_data.setdefault("dropped", []).append(token.internal_data["round"])
        cancel(token)
        self._end_if_complete(body, seen)

    def round_done(self, token: Token) -> None:
        """A round is over: keep its result, then open the next one or end."""
        body = token.workflow.tasks[token._parent]
        notes, movement = body.internal_data, token.workflow.top_workflow.movement
        if self.drawn.output_collection and self.output is not None and notes["total"] is not None:
            result = self.output.value(Variables(layers(token, recorded=True), movement), movement.functions)
            try:
                notes["results"][token.internal_data["round"]] = encode(result)
            except TypeError as error:
                raise Failure(self.element_id, "not_data", str(error)) from None
        notes["done"] += 1
        seen = layers(token)
        take_out(token)
        movement.passed(self.element_id)
        if not self._end_if_complete(body, seen) and self.drawn.sequential:
            self._open(body)

    def _end_if_complete(self, body: Token, seen: list[dict[str, Value]]) -> bool:
        """Let the body go on when its rounds are enough; whether they are."""
        if not self._complete(body, seen):
            return False
        self._hand_out(body)
        body._set_state(TaskState.READY)
        body.workflow.top_workflow.movement.ready.append(body)
        return True

    def _complete(self, body: Token, seen: list[dict[str, Value]]) -> bool:
        notes = body.internal_data
        if self.drawn.standard:
            limit = MAX_ROUNDS * 10 if self.drawn.maximum is None else self.drawn.maximum
            return notes["done"] >= limit or not self._goes_on(body)
        dropped = len(notes.get("dropped", ()))
        if notes["done"] >= notes["total"] - dropped:
            return True
        if self.completion is None or not notes["done"]:
            return False
        counts: dict[str, Any] = {
            "numberOfInstances": Decimal(notes["total"] - dropped),
            "numberOfCompletedInstances": Decimal(notes["done"]),
            "numberOfActiveInstances": Decimal(notes["begun"] - notes["done"] - dropped),
            "numberOfTerminatedInstances": Decimal(0),
        }
        movement = body.workflow.top_workflow.movement
        return self.completion.holds(Variables([counts, *seen], movement), movement.functions)

    def _goes_on(self, body: Token) -> bool:
        if self.condition is None:
            return True
        counter = {"loopCounter": Decimal(body.internal_data["done"])}
        movement = body.workflow.top_workflow.movement
        return self.condition.holds(Variables([counter, *layers(body)], movement), movement.functions)

    def _hand_out(self, body: Token) -> None:
        if self.drawn.output_collection:
            notes = body.internal_data
            kept = (number for number in range(len(notes.get("results", ()))) if number not in notes.get("dropped", ()))
            results = [decode(notes["results"][number]) for number in kept]
            set_variable(body, self.drawn.output_collection, results)
