"""The file broker: a folder which cannot be had is a lost connection, never the end of a worker."""

from pathlib import Path

import pytest
from kombu import Connection

from tasks import files


def connection(folder: Path) -> Connection:
    files.register()
    folders = {"data_folder_in": str(folder / "in"), "data_folder_out": str(folder / "in")}
    return Connection(files.URL, transport_options={**folders, "control_folder": str(folder / "control")})


def test_a_connection_makes_its_folders_and_carries_a_message(tmp_path: Path) -> None:
    with connection(tmp_path / "broker") as broker, broker.SimpleQueue("knocks") as queue:
        queue.put("knock")
        assert queue.get(timeout=5).payload == "knock"


def test_a_folder_which_cannot_be_made_is_an_error_of_the_connection(tmp_path: Path) -> None:
    (tmp_path / "broker").write_text("a file")
    broker = connection(tmp_path / "broker")
    with pytest.raises(broker.connection_errors):
        broker.connect()
    (tmp_path / "broker").unlink()
    broker.connect()
    assert broker.connected
    broker.release()
