"""SAQ: `mail` and `images`. A failed job stays as a record for its time to live, in no list, so none is dead. Held jobs
are stuck, in its words, when nothing touched them for as long as they say. Its prefix
can't be changed: with another name the queues are `shop-mail` and `shop-images`.
"""
import asyncio
import os
import time
from collections import Counter

import harness
from harness import DEAD, HOUR_S, IMAGES, LATER, MAIL
from saq import Queue
from saq.job import Status

SCENARIO = os.environ.get("HARNESS_SCENARIO") or harness.SCENARIO
URL = os.environ.get("HARNESS_URL") or harness.URL
NAMES = ("shop-mail", "shop-images") if SCENARIO == "prefix" else ("mail", "images")
# A worker itself ends what takes too long; that nobody touched a job is only seen by others.
ALIVE = {"heartbeat": 1} if SCENARIO == "killed" else {}


async def send_mail(ctx, *, number):
    harness.done("send_mail", number) or await asyncio.to_thread(harness.hold)


async def resize(ctx, *, number):
    harness.done("resize", number) or await asyncio.to_thread(harness.hold)


def settings():
    return {"queue": Queue.from_url(URL, name=NAMES[0]), "functions": [send_mail], "concurrency": 2, "timers": {"worker_info": 1}}


async def row(queue):
    info = await queue.info()
    jobs = [job async for job in queue.iter_jobs()]
    waiting = [job for job in jobs if job.status == Status.QUEUED and not job.scheduled]
    return {
        "ready": info["queued"],
        "in_flight": info["active"],
        "orphaned": sum(job.stuck for job in jobs),
        "delayed": info["scheduled"],
        "dead": None,
        "oldest_enqueued_ms": min((job.queued for job in waiting), default=None),
        "workers": len(info["workers"]),
        "paused": None,
        "classes": Counter(job.function for job in waiting),
        "failed": sum(job.status == Status.FAILED for job in jobs),
    }


def run():
    from redis import Redis

    redis = Redis.from_url(URL)
    # A worker sweeps as it starts, and begins anew what it has just taken and not yet marked as active: not in this test.
    redis.setex(f"saq:{NAMES[0]}:sweep", 120, 1)
    harness.worker("-m", "saq", "saq_jobs.settings")
    left = lambda: redis.llen(f"saq:{NAMES[0]}:queued") + redis.llen(f"saq:{NAMES[0]}:active")
    return harness.run_all(redis, lambda: left() == 0)


async def main():
    mail, images = (Queue.from_url(URL, name=name) for name in NAMES)
    if SCENARIO in ("look", "run"):
        ran = await asyncio.to_thread(run) if SCENARIO == "run" else []
        rows = {name: await row(queue) for name, queue in zip(NAMES, (mail, images))}
        return harness.tell(rows, ran=ran)
    for number in range(DEAD):
        await mail.enqueue("broken", number=number)
        job = await mail.dequeue(timeout=1)
        await job.finish(Status.FAILED, error="ValueError: no such mailbox")
    for number in range(MAIL):
        await mail.enqueue("send_mail", number=number, timeout=300, **ALIVE)
    for number in range(IMAGES):
        await images.enqueue("resize", number=number, timeout=300, **ALIVE)
    for number in range(LATER):
        await mail.enqueue("send_mail", number=number, timeout=300, **ALIVE, scheduled=int(time.time()) + HOUR_S)
    if SCENARIO in ("working", "killed"):
        # A worker sweeps as it starts, and ends what it finds taken but not yet marked as active: not in this test.
        await mail.sweep(lock=120)
        started = harness.worker("-m", "saq", "saq_jobs.settings")
        while await mail.count("active") < 2 or not (await mail.info())["workers"]:
            await asyncio.sleep(0.05)
        if SCENARIO == "killed":
            harness.kill(started)
            while (await row(mail))["orphaned"] < 2 or (await row(mail))["workers"] > 0:
                await asyncio.sleep(0.1)
    rows = {name: await row(queue) for name, queue in zip(NAMES, (mail, images))}
    harness.tell(rows, workers=max(row["workers"] for row in rows.values()))


if __name__ == "__main__":
    asyncio.run(main())
    harness.stay()
