"""From bytes to decisions: the file, the files it imports, and their types."""

from collections.abc import Callable, Mapping

from engine.dmn.decisions import Decisions
from engine.dmn.errors import DmnError
from engine.dmn.graph import File
from engine.dmn.model import Import, ItemDefinition
from engine.dmn.read import read
from engine.dmn.types import Types
from engine.dmn.xml import attribute, parse_definitions
from engine.feel.effort import Effort

Imports = Mapping[str, bytes] | Callable[[str], bytes | None]
"""Where imported files come from: by namespace, location or name of the import, else the file with that namespace
inside; a function is asked for the namespace."""

_MAX_FILES = 50


def load(xml: bytes, *, imports: Imports | None = None, effort: Effort | None = None) -> Decisions:
    """The decisions of a DMN file, version 1.1 to 1.5.

    xml: at most 2 MB, without DOCTYPE. imports: the bytes of imported files. effort: what may be compiled, for several
    files together. Raises DmnError(message, element) when the file, its structure, a requirement or an import is wrong,
    or there is too much to compile. Expressions that are no FEEL do not raise: they are listed in `Decisions.problems`
    and make their decision null.
    """
    files: dict[str, File] = {}
    effort = effort or Effort()
    root = _file(xml, imports, files, effort)
    return Decisions(root, list(files.values()), effort)


def _file(
    xml: bytes, imports: Imports | None, files: dict[str, File], effort: Effort, above: frozenset[str] = frozenset()
) -> File:
    definitions = read(xml)
    above |= {definitions.namespace}
    if len(files) >= _MAX_FILES:
        raise DmnError(f"more than {_MAX_FILES} files are imported", zh=f"导入的文件超过 {_MAX_FILES} 个")
    imported: dict[str, File] = {}
    types: dict[str, Types] = {}
    merged: list[File] = []
    items: dict[str, ItemDefinition] = dict(definitions.items)
    own = Types(items, types, effort=effort)
    file = File(definitions, own, imported, merged)
    files[definitions.namespace] = file
    for wanted in definitions.imports:
        if "DMN" not in wanted.kind:
            continue
        if wanted.namespace in above:
            raise DmnError("files import each other", wanted.name or wanted.namespace, zh="文件相互导入")
        other = files.get(wanted.namespace) or _file(_bytes(wanted, imports), imports, files, effort, above)
        if other.definitions.namespace != wanted.namespace:
            raise DmnError(
                f"the imported file has the namespace {other.definitions.namespace}",
                wanted.name,
                zh=f"导入文件的命名空间是 {other.definitions.namespace}",
            )
        if wanted.name:
            imported[wanted.name] = other
            types[wanted.name] = other.types
        else:
            merged.append(other)
            for name, item in other.definitions.items.items():
                items.setdefault(name, item)
    own.check()
    return file


def _bytes(wanted: Import, imports: Imports | None) -> bytes:
    found: bytes | None = None
    if callable(imports):
        found = imports(wanted.namespace)
    elif imports is not None:
        keys = (wanted.namespace, wanted.location, wanted.name)
        found = next((imports[key] for key in keys if key in imports), None) or _by_namespace(wanted, imports)
    if found is None:
        raise DmnError("the imported file is missing", wanted.name or wanted.namespace, zh="缺少导入的文件")
    return found


def _by_namespace(wanted: Import, imports: Mapping[str, bytes]) -> bytes | None:
    """The file whose own namespace is the wanted one, whatever its key: bundles name files by their path."""
    for xml in imports.values():
        try:
            if attribute(parse_definitions(xml), "namespace") == wanted.namespace:
                return xml
        except DmnError:
            continue
    return None
