"""RQ 3: a scheduler with two jobs, by a rule and by a time, as it tells them of itself."""
import logging

import harness
from redis import Redis
from rq import Queue
from rq.cron import CronScheduler


def send_mail(key):
    pass


def clean(key):
    pass


def main():
    # It logs to where the truth is told.
    logging.disable(logging.CRITICAL)
    redis = Redis.from_url(harness.URL)
    Queue("mail", connection=redis).enqueue("rq_cron_jobs.clean", "secret")
    scheduler = CronScheduler(connection=redis, name="first")
    scheduler.register(send_mail, "mail", args=("secret",), cron="0 0 1 1 *", name="digest")
    scheduler.register(clean, "mail", args=("secret",), interval=3600, name="clean")
    scheduler.register_birth()
    scheduler.enqueue_jobs()
    scheduler.save()
    jobs = {job.name: int(job.next_enqueue_time.timestamp() * 1000) for job in scheduler.get_jobs()}
    harness.tell({}, schedulers=jobs)
    harness.stay()


if __name__ == "__main__":
    import rq_cron_jobs

    rq_cron_jobs.main()
