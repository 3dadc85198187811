"""Schema revisions (Alembic). This layer sees every table, the engine's and the domain's.

A revision says its `phase`: `pre` (additive, runs before the new code: the old code must go on working on it) or `post`
(takes away, runs when no old code is left). `upgrade(url, phase="pre")` stops before the first `post` revision.
"""

from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

Phase = Literal["pre", "all"]
LOCK = 7_273_001  # advisory lock: two processes which start together upgrade one after the other


def config() -> Config:
    """Alembic's configuration, made here instead of in an ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return made


def upgrade(url: str, phase: Phase = "all") -> None:
    """Bring the database at `url` (SQLAlchemy, psycopg) to the newest schema; `pre`: only as far as is additive."""
    made = config()
    target = "head" if phase == "all" else _last_before_post(ScriptDirectory.from_config(made))
    engine = create_engine(url, connect_args={"options": "-c lock_timeout=5000 -c timezone=UTC"})
    try:
        with engine.connect() as connection:
            made.attributes["connection"] = connection
            command.upgrade(made, target)
    finally:
        engine.dispose()


def _last_before_post(scripts: ScriptDirectory) -> str:
    target = "base"
    for revision in reversed(list(scripts.walk_revisions())):
        if getattr(revision.module, "phase", None) == "post":
            break
        target = revision.revision
    return target
