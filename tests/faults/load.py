"""The work that is disturbed, and its exact account: every step leaves a row, and each must be there once.

Three bundles. `wait`: a timer, then a counted effect and the promise to start `after`, which counts too. `ask`: a
person's task, then a counted effect. So every instance of `wait` is two steps of workers, every one of `ask` one step
of a client.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import text

from engine import clock, definitions, instances, outbox, usertasks
from engine.db import transaction
from engine.functions import Call, function
from tests.builders import bundle, catch, end, process, service, start, timer, user

_TABLE = """
CREATE TABLE fault_effect (
    id bigserial PRIMARY KEY, business_key text NOT NULL, element_id text NOT NULL, instance_id uuid NOT NULL
)
"""
_WAITED = dt.timedelta(hours=2)
_AT_ONCE = 250

BUNDLES = {
    "wait": [start(), catch("Hour", timer("PT1H")), service("Count", "fault_count"), end()],
    "after": [start(), service("CountAfter", "fault_count"), end()],
    "ask": [start(), user("Answer"), service("CountAnswer", "fault_count"), end()],
}


@function("fault_count", title_zh="计数", title_en="Count")
def fault_count(call: Call) -> None:
    """Leave one row; what a timer caused promises a process which leaves another."""
    call.session.execute(
        text("INSERT INTO fault_effect (business_key, element_id, instance_id) VALUES (:key, :element, :instance)"),
        {"key": call.instance.business_key, "element": call.element_id, "instance": call.instance.id},
    )
    if call.element_id == "Count":
        facts = {"process": "after", "business_key": call.instance.business_key, "variables": {}}
        outbox.promise(call.session, "start_process", facts, instance_id=call.instance.id)


@dataclass(frozen=True, slots=True)
class Account:
    """What came out of `expected` steps. lost, doubled: effects; incidents, broken: instances whose history chain does
    not hold, open: instances which have not ended."""

    expected: int
    effects: int
    lost: int
    doubled: int
    timer_events: int
    incidents: int
    open: int

    @property
    def right(self) -> bool:
        """Whether everything happened exactly once."""
        return (self.lost, self.doubled, self.incidents, self.open) == (0, 0, 0, 0) and self.effects == self.expected

    def figures(self) -> dict[str, int]:
        """The figures as a JSON object."""
        return asdict(self)


def prepare() -> None:
    """Publish the bundles and make the table of effects."""
    with transaction() as session:
        session.execute(text(_TABLE))
        for key, parts in BUNDLES.items():
            definitions.publish_files(session, key, bundle(process("P", *parts), key=key), author="faults")


def waiting(count: int, *, first: int = 0, waited: dt.timedelta = _WAITED) -> None:
    """So many instances of `wait`, whose timers have been due for an hour."""
    _start("wait", first, count, waited)


def asking(count: int) -> list[UUID]:
    """So many instances of `ask`; the ids of their open tasks."""
    _start("ask", 0, count, dt.timedelta())
    found: list[UUID] = []
    with transaction() as session:
        after: tuple[dt.datetime | None, UUID] | None = None
        while page := usertasks.listing(session, after=after, limit=200):
            found += [task.id for task in page]
            after = (page[-1].due_at, page[-1].id)
    return found


def _start(key: str, first: int, count: int, ago: dt.timedelta) -> None:
    for low in range(first, first + count, _AT_ONCE):
        with transaction() as session, clock.at(clock.now() - ago):
            for number in range(low, min(low + _AT_ONCE, first + count)):
                instances.start(session, key, business_key=str(number), variables={}, actor="faults")


def done() -> int:
    """How many effects there are at this moment."""
    with transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM fault_effect")).scalar_one())


def account(waited: int, asked: int = 0) -> Account:
    """The account of `waited` instances of `wait` and `asked` of `ask`."""
    expected = 2 * waited + asked
    query = text(
        """
        SELECT (SELECT count(*) FROM fault_effect),
               (SELECT count(*) FROM (SELECT DISTINCT business_key, element_id FROM fault_effect) AS one),
               (SELECT count(*) FROM history_event WHERE kind = 'timer_fired'),
               (SELECT count(*) FROM incident),
               (SELECT count(*) FROM process_instance WHERE status NOT IN ('completed', 'cancelled'))
        """
    )
    with transaction() as session:
        effects, distinct, fired, incidents, still = session.execute(query).one()
    return Account(expected, effects, expected - distinct, effects - distinct, fired, incidents, still)
