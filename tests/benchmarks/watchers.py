"""Many browsers at one activity, as a program: says `ready`, then prints by event number when each of them heard it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict

from websockets.asyncio.client import connect

LAST_SECONDS = 3.0


async def main(url: str, activity: str, session: str, count: int) -> None:
    """Connect all, then listen until it has been quiet for a while."""
    heard: defaultdict[int, list[float]] = defaultdict(list)
    ready = asyncio.Semaphore(0)
    sockets = [asyncio.create_task(_listen(url, activity, session, heard, ready)) for _ in range(count)]
    for _ in sockets:
        await ready.acquire()
    print("ready", flush=True)
    await asyncio.gather(*sockets)
    print(json.dumps(heard))


async def _listen(
    url: str, activity: str, session: str, heard: defaultdict[int, list[float]], ready: asyncio.Semaphore
) -> None:
    address = f"{url.replace('http', 'ws', 1)}/ws/activities/{activity}/"
    async with connect(
        address,
        origin=url,  # type: ignore[arg-type]
        additional_headers={"Cookie": f"sessionid={session}"},
        max_size=None,
    ) as socket:
        await socket.recv()  # the snapshot
        ready.release()
        while True:
            try:
                text = await asyncio.wait_for(socket.recv(), LAST_SECONDS if heard else None)
            except TimeoutError:
                return
            at = time.monotonic()
            message = json.loads(text)
            if message["kind"] == "event":
                heard[message["seq"]].append(at)
            elif heard:
                return


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], int(sys.argv[4])))
