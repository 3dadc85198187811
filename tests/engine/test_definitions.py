"""Definitions: versions, pinned calls, drafts on their way, and the cache of compiled ones."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine import definitions, instances, usertasks
from engine.db import counting, transaction
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.models import DraftState
from tests.builders import bundle, call, end, process, start, user

ONE = bundle(process("P", start(), user("A"), end()))
TWO = bundle(process("P", start(), user("B"), end()))


def test_the_same_content_is_the_same_version(session: Session) -> None:
    first = definitions.publish_files(session, "test", ONE, author="anna")
    again = definitions.publish_files(session, "test", dict(reversed(ONE.items())), author="bert")
    second = definitions.publish_files(session, "test", TWO, author="anna")
    assert (again.id, first.version, second.version) == (first.id, 1, 2)
    assert definitions.latest(session, "test").id == second.id
    assert definitions.files(session, first) == ONE
    assert [each.version for each in definitions.versions(session, "test")] == [2, 1]


def test_an_unknown_definition_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        definitions.latest(session, "nothing")
    with pytest.raises(NotFound):
        instances.start(session, "nothing", business_key="x", variables={}, actor="anna")


def test_a_refused_bundle_names_its_elements_in_both_languages(session: Session) -> None:
    wrong = bundle(process("P", start(), user("A", form="missing"), end()))
    with pytest.raises(Invalid) as refused:
        definitions.publish_files(session, "test", wrong, author="anna")
    (problem,) = refused.value.problems
    assert (problem["path"], problem["code"]) == ("A", "unknown_form")
    assert problem["message_zh"] != problem["message_en"]


def test_a_running_instance_stays_on_its_version(session: Session) -> None:
    definitions.publish_files(session, "test", ONE, author="anna")
    old = instances.start(session, "test", business_key="1", variables={}, actor="anna")
    definitions.publish_files(session, "test", TWO, author="anna")
    new = instances.start(session, "test", business_key="2", variables={}, actor="anna")
    pinned = instances.start(session, "test", business_key="3", variables={}, actor="anna", version=1)
    elements = [usertasks.listing(session, instance_id=each.id)[0].element_id for each in (old, new, pinned)]
    assert elements == ["A", "B", "A"]


def test_a_called_process_is_pinned_when_its_caller_is_published(session: Session) -> None:
    def child(task: str) -> dict[str, bytes]:
        return bundle(process("Q", start(), user(task), end()), key="child", main="Q")

    parent = bundle(process("P", start(), call("C", "Q"), end()))
    with pytest.raises(Invalid):
        definitions.publish_files(session, "test", parent, author="anna")
    first = definitions.publish_files(session, "child", child("Old"), author="anna")
    caller = definitions.publish_files(session, "test", parent, author="anna")
    assert caller.bound == {"Q": str(first.id)}
    definitions.publish_files(session, "child", child("New"), author="anna")
    instance = instances.start(session, "test", business_key="1", variables={}, actor="anna")
    (task,) = usertasks.listing(session, instance_id=instance.id)
    assert (task.element_id, task.definition_id) == ("Old", first.id)
    assert definitions.publish_files(session, "test", parent, author="anna").version == 2


def test_a_bundle_is_read_from_a_folder_and_from_a_zip(tmp_path: Path) -> None:
    for name, content in ONE.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "notes.txt").write_text("not a part of it")
    assert definitions.load_folder(tmp_path) == ONE
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in ONE.items():
            archive.writestr(f"folder/{name}", content)
    (tmp_path / "b.zip").write_bytes(packed.getvalue())
    assert definitions.load_folder(tmp_path / "b.zip") == ONE
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(Invalid):
        definitions.load_folder(tmp_path / "bad.zip")
    with pytest.raises(Invalid):
        definitions.load_folder(tmp_path / "missing")


def test_a_draft_goes_from_its_author_by_a_second_person_to_a_version(session: Session) -> None:
    draft = definitions.create_draft(session, "test", ONE, author="anna")
    with pytest.raises(Conflict):
        definitions.create_draft(session, "test", ONE, author="bert")
    draft = definitions.save_draft(session, "test", TWO, author="anna", if_rev=draft.rev)
    with pytest.raises(Conflict):
        definitions.save_draft(session, "test", ONE, author="bert", if_rev=1)
    with pytest.raises(Conflict):
        definitions.publish_draft(session, "test", author="anna", if_rev=draft.rev)
    draft = definitions.submit_draft(session, "test", author="anna", if_rev=draft.rev)
    with pytest.raises(Forbidden):
        definitions.approve_draft(session, "test", reviewer="anna", if_rev=draft.rev)
    draft = definitions.approve_draft(session, "test", reviewer="bert", if_rev=draft.rev)
    made = definitions.publish_draft(session, "test", author="anna", if_rev=draft.rev)
    assert (made.version, made.author, made.approver) == (1, "anna", "bert")
    reopened = definitions.open_draft(session, "test", author="carl")
    assert (reopened.base_version, reopened.state, len(reopened.files)) == (1, DraftState.EDITING, len(TWO))


def test_nobody_who_wrote_on_a_draft_since_the_last_publication_approves_it(session: Session) -> None:
    draft = definitions.create_draft(session, "test", ONE, author="anna")
    draft = definitions.save_draft(session, "test", TWO, author="bert", if_rev=draft.rev)
    draft = definitions.submit_draft(session, "test", author="carl", if_rev=draft.rev)
    for author in ("anna", "bert", "carl"):
        with pytest.raises(Forbidden):
            definitions.approve_draft(session, "test", reviewer=author, if_rev=draft.rev)
    draft = definitions.reject_draft(session, "test", reviewer="dora", if_rev=draft.rev, note="too short")
    draft = definitions.submit_draft(session, "test", author="carl", if_rev=draft.rev)
    draft = definitions.approve_draft(session, "test", reviewer="dora", if_rev=draft.rev)
    made = definitions.publish_draft(session, "test", author="bert", if_rev=draft.rev)
    assert (made.authors, made.author, made.approver) == (["anna", "bert", "carl"], "bert", "dora")
    assert definitions.open_draft(session, "test", author="dora").authors == ["dora"]


def test_an_older_version_comes_back_at_once_by_none_of_its_authors(session: Session) -> None:
    definitions.publish_files(session, "test", ONE, author="anna", authors=["bert", "carl"])
    with pytest.raises(Conflict):
        definitions.republish(session, "test", 1, author="dora", note="it runs already")
    definitions.publish_files(session, "test", TWO, author="anna")
    for author in ("anna", "bert", "carl"):
        with pytest.raises(Forbidden):
            definitions.republish(session, "test", 1, author=author, note="mine is better")
    with pytest.raises(NotFound):
        definitions.republish(session, "test", 7, author="dora", note="no such version")
    made = definitions.republish(session, "test", 1, author="dora", note="the second one is wrong")
    assert definitions.files(session, made) == ONE
    assert (made.version, made.authors, made.author, made.approver) == (3, ["bert", "carl"], "dora", "dora")


def test_an_older_version_comes_back_by_review_of_somebody_who_did_not_write_it(session: Session) -> None:
    definitions.publish_files(session, "test", ONE, author="anna", authors=["bert"])
    definitions.publish_files(session, "test", TWO, author="anna")
    draft = definitions.propose_version(session, "test", 1, author="carl", note="the second one is wrong")
    assert (draft.state, draft.base_version, draft.note) == (DraftState.IN_REVIEW, 2, "the second one is wrong")
    for author in ("bert", "carl"):
        with pytest.raises(Forbidden):
            definitions.approve_draft(session, "test", reviewer=author, if_rev=draft.rev)
    draft = definitions.approve_draft(session, "test", reviewer="dora", if_rev=draft.rev)
    made = definitions.publish_draft(session, "test", author="carl", if_rev=draft.rev)
    assert (made.version, definitions.files(session, made)) == (3, ONE)
    assert made.authors == ["carl", "bert"]


def test_going_back_waits_for_the_draft_there_is(session: Session) -> None:
    definitions.publish_files(session, "test", ONE, author="anna")
    definitions.publish_files(session, "test", TWO, author="anna")
    definitions.open_draft(session, "test", author="anna")
    with pytest.raises(Conflict):
        definitions.propose_version(session, "test", 1, author="carl", note="the second one is wrong")


def test_an_approved_draft_which_is_edited_again_needs_a_new_approval(session: Session) -> None:
    draft = definitions.create_draft(session, "test", ONE, author="anna")
    draft = definitions.submit_draft(session, "test", author="anna", if_rev=draft.rev)
    draft = definitions.approve_draft(session, "test", reviewer="bert", if_rev=draft.rev)
    draft = definitions.save_draft(session, "test", TWO, author="anna", if_rev=draft.rev)
    with pytest.raises(Conflict):
        definitions.publish_draft(session, "test", author="anna", if_rev=draft.rev)


def test_a_rejected_draft_returns_with_a_note(session: Session) -> None:
    draft = definitions.create_draft(session, "test", ONE, author="anna")
    draft = definitions.submit_draft(session, "test", author="anna", if_rev=draft.rev)
    draft = definitions.reject_draft(session, "test", reviewer="bert", if_rev=draft.rev, note="too short")
    assert (draft.state, draft.note) == (DraftState.EDITING, "too short")


def test_a_draft_which_the_gate_refuses_cannot_be_submitted_but_kept(session: Session) -> None:
    wrong = bundle(process("P", start(), user("A", form="missing"), end()))
    draft = definitions.create_draft(session, "test", wrong, author="anna")
    with pytest.raises(Invalid):
        definitions.submit_draft(session, "test", author="anna", if_rev=draft.rev)
    assert definitions.open_draft(session, "test", author="anna").rev == draft.rev


def test_a_compiled_version_is_shared_and_asks_the_database_once(database: Engine) -> None:
    with transaction() as session:
        made = definitions.publish_files(session, "test", ONE, author="anna")

    def fetch(_: int) -> int:
        with transaction() as mine:
            return id(definitions.compiled_by_id(mine, made.id))

    with counting() as statements, ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(fetch, range(64)))) == 1
    assert statements == []


def test_two_who_publish_at_once_get_two_numbers(database: Engine) -> None:
    def publish(number: int) -> int:
        files = bundle(process("P", start(), user(f"A{number}"), end()))
        with transaction() as mine:
            return definitions.publish_files(mine, "test", files, author=str(number)).version

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(publish, range(8))) == list(range(1, 9))
