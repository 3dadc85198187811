"""A published version in its runnable form: shared by all instances and threads of this process, never changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import orjson

from engine.spiff.build import Surroundings, build
from engine.spiff.decisions import Decider, deciders
from engine.spiff.model import Diagram, Process
from engine.spiff.read import read
from engine.spiff.workflow import ProcessSpec


@dataclass
class Compiled:
    """The executable processes of a bundle.

    called: compiled versions of processes outside of the bundle, by process id, as pinned at publication.
    """

    definition_id: str
    files: Mapping[str, bytes]
    diagram: Diagram
    specs: dict[str, ProcessSpec]
    decisions: Mapping[str, Decider]
    called: Mapping[str, "Compiled"]

    @property
    def main(self) -> ProcessSpec:
        """The process which an instance runs."""
        return self.specs[self.diagram.main]

    @cached_property
    def processes(self) -> dict[str, Process]:
        """The drawn processes of the bundle and of all it calls, however far; the bundle's own come first."""
        found = dict(self.diagram.processes)
        for each in self.called.values():
            found = {**each.processes, **found}
        return found

    @cached_property
    def forms(self) -> Mapping[str, bytes]:
        """Form schemas by form id (the file's `id`, else its name)."""
        return form_files(self.files)


def compile_bundle(
    definition_id: str, files: Mapping[str, bytes], main: str, called: Mapping[str, Compiled] | None = None
) -> Compiled:
    """Compile the files of a bundle. Raises Invalid naming the element, DmnError for a wrong decision file."""
    diagram, _ = read(files, main)
    return compile_diagram(definition_id, files, diagram, called)


def compile_diagram(
    definition_id: str,
    files: Mapping[str, bytes],
    diagram: Diagram,
    called: Mapping[str, Compiled] | None = None,
    decisions: Mapping[str, Decider] | None = None,
) -> Compiled:
    """Compile what was read already; decisions, too, where they are given."""
    outside = called or {}
    specs: dict[str, ProcessSpec] = {}

    def resolve(process_id: str) -> ProcessSpec | None:
        if process_id in specs:
            return specs[process_id]
        found = outside.get(process_id)
        return None if found is None else found.specs.get(process_id)

    known = deciders(files) if decisions is None else decisions
    around = Surroundings(definition_id, known, resolve)
    for process in diagram.processes.values():
        specs[process.id] = build(process, around)
    return Compiled(definition_id, files, diagram, specs, known, outside)


def form_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Form schemas by id."""
    return {form_id: files[path] for path, form_id in form_ids(files)}


def form_ids(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Path and id of every form."""
    for path in sorted(path for path in files if path.lower().endswith(".form")):
        try:
            schema = orjson.loads(files[path])
        except orjson.JSONDecodeError:
            schema = {}
        given = schema.get("id") if isinstance(schema, dict) else None
        yield path, str(given or path.rpartition("/")[2].removesuffix(".form"))
