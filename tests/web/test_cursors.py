"""Cursors cannot be made up, and come back as what they were."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from web import cursors

POSITIONS = st.tuples(
    st.none() | st.datetimes(timezones=st.just(UTC)), st.uuids() | st.integers() | st.text(max_size=50)
)


@given(POSITIONS)
def test_a_position_comes_back_as_it_was(position: tuple[object, ...]) -> None:
    assert cursors.unpack("list", cursors.pack("list", position)) == position


def test_the_end_has_no_cursor() -> None:
    assert cursors.pack("list", None) is None
    assert cursors.unpack("list", None) is None


@given(st.text(max_size=200))
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        cursors.unpack("list", text)


def test_a_cursor_holds_for_its_own_list_only() -> None:
    cursor = cursors.pack("mine", (datetime(2025, 1, 1, tzinfo=UTC), UUID(int=1)))
    with pytest.raises(Invalid):
        cursors.unpack("others", cursor)


def test_a_page_says_where_it_ended_only_when_there_is_more() -> None:
    assert cursors.page("n", [1, 2], 2, lambda one: (one,)) == {"items": [1, 2], "next": None}
    more = cursors.page("n", [1, 2, 3], 2, lambda one: (one,))
    assert more["items"] == [1, 2]
    assert cursors.unpack("n", more["next"]) == (2,)
