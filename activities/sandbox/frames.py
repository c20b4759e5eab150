"""Frames on a pipe: a JSON header and a payload of bytes, each with its length in front.

JSON and not pickle: what a child sends is read as data, whatever got hold of the child.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from dataclasses import dataclass
from typing import Any

_LENGTHS = struct.Struct("!II")
_CHUNK = 1 << 16


class PipeClosed(Exception):
    """The other end is gone."""


class PipeTimeout(Exception):
    """No whole frame arrived in time."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; `payload` is raw, so that large JSON is not escaped into the header."""

    header: dict[str, Any]
    payload: bytes = b""


class Pipe:
    """One end of a pair of pipes; used by one thread at a time."""

    def __init__(self, *, reads: int, writes: int) -> None:
        self._reads = reads
        self._writes = writes
        self._buffer = bytearray()

    def write(self, header: dict[str, Any], payload: bytes = b"", *, seconds: float | None = None) -> None:
        """Send one frame; raises PipeClosed when nobody reads it, PipeTimeout when it is not sent after `seconds`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        head = json.dumps(header).encode()
        data = memoryview(_LENGTHS.pack(len(head), len(payload)) + head + payload)
        while data:
            if deadline is not None:
                _wait(self._writes, select.POLLOUT, deadline)
            try:
                data = data[os.write(self._writes, data) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise PipeClosed from error

    def read(self, *, seconds: float | None = None) -> Frame:
        """Receive one frame; raises PipeClosed, or PipeTimeout when it is not whole after `seconds`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        self._fill(_LENGTHS.size, deadline)
        head, payload = _LENGTHS.unpack_from(self._buffer)
        whole = _LENGTHS.size + head + payload
        self._fill(whole, deadline)
        header = read_json(bytes(self._buffer[_LENGTHS.size : _LENGTHS.size + head]))
        frame = Frame(header, bytes(self._buffer[_LENGTHS.size + head : whole]))
        del self._buffer[:whole]
        return frame

    def _fill(self, size: int, deadline: float | None) -> None:
        while len(self._buffer) < size:
            if deadline is not None:
                _wait(self._reads, select.POLLIN, deadline)
            try:
                chunk = os.read(self._reads, max(_CHUNK, size - len(self._buffer)))
            except OSError as error:
                raise PipeClosed from error
            if not chunk:
                raise PipeClosed
            self._buffer += chunk


def read_json(text: bytes) -> Any:
    """Return the value; half a surrogate pair, a text in JavaScript and nowhere else, becomes U+FFFD."""
    value = json.loads(text)
    return _whole_text(value) if b"\\ud" in text or b"\\uD" in text else value


def _whole_text(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole_text(item) for item in value]
    if isinstance(value, dict):
        return {_whole_text(key): _whole_text(item) for key, item in value.items()}
    return value


def _wait(descriptor: int, event: int, deadline: float) -> None:
    left = deadline - time.monotonic()
    poll = select.poll()
    poll.register(descriptor, event)
    if left <= 0 or not poll.poll(left * 1000):
        raise PipeTimeout
