"""Django's SQLite backend, each write transaction taking the process's fair lock first.

SQLite has one writer. Left to its busy handler, a click waits seconds behind busy workers or fails with
"database is locked"; in line behind a fair lock it waits for one short transaction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from django.db.backends.sqlite3 import base

from config.sqlite.fair_lock import FairLock

WRITES = re.compile(r"\s*(insert|update|delete|replace)\b", re.IGNORECASE)
_locks: defaultdict[str, FairLock] = defaultdict(FairLock)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds the fair lock of its file for as long as it is in a transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fair = _locks[str(self.settings_dict["NAME"])]
        self._holds_fair = False

    def hold(self) -> None:
        """Take the fair lock, unless this connection has it."""
        if not self._holds_fair:
            self._fair.acquire()
            self._holds_fair = True

    def let_go(self) -> None:
        """Give the fair lock back, if this connection has it."""
        if self._holds_fair:
            self._holds_fair = False
            self._fair.release()

    def _start_transaction_under_autocommit(self) -> None:
        self.hold()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self.let_go()
            raise

    def _commit(self) -> None:
        super()._commit()
        self.let_go()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self.let_go()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self.let_go()

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor that takes the fair lock for a write outside a transaction."""
        return self.connection.cursor(factory=_cursor_for(self))


def _cursor_for(connection: DatabaseWrapper) -> Any:
    """Bind the cursor class to its connection: sqlite3 calls the factory with its own connection only."""

    class Cursor(base.SQLiteCursorWrapper):
        def execute(self, query: str, params: Any = None) -> Any:
            if connection._holds_fair or not WRITES.match(query):
                return super().execute(query, params)
            connection.hold()
            try:
                return super().execute(query, params)
            finally:
                connection.let_go()

    return Cursor
