"""Import: encodings, profiles, and rows which cannot be a complaint named by line and column."""

from pathlib import Path

import pytest

from workflows.errors import BadFile
from workflows.importing import Fault, Row, read

GOOD = "narrative,channel,name,phone,amount_claimed,occurred_at\n"


def _file(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "in.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def _faults(folder: Path, text: str, profile: str = "generic") -> list[tuple[int, str]]:
    return [(one.line, one.column) for one in read(_file(folder, text), profile) if isinstance(one, Fault)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    text = "投诉内容,渠道,姓名\n空调坏了没人管,phone,王伟\n"
    [row] = read(_file(tmp_path, text, encoding), "generic")
    assert isinstance(row, Row)
    assert (row.line, row.complaint.narrative, row.complaint.identity.name) == (2, "空调坏了没人管", "王伟")


def test_of_twenty_rows_the_bad_ones_are_named_by_line_and_column_and_the_rest_goes_in(tmp_path: Path) -> None:
    rows = [f"complaint {number},web,Ann,,10.50,2025-01-02" for number in range(20)]
    rows[2] = ",web,Ann,,1,2025-01-02"
    rows[5] = "late,web,Ann,,1,2099-01-01"
    rows[7] = "money,web,Ann,,a lot,2025-01-02"
    rows[9] = "channel,pigeon,Ann,,1,2025-01-02"
    rows[11] = "nobody,web,,,1,2025-01-02"
    rows[13] = "short,web"
    rows[15] = 'quote,web,"Ann" x,,1,2025-01-02'
    found = list(read(_file(tmp_path, GOOD + "\n".join(rows) + "\n"), "generic"))
    assert len([one for one in found if isinstance(one, Row)]) == 13
    assert [(one.line, one.column) for one in found if isinstance(one, Fault)] == [
        (4, "narrative"),
        (7, "occurred_at"),
        (9, "amount_claimed"),
        (11, "channel"),
        (13, "name"),
        (15, "name"),
        (17, ""),
    ]
    for fault in (one for one in found if isinstance(one, Fault)):
        assert fault.message_zh
        assert fault.message_en


def test_a_line_number_counts_the_lines_inside_a_cell(tmp_path: Path) -> None:
    text = GOOD + '"two\nlines",web,Ann,,1,2025-01-02\n,web,Ann,,1,2025-01-02\n'
    assert _faults(tmp_path, text) == [(4, "narrative")]


def test_an_open_quote_does_not_swallow_the_file_silently(tmp_path: Path) -> None:
    text = GOOD + 'one,web,Ann,,1,2025-01-02\n"two,web,Ann,,1,2025-01-02\nthree,web,Ann,,1,2025-01-02\n'
    found = list(read(_file(tmp_path, text), "generic"))
    assert isinstance(found[0], Row)
    assert isinstance(found[-1], Fault)
    assert found[-1].line == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n1,2\n", "columns are missing"), ("", "columns are missing"), ("narrative,name,name\n", "stand twice")],
)
def test_a_file_with_the_wrong_columns_is_refused_as_a_whole(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        list(read(_file(tmp_path, text), "generic"))


def test_a_file_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="UTF-8"):
        list(read(_file(tmp_path, b"narrative\n\xff\xff\xff\x80\n"), "generic"))


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="profile"):
        list(read(_file(tmp_path, "x\n"), "moon"))


def test_the_same_words_twice_are_two_complaints_and_the_same_file_twice_is_one(tmp_path: Path) -> None:
    path = _file(tmp_path, "cat,label,review\n书籍,0,质量差\n书籍,0,质量差\n书籍,1,好\n")
    first = [one for one in read(path, "shopping") if isinstance(one, Row)]
    again = [one for one in read(path, "shopping") if isinstance(one, Row)]
    assert len({row.message_id for row in first}) == 2
    assert [row.message_id for row in first] == [row.message_id for row in again]


def test_a_number_of_the_source_used_for_two_texts_loses_neither(tmp_path: Path) -> None:
    head = "留言编号,留言用户,留言主题,留言时间,留言详情\n"
    text = head + "7,A,一,2020/1/6 12:09:38,甲\n7,A,二,2020/1/6 12:09:38,乙\n7,A,一,2020/1/6 12:09:38,甲\n"
    ids = [one.message_id for one in read(_file(tmp_path, text), "tipdm") if isinstance(one, Row)]
    assert ids == ["tipdm:7", "tipdm:7-2", "tipdm:7"]


def test_a_praise_is_no_complaint(tmp_path: Path) -> None:
    assert _faults(tmp_path, "cat,label,review\n书籍,1,很好\n", "shopping") == [(2, "label")]


@pytest.mark.parametrize(
    ("name", "profile", "least"),
    [
        ("en_cfpb_2013_sample.csv", "cfpb", 3186),
        ("en_cfpb_2023_sample.csv", "cfpb", 1250),
        ("en_consumer_complaints_nortal.csv", "cfpb", 145),
        ("zh_tipdm2020_att2_messages_labelled.csv", "tipdm", 291),
        ("zh_tipdm2020_att3_messages_votes.csv", "tipdm", 30),
        ("zh_car_complain_12365auto.csv", "car12365", 178),
        ("zh_online_shopping_negative_sample.csv", "shopping", 3266),
    ],
)
def test_real_records_are_read_without_a_fault(shared: Path, name: str, profile: str, least: int) -> None:
    found = list(read(shared / "data" / name, profile))
    assert [one for one in found if isinstance(one, Fault)] == []
    assert len({one.message_id for one in found if isinstance(one, Row)}) >= least
