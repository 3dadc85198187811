"""Zips which people upload: read, or refused with a clear reason, whatever is broken in them."""

import io
import random
import zipfile

import pytest

from engine import bundles
from engine.errors import Invalid
from tests.builders import bundle, end, process, start, user

FILES = bundle(process("P", start(), user("A"), end()))


def packed(files: list[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def code(content: bytes) -> str:
    """The code of the refusal; "" where the archive is read."""
    try:
        bundles.from_zip(content)
    except Invalid as error:
        [problem] = error.problems
        assert problem["message_zh"]
        assert problem["message_en"]
        return problem["code"]
    return ""


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_plain_zip_is_read(how: int) -> None:
    assert bundles.from_zip(packed(list(FILES.items()), how)) == FILES


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(how: int) -> None:
    assert code(packed(list(FILES.items()), how)) == "not_zip"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused() -> None:
    assert code(packed([*FILES.items(), ("main.bpmn", b"<other/>")])) == "duplicate_file"


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_is_read_or_refused_and_never_more(how: int) -> None:
    good, dice = packed(list(FILES.items()), how), random.Random(how)
    codes = set()
    for _ in range(400):
        bad = bytearray(good)
        for _ in range(dice.choice((1, 1, 2, 4))):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        codes.add(code(bytes(bad)))
    codes |= {code(good[:cut]) for cut in range(0, len(good), 37)}
    assert codes <= {"", "not_zip", "too_big", "bad_path", "no_bundle", "duplicate_file"}
    assert "not_zip" in codes
