"""The broker where none is installed: kombu's file transport, except that losing its folder is losing a connection.

A full or unmounted disk would otherwise end every worker; now they ask again until the folder is back, and look for
what is due by themselves meanwhile (`tasks.poll`). Celery finds the class by the scheme `files` (`register`).
"""

from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem

URL = "files://localhost"


class Transport(filesystem.Transport):
    """The file transport which makes its folders when it connects."""

    connection_errors: Any = (*filesystem.Transport.connection_errors, OSError, ChannelError)

    def establish_connection(self) -> Any:
        """Make the folders; raises OSError where they cannot be, and Celery tries again later."""
        client: Any = self.client
        options = client.transport_options
        for name in ("data_folder_in", "data_folder_out", "control_folder"):
            Path(options[name]).mkdir(parents=True, exist_ok=True)
        plain: Any = super()
        return plain.establish_connection()


def register() -> None:
    """Let kombu know the scheme `files`."""
    TRANSPORT_ALIASES["files"] = f"{__name__}:Transport"
