"""The shipped bundles, played: every element and every flow of each is reached, nothing fails, nothing hangs."""

from pathlib import Path

import pytest

from engine import bundles, hooks, lint
from engine.lint import dryrun
from engine.lint.bundle import examine
from workflows import seeds
from workflows.domain import Complaints

FOLDERS = sorted(path.parent for path in (Path(__file__).parents[2] / "diagrams").glob("*/bundle.json"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_shipped_bundle_has_no_finding_and_every_path_of_it_opens(folder: Path) -> None:
    files = bundles.load_folder(folder)
    found = lint.check(files, domain=Complaints(), departments=seeds.department_codes())
    assert [(each.element, each.code) for each in found] == []
    bundle, _ = examine(files, Complaints(), None, None)
    search = dryrun.explore(bundle, moves=20_000, seconds=60)
    assert search.complete
    assert search.failed == {}


def test_the_dry_run_asks_nothing_of_an_installed_domain() -> None:
    class Forbids(hooks.Domain):
        def guard(self, *_: object) -> None:
            raise AssertionError("asked")

    before = hooks.install(Forbids())
    try:
        assert lint.check(bundles.load_folder(FOLDERS[1]), domain=Complaints(), dry_run=True) == []
    finally:
        hooks.install(before)
