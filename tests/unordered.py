"""Rows which a statement asks for without an order come by chance in every test, as PostgreSQL is free to give them.

Else they come as they were written, for as long as no page is cleaned and no plan changes, and code which relies on
it fails one day: a payment made at the second try was once taken for one which failed.
"""

from sqlalchemy import Select, event, func
from sqlalchemy.orm import ORMExecuteState, Session


def shuffle(state: ORMExecuteState) -> None:
    """Give a SELECT without an order one of chance; DISTINCT allows none."""
    statement = state.statement
    if isinstance(statement, Select) and not statement._order_by_clauses and not statement._distinct:
        state.statement = statement.order_by(func.random())


def install() -> None:
    """For all sessions of this process."""
    event.listen(Session, "do_orm_execute", shuffle)
