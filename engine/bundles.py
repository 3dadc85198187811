"""Bundles as files: reading folders and archives, `bundle.json`, and the hash which is a version's identity."""

import codecs
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from engine import xml
from engine.errors import Invalid

SUFFIXES = (".bpmn", ".dmn", ".form")
MAX_FILES = 200
MAX_BYTES = 16 * 1024 * 1024
MOST_ENTRIES = 10_000
"""Of an archive, whatever they are: the directory is read before anything can be left out."""
MOST_DRAWN = 15_000
"""Elements and flows of all diagrams together: five processes of the largest size."""
KEY = r"[a-z][a-z0-9-]{0,62}"
"""What a bundle may be called in addresses and commands."""
_DRAWN = re.compile(
    r"<(?:[^\s<>/:=\"']+:)?(?:sequenceFlow|task|transaction|callActivity|[a-z]+(?:Task|Event|Gateway)|(?:s|adHocS)ubProcess)"
    r"(?=[\s/>])"
)
_ENTRY = b"PK\x01\x02"
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NAME = r"(?!\.+(/|$))[^\\/:\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,200}"
_PATH = re.compile(rf"{_NAME}(/{_NAME}){{0,9}}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `bundle.json` says: key and name of the bundle, and the process which an instance runs."""

    key: str
    name_zh: str
    name_en: str
    process: str


def load_folder(path: Path) -> dict[str, bytes]:
    """The files of a bundle from a folder or a zip, by path inside it. Raises Invalid for what cannot be a bundle."""
    if path.is_dir():
        members = [each for each in sorted(path.rglob("*")) if each.is_file() and _belongs(each.name)]
        if len(members) > MAX_FILES or sum(each.stat().st_size for each in members) > MAX_BYTES:
            raise invalid("too_big", "文件过多或过大", "There are too many files, or they are too large")
        return _checked({each.relative_to(path).as_posix(): each.read_bytes() for each in members})
    if path.is_file():
        if path.stat().st_size > 2 * MAX_BYTES:
            raise invalid("too_big", "压缩包过大", "The archive is too large")
        return from_zip(path.read_bytes())
    raise invalid("no_bundle", f"{path.name} 不存在", f"{path.name} does not exist")


def from_zip(content: bytes) -> dict[str, bytes]:
    """The files of a zip, stored or deflated; a common folder around all of them is left out. Raises Invalid."""
    if len(content) > 2 * MAX_BYTES or content.count(_ENTRY) > MOST_ENTRIES:
        raise invalid("too_big", "压缩包过大", "The archive is too large")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = {each.filename: _member(archive, each) for each in _members(archive)}
    except Invalid:
        raise
    except Exception:  # a damaged archive makes the library fail in a dozen ways, some of other modules
        raise invalid("not_zip", "不是可读取的 zip 文件", "This is not a readable zip file") from None
    top = {name.partition("/")[0] for name in found}
    if len(top) == 1 and all("/" in name for name in found):
        found = {name.partition("/")[2]: data for name, data in found.items()}
    return _checked(found)


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members which belong to a bundle. Raises Invalid where there is too much, or what nobody packs honestly."""
    members = [each for each in archive.infolist() if not each.is_dir() and _belongs(each.filename)]
    if sum(each.file_size for each in members) > MAX_BYTES or len(members) > MAX_FILES:
        raise invalid("too_big", "压缩包过大", "The archive is too large")
    if any(each.compress_type not in _PACKED for each in members):
        zh = "压缩包的压缩方式不受支持，请用普通 zip（deflate）"
        en = "The archive is packed in a way that is not accepted: use a plain zip (deflate)"
        raise invalid("not_zip", zh, en)
    names = [each.filename for each in members]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        shown = ascii(doubled)[1:-1][:100]
        zh, en = f"压缩包中有两个 {shown}", f"The archive holds {shown} twice"
        raise invalid("duplicate_file", zh, en, shown)
    return members


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """No more than the size which the directory names is ever unpacked, whatever the data would give."""
    with archive.open(member) as file:
        return file.read(member.file_size + 1)


def _belongs(name: str) -> bool:
    return name.endswith("bundle.json") or name.lower().endswith(SUFFIXES)


def _checked(files: dict[str, bytes]) -> dict[str, bytes]:
    if not files:
        raise invalid("no_bundle", "没有流程文件", "There are no files of a bundle")
    for path in files:
        if _PATH.fullmatch(path) is None:
            shown = ascii(path)[1:-1][:100]
            raise invalid("bad_path", f"文件路径 {shown} 无效", f"The file path {shown} is not valid", shown)
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
        raise invalid("too_big", "文件过多或过大", "There are too many files, or they are too large")
    return files


def manifest(files: Mapping[str, bytes]) -> Manifest:
    """What `bundle.json` says. Raises Invalid where it is missing or wrong."""
    facts = manifest_facts(files)
    name = facts.get("name") if isinstance(facts, dict) else None
    if not isinstance(name, dict) or not all(isinstance(facts.get(field), str) for field in ("key", "process")):
        raise invalid(
            "bad_manifest",
            "bundle.json 需要 key、name.zh、name.en、process",
            "bundle.json needs key, name.zh, name.en and process",
        )
    if re.fullmatch(KEY, facts["key"]) is None:
        raise invalid(
            "bad_manifest",
            "bundle.json 的 key 由小写字母、数字和 - 组成，以字母开头，最多 63 个字符",
            "The key in bundle.json has lower case letters, digits and - only, a letter first, 63 characters at most",
        )
    chinese, english = (name.get(language) for language in ("zh", "en"))
    if not isinstance(chinese, str) or not isinstance(english, str) or not chinese or not english:
        raise invalid("bad_manifest", "bundle.json 的 name 需要 zh 和 en", "The name in bundle.json needs zh and en")
    return Manifest(facts["key"], chinese, english, facts["process"])


def manifest_facts(files: Mapping[str, bytes]) -> Any:
    """`bundle.json` as it stands, a byte order mark left out. Raises Invalid where it is missing or no JSON."""
    content = files.get("bundle.json")
    if content is None:
        raise invalid("no_manifest", "缺少 bundle.json", "bundle.json is missing")
    try:
        return orjson.loads(content.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError:
        raise invalid("bad_manifest", "bundle.json 不是 JSON", "bundle.json is not JSON") from None


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over all file names and contents, whatever their order."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(hashlib.sha256(path.encode()).digest())
        total.update(hashlib.sha256(files[path]).digest())
    return total.hexdigest()


def drawn(files: Mapping[str, bytes]) -> int:
    """How many elements and flows there are, before anything is made of them, in diagrams which can be read."""
    count = 0
    for path, content in files.items():
        if path.lower().endswith(".bpmn") and len(content) <= xml.MAX_BYTES:
            try:
                here = len(_DRAWN.findall(xml.decoded(content)))
            except Invalid:
                continue
            count += here if here <= xml.MAX_ELEMENTS else 0
    return count


def require_drawable(*sides: Mapping[str, bytes]) -> None:
    """Raises Invalid where more is drawn than could ever be published."""
    if any(drawn(files) > MOST_DRAWN for files in sides):
        raise invalid(
            "too_big",
            f"流程图元素过多（最多 {MOST_DRAWN} 个）：请拆分",
            f"The diagrams hold too many elements ({MOST_DRAWN} at most): divide them",
        )


def invalid(code: str, zh: str, en: str, path: str = "") -> Invalid:
    """An `Invalid` with one problem in both languages."""
    return Invalid(en, problems=[{"path": path, "code": code, "message_zh": zh, "message_en": en}], code=code)
