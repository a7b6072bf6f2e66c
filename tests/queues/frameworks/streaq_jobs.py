"""streaq: `mail` and `images` (`shop-mail`, `shop-images` in another name), each a stream with one priority. Ended jobs
leave no trace but their result, so none is dead. A worker holds twice what it runs.
"""
import asyncio
import os
import time
from collections import Counter

import harness
from harness import HOUR_S, IMAGES, LATER, MAIL
from streaq import Worker

SCENARIO = os.environ.get("HARNESS_SCENARIO") or harness.SCENARIO
URL = os.environ.get("HARNESS_URL") or harness.URL
NAMES = ("shop-mail", "shop-images") if SCENARIO == "prefix" else ("mail", "images")
IDLE_S = 1 if SCENARIO == "killed" else 60
mail, images = (Worker(redis_url=URL, queue_name=name, concurrency=1, idle_timeout=IDLE_S) for name in NAMES)


@mail.task(name="send_mail")
async def send_mail(number: int) -> None:
    await asyncio.to_thread(harness.hold)


@images.task(name="resize")
async def resize(number: int) -> None:
    await asyncio.to_thread(harness.hold)


async def row(worker):
    """All from the library but what is pending, which it leaves to the stream's group."""
    redis, stream = worker.redis, worker.stream_key + "normal"
    has_group = await redis.xinfo_groups(stream)
    pending = await redis.xpending(stream, "workers", start="-", end="+", count=1000) if has_group else ()
    held = {entry.identifier for entry in pending}
    waiting = [entry for entry in await redis.xrange(stream) if entry.identifier not in held]
    infos = [await worker.info_by_id(entry.field_values["task_id"]) for entry in waiting]
    return {
        "ready": await worker.queue_size(include_scheduled=False) - len(held),
        "in_flight": len(held),
        "orphaned": sum(entry.idle >= IDLE_S * 1000 for entry in pending),
        "delayed": await redis.zcard(worker.queue_key + "normal"),
        "dead": None,
        "oldest_enqueued_ms": min((int(entry.field_values["enqueue_time"]) for entry in waiting), default=None),
        "workers": len(await redis.keys(f"{worker.prefix}:health:*")),
        "paused": None,
        "classes": Counter(info.fn_name for info in infos if info),
        "running": len(await worker._get_running_tasks()),
    }


async def main():
    async with mail, images:
        for number in range(MAIL):
            await send_mail.enqueue(number)
        for number in range(IMAGES):
            await resize.enqueue(number)
        for number in range(LATER):
            await send_mail.enqueue(number).start(delay=HOUR_S)
        if SCENARIO in ("working", "killed"):
            started = harness.worker("-m", "streaq", "run", "streaq_jobs:mail")
            end = time.monotonic() + harness.PATIENCE_S
            while not await mail._get_running_tasks() and time.monotonic() < end:
                await asyncio.sleep(0.05)
            if SCENARIO == "killed":
                harness.kill(started)
                while (await row(mail))["orphaned"] < 2 and time.monotonic() < end:
                    await asyncio.sleep(0.1)
        rows = {worker.queue_name: await row(worker) for worker in (mail, images)}
        harness.tell(rows, workers=max(row["workers"] for row in rows.values()))


if __name__ == "__main__":
    asyncio.run(main())
    harness.stay()
