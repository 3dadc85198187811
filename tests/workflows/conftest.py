"""A house to test in: keys and uploads in a temporary folder, master data and people planted."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

import workflows
from engine import definitions
from tests import planted
from tests.workflows import bundles
from workflows import crypto, demo, people, seeds
from workflows.models import Person
from workflows.settings import settings


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("domain")
    patch.setenv("REDRESS_KEYRING", str(folder / "keyring.json"))
    patch.setenv("REDRESS_UPLOADS", str(folder / "uploads"))
    settings.cache_clear()
    crypto.keyring.cache_clear()
    workflows.install()
    yield
    patch.undo()
    settings.cache_clear()
    crypto.keyring.cache_clear()


@pytest.fixture
def house(session: Session) -> Session:
    """A session in which master data and the demo's people are planted (no bundles)."""
    seeds.plant(session)
    demo.people_of_the_demo(session)
    return session


@pytest.fixture
def running(house: Session) -> Session:
    """The same with the small main process of the tests published."""
    definitions.publish_files(house, "complaint", bundles.complaint(), author="system")
    return house


@pytest.fixture
def shipped(house: Session) -> Session:
    """The same with all shipped bundles published."""
    planted.publish(house)
    return house


@pytest.fixture
def who(house: Session) -> "Who":
    """People by login: `who("staff")`."""
    return Who(house)


class Who:
    """Looks people up by login."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, login: str) -> Person:
        found = people.by_login(self._session, login)
        assert found is not None, login
        return found
