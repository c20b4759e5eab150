"""A person at the product's doors: starts activities by HTTP, watches them by websocket."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

TOKEN = "a" * 32
AGAIN_SECONDS = 0.1
ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who is signed in."""

    url: str
    session: str
    project: int
    documents: tuple[str, ...] = ()

    def start(self, plan: str, *, number: str, documents: int = 0) -> str:
        """Start an activity of the plan on so many documents; return its id."""
        answer = httpx.post(
            f"{self.url}/api/activities/",
            json={
                "activityPlanRef": plan,
                "projectId": self.project,
                "inputs": {"number": number, "total": 12.5},
                "documentFamilyIds": self.documents[:documents],
            },
            cookies={"sessionid": self.session, "csrftoken": TOKEN},
            headers={"X-CSRFToken": TOKEN, "Idempotency-Key": f"start/{number}"},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def watch(self, activity: str) -> Watcher:
        """Return a page that watches the activity, to be opened by `with`."""
        return Watcher(self, activity)


@dataclass
class Watcher:
    """An open page: reads the live stream in a thread, and comes back with `since` when it breaks."""

    client: Client
    activity: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    seq: int | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, name=f"watch-{self.activity}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        assert self._thread is not None
        self._thread.join(10)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the events that came, in the order they came."""
        return [message["seq"] for message in self.messages if message["kind"] == "event"]

    def assert_heard_all(self, *, last: int, seconds: float = 10.0) -> None:
        """Assert that every event came once and in order, from the one snapshot to the end."""
        assert self.ended.wait(seconds), f"the page never saw the end; its last number is {self.seq}"
        snapshots = [message["seq"] for message in self.messages if message["kind"] == "snapshot"]
        assert len(snapshots) == 1, f"{len(snapshots)} snapshots in {self.connections} connections"
        assert self.numbers == list(range(snapshots[0] + 1, last + 1))

    def _watch(self) -> None:
        while not (self._closing.is_set() or self.ended.is_set()):
            try:
                self._read_until_it_breaks()
            except (OSError, InvalidHandshake, ConnectionClosed):
                self._closing.wait(AGAIN_SECONDS)

    def _read_until_it_breaks(self) -> None:
        since = "" if self.seq is None else f"?since={self.seq}"
        address = self.client.url.replace("http://", "ws://") + f"/ws/activities/{self.activity}/{since}"
        with connect(
            address,
            origin=self.client.url,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"sessionid={self.client.session}"},
            open_timeout=5,
            max_size=None,
        ) as socket:
            self.connections += 1
            while not self._closing.is_set():
                try:
                    self._take(json.loads(socket.recv(timeout=0.2)))
                except TimeoutError:
                    continue

    def _take(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if message["kind"] in ("snapshot", "event"):
            self.seq = message["seq"]
        moved = message.get("activity")
        if moved and moved["status"] in ENDED:
            self.ended.set()
