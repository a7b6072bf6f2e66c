"""dramatiq with its Redis broker. It has no inspection but a sum for its tests (`qsize`), so the counts come from the
keys that its script describes; who is alive, too: every process that ever sent or took a message has a heartbeat.
"""
import json
import os
import time
from collections import Counter

import dramatiq
import harness
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import CurrentMessage
from harness import DEAD, HOUR_S, IMAGES, LATER, MAIL

SCENARIO = os.environ.get("HARNESS_SCENARIO") or harness.SCENARIO
URL = os.environ.get("HARNESS_URL") or harness.URL
SPACE = "shop" if SCENARIO == "prefix" else "dramatiq"
TIMEOUT_MS = 60_000
broker = RedisBroker(url=URL, namespace=SPACE, heartbeat_timeout=TIMEOUT_MS, maintenance_chance=0)
dramatiq.set_broker(broker)


@dramatiq.actor(queue_name="mail")
def send_mail(number):
    harness.done("send_mail", number) or harness.hold()


@dramatiq.actor(queue_name="images")
def resize(number):
    harness.done("resize", number) or harness.hold()


# The error of an attempt is stored when the next one is planned.
@dramatiq.actor(queue_name="mail", max_retries=1, min_backoff=10, max_backoff=10)
def broken(number):
    if harness.done("broken", number):
        return
    raise ValueError(f"no such mailbox: {number}")


def held(queue, workers):
    return sum(broker.client.scard(f"{SPACE}:__acks__.{worker.decode()}.{queue}") for worker in workers)


def truth(started, **more):
    redis, now = broker.client, int(time.time() * 1000)
    ever = redis.zrange(f"{SPACE}:__heartbeats__", 0, -1)
    late = redis.zrangebyscore(f"{SPACE}:__heartbeats__", "-inf", now - TIMEOUT_MS)
    rows = {}
    for name in sorted(broker.get_declared_queues()):
        ids = redis.lrange(f"{SPACE}:{name}", 0, -1)
        messages = [json.loads(item) for item in redis.hmget(f"{SPACE}:{name}.msgs", ids)] if ids else []
        rows[name] = {
            "ready": len(ids),
            "in_flight": held(name, ever),
            "orphaned": held(name, late),
            "delayed": redis.hlen(f"{SPACE}:{name}.DQ.msgs"),
            "delayed_orphaned": held(f"{name}.DQ", late),
            "dead": redis.zcard(f"{SPACE}:{name}.XQ"),
            "oldest_enqueued_ms": min((message["message_timestamp"] for message in messages), default=None),
            "workers": started,
            "paused": None,
            "classes": Counter(message["actor_name"] for message in messages),
            "qsize": broker.do_qsize(name),
        }
    harness.tell(rows, workers=started, heartbeats=len(ever), heartbeat_timeout_ms=TIMEOUT_MS, **more)


def run():
    harness.worker("-m", "dramatiq", "dramatiq_jobs", "--processes", "1", "--threads", "2", "--skip-logging")
    left = lambda: sum(broker.client.hlen(f"{SPACE}:{name}.msgs") for name in ("mail", "images"))
    return harness.run_all(broker.client, lambda: left() == 0)


def main():
    if SCENARIO in ("look", "run"):
        ran = run() if SCENARIO == "run" else []
        truth(0, ran=ran)
        return harness.stay()
    for number in range(DEAD):
        broken.send(number)
    failing = Worker(broker, worker_threads=2, worker_timeout=100)
    failing.start()
    harness.wait_until("three are dead", lambda: broker.client.zcard(f"{SPACE}:mail.XQ") == DEAD)
    failing.stop()
    for number in range(MAIL):
        send_mail.send(number)
    for number in range(IMAGES):
        resize.send(number)
    for number in range(LATER):
        send_mail.send_with_options(args=(number,), delay=HOUR_S * 1000)
    if SCENARIO in ("working", "killed"):
        started = harness.worker("-m", "dramatiq", "dramatiq_jobs", "--processes", "1", "--threads", "2", "--skip-logging")
        pattern = f"{SPACE}:__acks__.*"
        full = lambda: sum(broker.client.scard(key) for key in broker.client.keys(pattern)) == 4 + 4 + LATER
        harness.wait_until("a worker holds what it fetched", full)
        if SCENARIO == "killed":
            harness.kill(started)
            # No key tells the time-out, so it is the usual one, and time goes on in the heartbeats alone.
            for worker, at in broker.client.zrange(f"{SPACE}:__heartbeats__", 0, -1, withscores=True):
                broker.client.zadd(f"{SPACE}:__heartbeats__", {worker: at - TIMEOUT_MS})
    truth(1 if SCENARIO == "working" else 0)
    harness.stay()


if __name__ == "__main__":
    main()
