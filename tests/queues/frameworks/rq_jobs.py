"""RQ. The queues are `mail` and `images`; a prefix is a setting of the environment, so it is read before `rq` is."""
import os
import sys

import harness
from harness import DEAD, HOUR_S, IMAGES, LATER, MAIL

if harness.PREFIX or os.environ.get("HARNESS_SCENARIO") == "prefix":
    os.environ["RQ_KEY_PREFIX"] = "shop"

from collections import Counter
from datetime import timedelta

from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.job import Job
from rq.registry import FailedJobRegistry, ScheduledJobRegistry, StartedJobRegistry
from rq.suspension import is_suspended, suspend


class Hasty(Worker):
    """A worker whose jobs are given up two seconds after its last sign; RQ's own least is over a minute."""

    def get_heartbeat_ttl(self, job, working_time=0.0):
        return 2


def send_mail(number):
    harness.done("send_mail", number) or harness.hold()


def resize(number):
    harness.done("resize", number) or harness.hold()


def broken(number):
    if harness.done("broken", number):
        return
    raise ValueError(f"no such mailbox: {number}")


def truth(redis, **more):
    # Asking who is there takes the dead out of the sets; the truth is told of a server on which nobody asked.
    registered = {key: redis.smembers(key) for key in redis.keys(f"{Worker.redis_workers_keys}*")}
    living = Worker.all(connection=redis)
    for key, members in registered.items():
        redis.sadd(key, *members)
    rows = {}
    for queue in Queue.all(connection=redis):
        jobs = queue.get_jobs()
        started = StartedJobRegistry(queue=queue)
        rows[queue.name] = {
            "ready": queue.count,
            "in_flight": started.get_job_count(cleanup=False),
            "orphaned": len(started.get_expired_job_ids()),
            "delayed": ScheduledJobRegistry(queue=queue).count,
            "dead": FailedJobRegistry(queue=queue).get_job_count(cleanup=False),
            "oldest_enqueued_ms": int(jobs[0].enqueued_at.timestamp() * 1000) if jobs else None,
            "workers": sum(queue in worker.queues for worker in living),
            "paused": bool(is_suspended(redis)),
            "classes": Counter(job.func_name.split(".")[-1] for job in jobs),
        }
    harness.tell(rows, workers=len(living), registered=Worker.count(connection=redis), **more)


def main():
    redis = Redis.from_url(harness.URL)
    mail, images = Queue("mail", connection=redis), Queue("images", connection=redis)
    if harness.SCENARIO == "look":
        truth(redis)
        return harness.stay()
    if harness.SCENARIO == "run":
        harness.worker("-m", "rq.cli", "worker", "mail", "images", "--url", harness.URL, "-w", "rq.SimpleWorker")
        is_over = lambda: mail.count + images.count == 0 and not StartedJobRegistry(queue=mail).get_job_count(cleanup=False)
        ran = harness.run_all(redis, is_over)
        truth(redis, ran=ran)
        return harness.stay()
    for number in range(DEAD):
        mail.enqueue("rq_jobs.broken", number)
    SimpleWorker([mail], connection=redis).work(burst=True, logging_level="CRITICAL")
    for number in range(MAIL):
        mail.enqueue("rq_jobs.send_mail", number)
    for number in range(IMAGES):
        images.enqueue("rq_jobs.resize", number)
    for number in range(LATER):
        mail.enqueue_in(timedelta(seconds=HOUR_S), "rq_jobs.send_mail", number)
    if harness.SCENARIO == "paused":
        suspend(redis)
    if harness.SCENARIO in ("working", "killed"):
        words = ["--worker-class", "rq_jobs.Hasty"] if harness.SCENARIO == "killed" else []
        started = harness.worker("-m", "rq.cli", "worker", "mail", "images", "--url", harness.URL, *words)
        registry = StartedJobRegistry(queue=mail)
        running = lambda: [job for job in Job.fetch_many(registry.get_job_ids(cleanup=False), redis) if job.is_started]
        harness.wait_until("a job runs", running)
        if harness.SCENARIO == "killed":
            harness.kill(started)
            ghosts = redis.smembers(Worker.redis_workers_keys)
            given_up = lambda: registry.get_expired_job_ids() and not redis.exists(*ghosts)
            harness.wait_until("the job and its worker are given up", given_up)
    truth(redis)
    harness.stay()


if __name__ == "__main__":
    main()
