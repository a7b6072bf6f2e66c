"""taskiq-redis: `mail` on a stream (`taskiq` by its default name), `images` on a list, five jobs in a schedule source. It
has no inspection; the stream's group tells. A job taken from the list is in no key.
"""
import asyncio
import datetime
import json
import os
from collections import Counter

import harness
from harness import HOUR_S, IMAGES, LATER, MAIL
from redis import Redis
from taskiq_redis import ListQueueBroker, ListRedisScheduleSource, RedisStreamBroker

SCENARIO = os.environ.get("HARNESS_SCENARIO") or harness.SCENARIO
URL = os.environ.get("HARNESS_URL") or harness.URL
MAIL_NAME, IMAGES_NAME = ("shop:mail", "shop:images") if SCENARIO == "prefix" else ("taskiq", "images")
IDLE_MS = 600_000
# By default a worker fetches a hundred at once, however few it runs.
mail = RedisStreamBroker(url=URL, queue_name=MAIL_NAME, idle_timeout=IDLE_MS, xread_count=4)
images = ListQueueBroker(url=URL, queue_name=IMAGES_NAME)
later = ListRedisScheduleSource(url=URL, prefix="shop:schedule" if SCENARIO == "prefix" else "schedule")


@mail.task(task_name="send_mail")
async def send_mail(number: int) -> None:
    await asyncio.to_thread(harness.hold)


@images.task(task_name="resize")
async def resize(number: int) -> None:
    await asyncio.to_thread(harness.hold)


async def rows():
    redis = Redis.from_url(URL)
    group = redis.xinfo_groups(MAIL_NAME)[0]
    pending = redis.xpending_range(MAIL_NAME, "taskiq", "-", "+", 1000)
    waiting = redis.xrange(MAIL_NAME, min="(" + group["last-delivered-id"].decode())
    consumers = redis.xinfo_consumers(MAIL_NAME, "taskiq")
    names = [json.loads(item)["task_name"] for item in redis.lrange(IMAGES_NAME, 0, -1)]
    mail_row = {
        "ready": group["lag"],
        "in_flight": group["pending"],
        "orphaned": sum(entry["time_since_delivered"] >= IDLE_MS for entry in pending),
        "delayed": scheduled(redis),
        "dead": None,
        "oldest_enqueued_ms": int(waiting[0][0].split(b"-")[0]) if waiting else None,
        "workers": sum(consumer["idle"] < 60_000 for consumer in consumers),
        "paused": None,
        "classes": Counter(json.loads(fields[b"data"])["task_name"] for _, fields in waiting),
        "consumers": len(consumers),
    }
    images_row = {
        "ready": redis.llen(IMAGES_NAME),
        "in_flight": None,
        "orphaned": None,
        "delayed": 0,
        "dead": None,
        "oldest_enqueued_ms": None,
        "workers": None,
        "paused": None,
        "classes": Counter(names),
    }
    return {MAIL_NAME: mail_row, IMAGES_NAME: images_row}


def scheduled(redis):
    """What its schedule source keeps: a list a minute."""
    return sum(redis.llen(key) for key in redis.keys(f"{later._prefix}:time:*"))


async def main():
    for part in (mail, images, later):
        await part.startup()
    for number in range(MAIL):
        await send_mail.kiq(number)
    for number in range(IMAGES):
        await resize.kiq(number)
    due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=HOUR_S)
    for number in range(LATER):
        await send_mail.schedule_by_time(later, due, number)
    if SCENARIO in ("working", "killed"):
        started = harness.worker("-m", "taskiq", "worker", "taskiq_jobs:mail", "--workers", "1", "--max-async-tasks", "2")
        redis = Redis.from_url(URL)
        harness.wait_until("a worker holds four", lambda: redis.xpending(MAIL_NAME, "taskiq")["pending"] >= 4)
        if SCENARIO == "killed":
            harness.kill(started)
            # No key tells the time-out, so it is the usual one, and time goes on in the pending entries alone.
            for entry in redis.xpending_range(MAIL_NAME, "taskiq", "-", "+", 1000):
                owner, ids = entry["consumer"], [entry["message_id"]]
                redis.xclaim(MAIL_NAME, "taskiq", owner, 0, ids, idle=IDLE_MS + 1000, justid=True)
    harness.tell(await rows(), workers=None)
    for part in (mail, images, later):
        await part.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
    harness.stay()
