"""Celery over kombu's Redis transport, messages acknowledged after their jobs (`acks_late`), in `mail` and `images`.

Jobs with an ETA go to the queue like all others, before them here, and wait in a worker's hands. Priorities are used:
20 of `mail` have none, 6 have 3, 4 have 9. Celery keeps no dead jobs.
"""
import json
import os
import time
from collections import Counter

import harness
from celery import Celery
from harness import HOUR_S, IMAGES, LATER, MAIL
from kombu import Queue
from redis import Redis

URL = harness.URL if __name__ == "__main__" else os.environ["HARNESS_URL"]
SCENARIO = harness.SCENARIO or os.environ.get("HARNESS_SCENARIO")
PREFIX = "shop:" if SCENARIO == "prefix" else ""
VISIBILITY_S = 3600
PRIORITIES = {number: 9 if number >= 26 else 3 if number >= 20 else 0 for number in range(MAIL)}

app = Celery("celery_jobs", broker=URL)
app.conf.update(
    task_queues=[Queue("mail"), Queue("images")],
    task_acks_late=os.environ.get("HARNESS_EARLY") is None,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_S,
        "global_keyprefix": PREFIX,
        "priority_steps": [0, 3, 6, 9],
        "queue_order_strategy": "priority",
    },
)


@app.task(name="send_mail")
def send_mail(number):
    harness.done("send_mail", number) or harness.hold()


@app.task(name="resize")
def resize(number):
    harness.done("resize", number) or harness.hold()


def waiting(redis, channel, name):
    """Messages of a queue as they lie there, all priorities."""
    keys = [PREFIX + channel._q_for_pri(name, step) for step in channel.priority_steps]
    return [json.loads(item) for key in keys for item in redis.lrange(key, 0, -1)]


def truth(at_work, **more):
    inspect = app.control.inspect(timeout=1.0) if at_work else None
    held = {kind: (getattr(inspect, kind)() or {}) if inspect else {} for kind in ("active", "reserved", "scheduled")}
    in_hand = {kind: [job.get("request", job) for jobs in answer.values() for job in jobs] for kind, answer in held.items()}
    redis, rows = Redis.from_url(URL), {}
    with app.connection() as connection:
        channel = connection.default_channel
        tags = redis.hgetall(PREFIX + channel.unacked_key)
        late = redis.zrangebyscore(PREFIX + channel.unacked_index_key, "-inf", time.time() - VISIBILITY_S)
        held_keys = {tag: json.loads(value)[2] for tag, value in tags.items()}
        for name in ("mail", "images"):
            messages = waiting(redis, channel, name)
            # Where nobody is left to ask, all that was taken comes back in the end, jobs with an ETA, too.
            held_here = sum(key == name for key in held_keys.values())
            ours = {kind: [job for job in jobs if job["delivery_info"]["routing_key"] == name] for kind, jobs in in_hand.items()}
            rows[name] = {
                "ready": channel._size(name),
                "in_flight": len(ours["active"]) + len(ours["reserved"]) if at_work else held_here,
                "orphaned": sum(held_keys.get(tag) == name for tag in late),
                "delayed": len(ours["scheduled"]),
                "dead": None,
                "oldest_enqueued_ms": None,
                "workers": len(held["active"]),
                "paused": None,
                "classes": Counter(message["headers"]["task"] for message in messages),
                "with_eta_in_list": sum(message["headers"].get("eta") is not None for message in messages),
                "unacked": held_here,
            }
    pings = app.control.ping(timeout=0.5) if at_work else []
    harness.tell(rows, workers=len(pings), visibility_timeout_ms=VISIBILITY_S * 1000, in_hand={k: len(v) for k, v in in_hand.items()}, **more)


def run():
    words = "-A celery_jobs worker --pool threads --concurrency 2 -Q mail,images --without-mingle -l info"
    harness.worker("-m", "celery", *words.split())
    redis = Redis.from_url(URL)
    left = lambda channel: sum(channel._size(name) for name in ("mail", "images")) + redis.hlen(channel.unacked_key)
    with app.connection() as connection:
        return harness.run_all(redis, lambda: left(connection.default_channel) == 0)


def main():
    if SCENARIO in ("look", "run"):
        ran = run() if SCENARIO == "run" else []
        truth(False, ran=ran)
        return harness.stay()
    for number in range(LATER):
        send_mail.apply_async((number,), queue="mail", countdown=HOUR_S)
    for number in range(MAIL):
        send_mail.apply_async((number,), queue="mail", priority=PRIORITIES[number])
    for number in range(IMAGES):
        resize.apply_async((number,), queue="images")
    if SCENARIO in ("working", "killed"):
        words = "-A celery_jobs worker --pool threads --concurrency 2 -Q mail,images --without-mingle -l info"
        started = harness.worker("-m", "celery", *words.split())
        busy = lambda: sum(len(jobs) for jobs in (app.control.inspect(timeout=0.5).active() or {}).values()) == 2
        harness.wait_until("two jobs run", busy)
        if SCENARIO == "killed":
            harness.kill(started)
            # No key tells the time-out, so it is the usual one, and time goes on in the index alone.
            redis = Redis.from_url(URL)
            for tag, at in redis.zrange("unacked_index", 0, -1, withscores=True):
                redis.zadd("unacked_index", {tag: at - VISIBILITY_S})
    truth(SCENARIO == "working")
    harness.stay()


if __name__ == "__main__":
    main()
