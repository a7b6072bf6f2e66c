"""huey: results of three jobs that failed, which nobody has read, and of one that did not."""
import os

import harness
from huey import RedisHuey

URL = os.environ.get("HARNESS_URL") or harness.URL
mail = RedisHuey("mail", url=URL)


@mail.task()
def broken(number):
    raise ValueError(f"no such mailbox: {number}")


@mail.task()
def fine(number):
    return "secret"


def main():
    for number in range(3):
        broken(number)
    fine(1)
    harness.worker("-m", "huey.bin.huey_consumer", "huey_failed_jobs.mail", "-w", "2")
    harness.wait_until("four have a result", lambda: mail.storage.result_store_size() == 4)
    harness.tell({}, failed=3)
    harness.stay()


if __name__ == "__main__":
    import huey_failed_jobs

    huey_failed_jobs.main()
