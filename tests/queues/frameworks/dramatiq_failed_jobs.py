"""Three messages of dramatiq that failed once and wait an hour for their next attempt, beside two that were sent for later."""
import dramatiq
import harness
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker
from harness import HOUR_S, URL

broker = RedisBroker(url=URL)
dramatiq.set_broker(broker)
HOUR_MS = HOUR_S * 1000


@dramatiq.actor(queue_name="mail", max_retries=3, min_backoff=HOUR_MS, max_backoff=2 * HOUR_MS)
def broken(number, secret):
    raise ValueError(f"no such mailbox: {number}")


@dramatiq.actor(queue_name="mail")
def send_mail(number, secret):
    pass


for number in range(3):
    broken.send(number, "secret")
for number in range(2):
    send_mail.send_with_options(args=(number, "secret"), delay=HOUR_MS)
waiting = lambda: broker.client.hlen("dramatiq:mail.DQ.msgs") == 5 and broker.client.hlen("dramatiq:mail.msgs") == 0
worker = Worker(broker, worker_threads=1, worker_timeout=100)
worker.start()
harness.wait_until("all five wait for later", waiting)
worker.stop()
harness.tell({})
harness.stay()
