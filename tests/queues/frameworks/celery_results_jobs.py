"""Results as Celery's backend stores them: 300 of an application that keeps them for ever, 200 of one that keeps them a day."""
import harness
from celery import Celery

KEPT, ENDING = 300, 200


def main():
    for expires, results in ((None, KEPT), (86_400, ENDING)):
        app = Celery("celery_results", broker=harness.URL, backend=harness.URL)
        app.conf.result_expires = expires
        for number in range(results):
            app.backend.mark_as_done(f"{expires}-{number}", {"number": number, "text": "secret"})
    harness.tell({}, kept=KEPT)
    harness.stay()


main()
