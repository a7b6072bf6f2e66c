"""huey: two instances, `mail` on a list and `images` on a sorted set (`PriorityRedisHuey`). A job that was taken is in no
key, so nothing is in flight and nothing orphaned; a delayed job goes to the queue, and a worker puts it aside.
"""
import os
import time
from collections import Counter

import harness
from harness import HOUR_S, IMAGES, LATER, MAIL
from huey import PriorityRedisHuey, RedisHuey

SCENARIO = os.environ.get("HARNESS_SCENARIO") or harness.SCENARIO
URL = os.environ.get("HARNESS_URL") or harness.URL
MAIL_NAME, IMAGES_NAME = ("shopmail", "shopimages") if SCENARIO == "prefix" else ("mail", "images")
mail, images = RedisHuey(MAIL_NAME, url=URL), PriorityRedisHuey(IMAGES_NAME, url=URL)


@mail.task(name="send_mail")
def send_mail(number):
    harness.done("send_mail", number) or harness.hold()


@images.task(name="resize")
def resize(number):
    harness.done("resize", number) or harness.hold()


def came_ms(huey):
    """When the job came that is next, as `PriorityRedisHuey` writes it before each."""
    first = huey.storage.conn.zrange(huey.storage.queue_key, 0, 0) if huey.storage.priority else []
    return int.from_bytes(first[0][:8], "big") // 1000 if first else None


def row(huey):
    return {
        "ready": huey.pending_count(),
        "in_flight": None,
        "orphaned": None,
        "delayed": huey.scheduled_count(),
        "dead": None,
        "oldest_enqueued_ms": came_ms(huey),
        "workers": None,
        "paused": None,
        "classes": Counter(task.name for task in huey.pending()),
        "with_eta_in_queue": sum(task.eta is not None for task in huey.pending()),
    }


def run():
    harness.worker("-m", "huey.bin.huey_consumer", "huey_jobs.mail", "-w", "2")
    # What was taken is in no key: it is over a little later.
    return harness.run_all(mail.storage.conn, lambda: mail.pending_count() == 0 and not time.sleep(1))


def main():
    if SCENARIO in ("look", "run"):
        ran = run() if SCENARIO == "run" else []
        harness.tell({MAIL_NAME: row(mail), IMAGES_NAME: row(images)}, ran=ran)
        return harness.stay()
    for number in range(LATER):
        send_mail.schedule((number,), delay=HOUR_S)
    for number in range(MAIL):
        send_mail(number)
    for number in range(IMAGES):
        resize(number, priority=number % 2)
    if SCENARIO in ("working", "killed"):
        started = harness.worker("-m", "huey.bin.huey_consumer", "huey_jobs.mail", "-w", "2")
        harness.wait_until("two jobs run", lambda: mail.pending_count() == MAIL - 2 and mail.scheduled_count() == LATER)
        if SCENARIO == "killed":
            harness.kill(started)
    harness.tell({MAIL_NAME: row(mail), IMAGES_NAME: row(images)})
    harness.stay()


if __name__ == "__main__":
    # Jobs carry the name of their module, which is not `__main__` where a worker finds them.
    import huey_jobs

    huey_jobs.main()
