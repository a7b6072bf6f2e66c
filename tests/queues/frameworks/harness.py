"""What every script of this folder shares: its command line, workers that end with it, and how the truth is told.

    SCRIPT URL SCENARIO

Scenarios: `backlog` (30 `send_mail` and 10 `resize` wait, 5 are an hour away, 3 are dead where there is such a thing),
`working` (the same, and a worker that holds jobs), `killed` (that worker was killed, and the framework's own time-out
is over), `prefix` (`backlog` below a name of its own, where the library can). Of what another script made: `look` tells the
truth, and `run` lets a worker do all jobs, each of which writes down that it was done, until none is left or nothing happened
for some seconds.

The last line of the output is the truth as the library tells it; then the script waits for the end of its input, and
ends its workers.
"""
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

MAIL, IMAGES, LATER, DEAD = 30, 10, 5, 3
HOUR_S = 3600
HOLD_S = 120
PATIENCE_S = 50
NUMBERS = ("ready", "in_flight", "orphaned", "delayed", "dead")

URL = sys.argv[1] if len(sys.argv) > 1 else ""
SCENARIO = sys.argv[2] if len(sys.argv) > 2 else ""
PREFIX = SCENARIO == "prefix"
workers = []


def host_and_port():
    host, port = URL.split("//")[1].split("/")[0].split(":")
    return host, int(port)


def done(name, number):
    """Whether a job is to be done at once: then it writes down that it was."""
    if os.environ.get("HARNESS_SCENARIO") != "run":
        return False
    host, port = os.environ["HARNESS_URL"].split("//")[1].split("/")[0].split(":")
    with socket.create_connection((host, int(port))) as link:
        link.sendall(f"RPUSH harness:ran {name}:{number}\r\n".encode())
        return link.recv(64).startswith(b":")


def run_all(redis, is_over, quiet_s=6, start_s=20):
    """Waits until nothing is left to be done, or for some seconds in which nothing was; what was done."""
    ran, end = -1, 0
    while not is_over():
        count = redis.llen("harness:ran")
        if count != ran:
            ran, end = count, time.monotonic() + (quiet_s if count else start_s)
        if time.monotonic() > end:
            break
        time.sleep(0.1)
    return [item.decode() if isinstance(item, bytes) else item for item in redis.lrange("harness:ran", 0, -1)]


def hold():
    """What a job does that a test finds at work: nothing, until the script that started its worker is gone."""
    owner = int(os.environ["HARNESS_PID"])
    end = time.monotonic() + HOLD_S
    while time.monotonic() < end:
        try:
            os.kill(owner, 0)
        except ProcessLookupError:
            return
        time.sleep(0.2)


def end_with_owner():
    """Ends a worker, or what it forked, whose owner is gone, however that ended."""
    owner = int(os.environ["HARNESS_PID"])
    while True:
        time.sleep(0.5)
        try:
            os.kill(owner, 0)
        except ProcessLookupError:
            os.kill(os.getpid(), signal.SIGKILL)


def watch_owner():
    threading.Thread(target=end_with_owner, daemon=True).start()


if "HARNESS_PID" in os.environ:
    watch_owner()
    os.register_at_fork(after_in_child=watch_owner)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def worker(*words):
    """Starts a worker process; it ends with this one."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "HARNESS_PID": str(os.getpid()), "HARNESS_URL": URL, "PYTHONPATH": path, "HARNESS_SCENARIO": SCENARIO}
    log = open(os.environ["HARNESS_LOG"], "ab") if "HARNESS_LOG" in os.environ else subprocess.DEVNULL
    started = subprocess.Popen(
        [sys.executable, *words], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent
    )
    workers.append(started)
    return started


def descendants(pid):
    found = []
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            for child in children.read().split():
                found += [*descendants(int(child)), int(child)]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def kill(process):
    """SIGKILL for a worker and what it forked, parents first: nobody is left to tidy up."""
    for pid in [process.pid, *descendants(process.pid)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()


def wait_until(what, holds):
    end = time.monotonic() + PATIENCE_S
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            sys.exit(f"waited in vain until {what}")
        for started in workers:
            if started.poll() not in (None, -signal.SIGKILL, 0):
                sys.exit(f"a worker ended with {started.returncode} while waiting until {what}")
        time.sleep(0.05)


def total(rows, column):
    values = [row.get(column) for row in rows.values()]
    return None if None in values else sum(values)


def tell(rows, **more):
    """The truth: a row a queue, and what they come to."""
    truth = {column: total(rows, column) for column in NUMBERS}
    oldest = [row["oldest_enqueued_ms"] for row in rows.values() if row.get("oldest_enqueued_ms") is not None]
    truth["oldest_enqueued_ms"] = min(oldest) if oldest else None
    truth["workers"] = None
    paused = [row.get("paused") for row in rows.values()]
    truth["paused"] = None if None in paused else any(paused)
    truth["queues"] = {name: row["ready"] for name, row in rows.items()}
    classes = {}
    for row in rows.values():
        for name, count in (row.get("classes") or {}).items():
            classes[name] = classes.get(name, 0) + count
    truth["classes"] = classes
    truth["rows"] = rows
    truth.update(more)
    print(json.dumps(truth), flush=True)


def stay():
    sys.stdin.read()
    for started in workers:
        if started.poll() is None:
            kill(started)
