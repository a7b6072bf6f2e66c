"""arq: the queues are `arq:queue` (its default name, for `send_mail`) and `arq:images`; with a prefix `shop:mail` and
`shop:images`. A job that a killed worker held is due again when its in-progress key runs out; nothing tells it apart.
"""
import asyncio
import os
import time
from collections import Counter
from datetime import timedelta

import harness
from arq import create_pool
from arq.connections import RedisSettings
from arq.jobs import Job, JobStatus
from arq.worker import async_check_health
from harness import HOUR_S, IMAGES, LATER, MAIL

SCENARIO = os.environ.get("HARNESS_SCENARIO") or harness.SCENARIO
SETTINGS = RedisSettings.from_dsn(os.environ.get("HARNESS_URL") or harness.URL)
MAIL_QUEUE, IMAGES_QUEUE = ("shop:mail", "shop:images") if SCENARIO == "prefix" else ("arq:queue", "arq:images")
HASTY = SCENARIO == "killed"


async def send_mail(ctx, number):
    harness.done("send_mail", number) or await asyncio.to_thread(harness.hold)


async def resize(ctx, number):
    harness.done("resize", number) or await asyncio.to_thread(harness.hold)


class WorkerSettings:
    functions = [send_mail, resize]
    redis_settings = SETTINGS
    queue_name = MAIL_QUEUE
    max_jobs = 2
    # An in-progress key lives ten seconds longer than a job may take.
    job_timeout = 0.5 if HASTY else 300
    health_check_interval = 1 if HASTY else 3600


async def row(redis, name):
    jobs = await redis.queued_jobs(queue_name=name)
    states = [await Job(job.job_id, redis, _queue_name=name).status() for job in jobs]
    ready = [job for job, state in zip(jobs, states) if state == JobStatus.queued]
    return {
        "ready": len(ready),
        "in_flight": states.count(JobStatus.in_progress),
        "orphaned": None,
        "delayed": states.count(JobStatus.deferred),
        "dead": None,
        "oldest_enqueued_ms": min((int(job.enqueue_time.timestamp() * 1000) for job in ready), default=None),
        "workers": None,
        "paused": None,
        "classes": Counter(job.function for job in ready),
        "zcard": len(jobs),
        "is_healthy": await async_check_health(SETTINGS, queue_name=name) == 0,
    }


def run():
    from redis import Redis

    harness.worker("-m", "arq", "arq_jobs.WorkerSettings")
    redis = Redis.from_url(harness.URL)
    return harness.run_all(redis, lambda: redis.zcount(MAIL_QUEUE, "-inf", time.time() * 1000) == 0)


async def main():
    redis = await create_pool(SETTINGS)
    if SCENARIO in ("look", "run"):
        ran = await asyncio.to_thread(run) if SCENARIO == "run" else []
        rows = {name: await row(redis, name) for name in (MAIL_QUEUE, IMAGES_QUEUE)}
        return harness.tell(rows, ran=ran)
    for number in range(MAIL):
        await redis.enqueue_job("send_mail", number, _queue_name=MAIL_QUEUE)
    for number in range(IMAGES):
        await redis.enqueue_job("resize", number, _queue_name=IMAGES_QUEUE)
    for number in range(LATER):
        await redis.enqueue_job("send_mail", number, _queue_name=MAIL_QUEUE, _defer_by=timedelta(seconds=HOUR_S))
    await asyncio.sleep(0.01)
    if SCENARIO in ("working", "killed"):
        started = harness.worker("-m", "arq", "arq_jobs.WorkerSettings")
        while len(await redis.keys("arq:in-progress:*")) < 2:
            await asyncio.sleep(0.05)
        if HASTY:
            harness.kill(started)
            end = time.monotonic() + harness.PATIENCE_S
            while await redis.keys("arq:in-progress:*") and time.monotonic() < end:
                await asyncio.sleep(0.1)
    rows = {name: await row(redis, name) for name in (MAIL_QUEUE, IMAGES_QUEUE)}
    harness.tell(rows, workers=None)


if __name__ == "__main__":
    asyncio.run(main())
    harness.stay()
