"""What a complainant may see and do without a login: number and the tail of their phone open the case, and no more.

Nothing internal is ever shown: no names of staff, no comments, no departments, no evidence but what they added here.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import IO, BinaryIO, Final, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import ProcessInstance, TaskStatus, UserTask
from workflows import cases, correspondence, deadlines, evidence, notices, offers, people, ratings
from workflows.crypto import normal_mail, normal_phone
from workflows.errors import BadComplaint, NoSuchCase
from workflows.models import Case, Evidence, Letter, Party, Role
from workflows.offers import Offer

ACTOR: Final = "complainant"
SOURCE: Final = "portal"
MOST_FILES: Final = 10
"""So many files are added at once."""
TAIL: Final = 4
PATIENCE: Final = 3
"""So often a complainant has to urge before supervisors hear of it (company rule)."""
MILESTONES: Final[tuple[tuple[str, str, str, frozenset[str]], ...]] = (
    ("accept", "受理", "Acceptance", frozenset({"accept"})),
    ("classify", "分类", "Sorting", frozenset({"classify"})),
    (
        "investigate",
        "调查",
        "Investigation",
        frozenset({"verify", "investigate", "inquire", "interview", "test", "conclude"}),
    ),
    ("plan", "拟定方案", "Solution", frozenset({"plan"})),
    ("approve", "审核批准", "Approval", frozenset({"legal_review", "approve_head", "approve_management"})),
    ("communicate", "沟通", "Talk with you", frozenset({"communicate", "prepare", "result"})),
    ("carry_out", "执行", "Remedy", frozenset({"pay", "carry_out"})),
    ("close", "回访结案", "Closing", frozenset({"revisit"})),
)
"""What is public of the way: code, name in both languages, and the steps (`deadlines.step_of`) which belong to it where
the diagram does not say so itself (property `redress:milestone` of a user task, a code of these)."""


_PLACES: Final = {step: place for place, (_, _, _, steps) in enumerate(MILESTONES) for step in steps}
_CODES: Final = {code: place for place, (code, _, _, _) in enumerate(MILESTONES)}


@dataclass(frozen=True, slots=True)
class Milestone:
    """A public stage. state: `done`, `now`, `ahead` or `skipped`; at: when its last step was completed; due: when the
    work on it that is under way has to be done."""

    code: str
    name_zh: str
    name_en: str
    state: str
    at: datetime | None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublicCase:
    """All a complainant sees of their case. added: what they added here, oldest first."""

    number: str
    summary: str
    received_at: datetime
    promised_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    satisfaction: str | None
    rated: bool
    milestones: list[Milestone]
    letters: list[Letter]
    added: list[Evidence]
    offer: Offer | None


def follow(session: Session, number: str, tail: str) -> Case:
    """The case with this number where `tail` ends the complainant's phone number (or is their mail address).

    Raises NoSuchCase for a wrong number and a wrong tail alike, so that neither tells anything about the other.
    """
    case = cases.find(session, number.strip().upper())
    if case is None or not _opens(case.party, tail.strip()):
        raise NoSuchCase
    return case


def _opens(party: Party, tail: str) -> bool:
    if "@" in tail:
        known = normal_mail(party.mail)
        return bool(known) and hmac.compare_digest(known.encode(), normal_mail(tail).encode())
    known = normal_phone(party.phone)[-TAIL:]
    return len(known) == TAIL and hmac.compare_digest(known.encode(), tail.encode())


def view(session: Session, case: Case, locale: str = "zh") -> PublicCase:
    """The public side of a case; the offer in `locale`."""
    return PublicCase(
        number=case.number,
        summary=case.summary,
        received_at=case.received_at,
        promised_at=case.promised_at,
        closed_at=case.closed_at,
        outcome=case.outcome,
        satisfaction=case.satisfaction,
        rated=not cases.is_open(case) and ratings.rated(session, case),
        milestones=milestones(session, case),
        letters=[letter for letter in correspondence.of(session, case) if letter.direction == "out"],
        added=[item for item in evidence.of(session, case) if (item.added_by, item.source) == (ACTOR, SOURCE)],
        offer=offers.pending(session, case, locale),
    )


def milestones(session: Session, case: Case) -> list[Milestone]:
    """The public stages of a case.

    A stage the way led past counts as done once a later one has begun; what a closed case never reached is skipped.
    """
    rows = session.execute(
        select(UserTask.definition_id, UserTask.element_id, UserTask.status, UserTask.completed_at, UserTask.due_at)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(ProcessInstance.business_key == case.number, UserTask.status != TaskStatus.CANCELLED.value)
    ).all()
    done: dict[int, datetime | None] = {}
    waiting: set[int] = set()
    due: dict[int, datetime | None] = {}
    for definition_id, element, status, at, due_at in rows:
        place = _place(session, definition_id, element)
        if place is not None and status == TaskStatus.OPEN:
            waiting.add(place)
            due[place] = max(filter(None, (due.get(place), due_at)), default=None)
        elif place is not None:
            done[place] = max(filter(None, (done.get(place), at)), default=None)
    last, end = max(done, default=-1), len(MILESTONES) - 1
    if not cases.is_open(case):
        done.setdefault(end, case.closed_at)
        states = ["done" if place <= last or place == end else "skipped" for place in range(end + 1)]
    else:
        here = max(waiting or {min(last + 1, end)})
        states = ["done" if place < here else "now" if place == here else "ahead" for place in range(end + 1)]
    return [
        Milestone(code, zh, en, states[place], done.get(place), due.get(place))
        for place, (code, zh, en, _) in enumerate(MILESTONES)
    ]


def _place(session: Session, definition_id: UUID, element: str) -> int | None:
    """Which stage a user task belongs to: as its diagram says, else by its step; None for what is not public."""
    known = definitions.compiled_by_id(session, definition_id).diagram.walk()
    said = next((node.properties.get("redress:milestone") for _, node in known if node.id == element), None)
    return _CODES.get(said) if said else _PLACES.get(deadlines.step_of(element))


def add_facts(session: Session, case: Case, text: str) -> Evidence:
    """Keep what the complainant adds to an open case, and tell whoever works on it.

    Raises BadComplaint for an empty text, one above 10,000 signs, or a closed case.
    """
    if not 0 < len(text.strip()) <= 10_000:
        raise _bad("text", "length", "请输入 1 至 10000 字", "1 to 10,000 signs")
    _require_open(case)
    item = evidence.add(
        session, case, BytesIO(text.strip().encode()), name=f"supplement-{len(evidence.of(session, case)) + 1}.txt",
        actor=ACTOR, kind="statement", source=SOURCE,
    )  # fmt: skip
    _tell(session, case, "投诉人补充了情况", "The complainant added facts")
    return item


def add_file(session: Session, case: Case, stream: IO[bytes], name: str) -> Evidence:
    """Keep a file of the complainant's.

    Raises BadFile for what evidence refuses, BadComplaint for a closed case.
    """
    _require_open(case)
    item = evidence.add(session, case, cast(BinaryIO, stream), name=name, actor=ACTOR, kind="other", source=SOURCE)
    _tell(session, case, "投诉人补充了材料", "The complainant added a file")
    return item


def urge(session: Session, case: Case) -> None:
    """The complainant asks to hurry: counted on every open task, its people are told; from the third time on also the
    heads of customer service and the managers, and the tasks gain in priority (COM-14)."""
    _require_open(case)
    tasks = session.scalars(
        select(UserTask)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(ProcessInstance.business_key == case.number, UserTask.status == TaskStatus.OPEN.value)
        .with_for_update(of=UserTask)
    ).all()
    for task in tasks:
        task.urged += 1
        task.priority = min(100, task.priority + 10)
    _tell(session, case, "投诉人催办", "The complainant urges")
    times = max((task.urged for task in tasks), default=0)
    if times >= PATIENCE:
        told = [*people.heads(session, "customer_service"), *people.listing(session, role=Role.MANAGER)]
        notices.tell(
            session, [one for one in told if str(one.id) not in case.named],
            f"{case.number}：投诉人已催办 {times} 次", f"{case.number}: urged {times} times by the complainant",
            case_number=case.number,
        )  # fmt: skip
    session.flush()


def _require_open(case: Case) -> None:
    if not cases.is_open(case):
        raise _bad("text", "closed", "本案已结，如需继续请重新投诉", "the case is closed; please file a new complaint")


def _tell(session: Session, case: Case, zh: str, en: str) -> None:
    owner = people.get(session, case.owner) if case.owner else None
    told = [owner] if owner else people.heads(session, "customer_service")
    notices.tell(session, told, f"{case.number}：{zh}", f"{case.number}: {en}", case_number=case.number)


def _bad(path: str, code: str, zh: str, en: str) -> BadComplaint:
    return BadComplaint(en, problems=[{"path": path, "code": code, "message_zh": zh, "message_en": en}])
