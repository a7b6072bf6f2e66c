"""Fifteen jobs for `acme` and five for `globex` in the queue `mail`, of the library that `HARNESS_FRAMEWORK` names, with an
argument beside that nobody may see."""
import asyncio
import json
import os

import harness

URL, COUNTS = harness.URL, {"acme": 15, "globex": 5}
WHICH = os.environ["HARNESS_FRAMEWORK"].removesuffix("_tenants")


def each():
    for tenant, count in COUNTS.items():
        for number in range(count):
            yield {"note": f"secret{number}", "tenant": tenant}


def rq():
    from redis import Redis
    from rq import Queue

    mail = Queue("mail", connection=Redis.from_url(URL))
    for words in each():
        mail.enqueue("jobs.send_mail", "secret", **words)


def celery():
    from celery import Celery

    serializer = os.environ.get("HARNESS_SERIALIZER", "json")
    app = Celery("jobs", broker=URL)
    app.conf.update(task_default_queue="mail", task_serializer=serializer, accept_content=["json", "pickle"])
    for words in each():
        app.send_task("send_mail", args=("secret",), kwargs=words)


def dramatiq():
    import dramatiq
    from dramatiq.brokers.redis import RedisBroker

    dramatiq.set_broker(RedisBroker(url=URL))
    send_mail = dramatiq.actor(lambda *args, **words: None, actor_name="send_mail", queue_name="mail")
    for words in each():
        send_mail.send("secret", **words)


def huey():
    from huey import RedisHuey

    mail = RedisHuey("mail", url=URL)
    send_mail = mail.task(name="send_mail")(lambda *args, **words: None)
    for words in each():
        send_mail("secret", **words)


async def arq():
    from arq import create_pool
    from arq.connections import RedisSettings

    pool = await create_pool(RedisSettings.from_dsn(URL))
    for words in each():
        await pool.enqueue_job("send_mail", "secret", **words)


async def saq():
    from saq import Queue

    mail = Queue.from_url(URL, name="mail")
    for words in each():
        await mail.enqueue("send_mail", **words)
    await mail.disconnect()


async def streaq():
    from streaq import Worker

    mail = Worker(redis_url=URL, queue_name="mail")

    @mail.task(name="send_mail")
    async def send_mail(text: str, note: str, tenant: str) -> None: ...

    async with mail:
        for words in each():
            await send_mail.enqueue("secret", **words)


async def taskiq():
    from taskiq_redis import ListQueueBroker

    mail = ListQueueBroker(url=URL, queue_name="mail")

    @mail.task(task_name="send_mail")
    async def send_mail(text: str, note: str, tenant: str) -> None: ...

    await mail.startup()
    for words in each():
        await send_mail.kiq("secret", **words)
    await mail.shutdown()


made = globals()[WHICH]()
if made is not None:
    asyncio.run(made)
print(json.dumps({"tenants": COUNTS}), flush=True)
harness.stay()
