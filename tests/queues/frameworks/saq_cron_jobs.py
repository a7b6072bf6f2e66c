"""SAQ: a job by a rule, as its worker puts it where it waits for its time."""
import asyncio

import harness
from saq import CronJob, Queue, Worker


async def digest(context, *, key=None):
    pass


async def main():
    mail = Queue.from_url(harness.URL, name="mail")
    worker = Worker(mail, functions=[digest], cron_jobs=[CronJob(digest, cron="0 0 1 1 *", kwargs={"key": "secret"})])
    await worker.schedule()
    scores = await mail.redis.zrange("saq:mail:incomplete", 0, -1, withscores=True)
    harness.tell({}, schedulers={name.decode().split(":")[-1]: int(score * 1000) for name, score in scores})


if __name__ == "__main__":
    asyncio.run(main())
    harness.stay()
