"""Ending an exchange with the outside from another thread, while it waits for bytes."""

from __future__ import annotations

import contextlib
import socket
import threading


class Cut:
    """Cuts the connections that were given to it; harmless before the first and after the last."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.done = False

    def watch(self, connected: socket.socket | None) -> None:
        """Cut this one too; at once, if that was asked for already."""
        with self._guard:
            done = self.done
            if connected is not None:
                self._sockets.append(connected)
        if done:
            self.kill()

    def kill(self) -> None:
        """End what waits for bytes. A closed socket wakes nobody who reads from it; one that is shut down does."""
        with self._guard:
            self.done = True
            sockets, self._sockets = self._sockets, []
        for each in sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(
                    each, socket.SHUT_RDWR
                )  # not SSLSocket's, which takes its reader apart
