"""What has served its time goes; what is a record stays."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select, text
from sqlalchemy.dialects import postgresql

from engine import clock, definitions, history, instances, outbox
from engine.db import counting, transaction
from engine.models import Base, HistoryEvent, Idempotency, InstanceStatus, Message, OutboxMessage, ProcessInstance
from tasks import housekeeping, poll
from tests.builders import bundle, end, process, script, start, user
from tests.workflows.builders import a_case
from workflows.models import CaseTally, CaseTallyEntry


def count(table: type[Base]) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def add(*rows: Base) -> None:
    with transaction() as session:
        session.add_all(rows)


def answer(number: int, moment: datetime) -> Idempotency:
    return Idempotency(actor="a", key=str(number), request_sha256="0", answer={}, created_at=moment)


def message(name: str, *, expires: datetime, received: datetime, delivered: datetime | None = None) -> Message:
    return Message(
        id=name, name="n", correlation="c", payload={}, received_at=received, expires_at=expires, delivered_at=delivered
    )


def test_old_answers_go_in_batches_and_young_ones_stay(database: Engine) -> None:
    moment = clock.now()
    old = moment - housekeeping.KEEP_IDEMPOTENCY - timedelta(minutes=1)
    add(*(answer(number, old) for number in range(1203)), *(answer(number, moment) for number in range(2000, 2003)))
    assert housekeeping.sweep()["answers"] == 1203
    assert count(Idempotency) == 3


def test_messages_nobody_waited_for_go_and_delivered_ones_stay_against_repetition(database: Engine) -> None:
    moment = clock.now()
    hour, month = timedelta(hours=1), timedelta(days=31)
    add(
        message("waiting", expires=moment + hour, received=moment),
        message("missed", expires=moment - hour, received=moment - 2 * hour),
        message("delivered", expires=moment - hour, received=moment - 2 * hour, delivered=moment - hour),
        message("long ago", expires=moment - month, received=moment - month, delivered=moment - month),
    )
    housekeeping.sweep()
    with transaction() as session:
        assert sorted(session.scalars(select(Message.id))) == ["delivered", "waiting"]


def test_a_message_kept_for_an_instance_goes_when_that_has_ended(database: Engine) -> None:
    long_ago = clock.now() - timedelta(days=60)
    with transaction() as session:
        files = bundle(process("P", start(), user("A"), end()))
        definitions.publish_files(session, "test", files, author="anna")
        instance = instances.start(session, "test", business_key="K", variables={}, actor="anna")
        kept = message("kept", expires=long_ago, received=long_ago)
        kept.instance_id = instance.id
        session.add(kept)
    assert housekeeping.sweep()["messages"] == 0
    with transaction() as session:
        instances.cancel(session, instance.id, actor="boss", reason="r")
    assert housekeeping.sweep()["messages"] == 1


def test_a_promise_no_worker_knows_is_shown_as_dead_and_known_ones_wait(database: Engine) -> None:
    with clock.at(clock.now() - timedelta(hours=2)), transaction() as session:
        strange = outbox.promise(session, "telegram", {})
        letter = outbox.promise(session, "mail", {"to": "a@example.com"})
    housekeeping.sweep()
    with transaction() as session:
        dead, waiting = session.get(OutboxMessage, strange), session.get(OutboxMessage, letter)
        assert dead is not None
        assert waiting is not None
        assert dead.failed_at is not None
        assert dead.error == "no worker knows this topic"
        assert waiting.failed_at is None


LONG_AGO = timedelta(days=400)
COPY = text(
    """
    INSERT INTO process_instance (id, definition_id, status, business_key, rev, state, history_seq, history_hash,
        started_at, ended_at)
    SELECT gen_random_uuid(), definition_id, status, business_key, rev, state, history_seq, history_hash,
        started_at, ended_at
    FROM process_instance, generate_series(1, :count) WHERE id = :like
    """
)


def finished(key: str, *, waits: bool = False) -> ProcessInstance:
    """An instance which began 400 days ago and, unless it waits, ended at once."""
    parts = [start(), script("S", "=1", "x"), *([user("A")] if waits else []), end()]
    with clock.at(clock.now() - LONG_AGO), transaction() as session:
        definitions.publish_files(session, key, bundle(process("P", *parts), key=key), author="anna")
        return instances.start(session, key, business_key=key, variables={}, actor="anna")


def test_states_of_long_finished_instances_go_in_batches_and_their_history_stays(database: Engine) -> None:
    done, waiting, young = finished("done"), finished("waiting", waits=True), finished("young")
    with transaction() as session:
        session.execute(COPY, {"count": 1_700, "like": done.id})
        session.get_one(ProcessInstance, young.id).ended_at = clock.now()
    events = count(HistoryEvent)
    with counting() as statements:
        assert housekeeping.sweep()["states"] == 1_701
    assert sum("UPDATE process_instance" in statement for statement in statements) == 4
    assert housekeeping.sweep()["states"] == 0
    assert count(HistoryEvent) == events
    with transaction() as session:
        kept = {key for key in ("done", "waiting", "young") if instances.by_business_key(session, key)[0].state}
        assert kept == {"waiting", "young"}
        swept = session.get_one(ProcessInstance, done.id)
        assert swept.status == InstanceStatus.COMPLETED
        assert history.verify(session, done.id) is None
        assert instances.path_taken(session, swept)["S"] == 1
        assert (instances.variables(session, swept), instances.tokens(session, swept)) == ({}, [])
        assert instances.variables(session, session.get_one(ProcessInstance, waiting.id)) == {"x": 1}


def test_the_sweep_finds_its_instances_over_an_index_which_holds_no_others(database: Engine) -> None:
    finished("done")
    finished("waiting", waits=True)
    assert housekeeping.sweep()["states"] == 1
    compiled = housekeeping.still_kept(clock.now()).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    with transaction() as session:
        for way in ("seqscan", "bitmapscan", "sort"):  # the few rows of a test would be read in any way
            session.execute(text(f"SET LOCAL enable_{way} = off"))
        plan = "\n".join(session.scalars(text(f"EXPLAIN {compiled}")))
        held = session.scalar(
            text("SELECT count(*) FROM process_instance WHERE ended_at IS NOT NULL AND swept_at IS NULL")
        )
    assert "ix_process_instance_sweep" in plan
    assert "Sort" not in plan
    assert held == 0


def test_promises_kept_long_ago_go_but_letters_stay_as_proof(database: Engine) -> None:
    with clock.at(clock.now() - LONG_AGO), transaction() as session:
        for number in range(1_100):
            outbox.delivered(session, outbox.promise(session, "notify", {"n": number}))
        letter = outbox.promise(session, "mail", {"to": "a@example.com"})
        session.flush()
        outbox.delivered(session, letter)
        late = outbox.promise(session, "notify", {})
    with transaction() as session:
        outbox.delivered(session, outbox.promise(session, "notify", {"young": True}))
    assert housekeeping.sweep()["promises"] == 1_100
    with transaction() as session:
        assert {letter, late} < set(session.scalars(select(OutboxMessage.id)))
    assert count(OutboxMessage) == 3


def test_a_worker_folds_what_changed_of_the_cases_into_the_sums(database: Engine) -> None:
    with transaction() as session:
        for _ in range(3):
            a_case(session)
    assert count(CaseTallyEntry) == 3
    poll.look()
    assert count(CaseTallyEntry) == 0
    with transaction() as session:
        assert session.scalar(select(CaseTally.n).where(CaseTally.event == "open")) == 3
