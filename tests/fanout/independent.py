"""Measures the fan-out of a server by itself: COUNT messages, one every INTERVAL seconds, to 20 subscribers of its own.

Sockets, epoll and the monotonic clock: shares no code with the probe. Prints p50 and p99 of the last delivery, us.
"""
import json
import select
import socket
import sys
import time

path, subscribers, count, interval = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
clock = time.monotonic_ns


def connect():
    link = socket.socket(socket.AF_UNIX)
    link.connect(path)
    return link


def read_until(link, end):
    heard = b""
    while not heard.endswith(end):
        heard += link.recv(4096)


publisher = connect()
epoll = select.epoll()
links = {}
for _ in range(subscribers):
    link = connect()
    link.sendall(b"SUBSCRIBE independent\r\n")
    read_until(link, b":1\r\n")
    link.setblocking(False)
    links[link.fileno()] = link.recv
    epoll.register(link.fileno(), select.EPOLLIN)
epoll.register(publisher.fileno(), select.EPOLLIN)
publisher_fd = publisher.fileno()
payload = b"*3\r\n$7\r\nPUBLISH\r\n$11\r\nindependent\r\n$64\r\n" + b"." * 64 + b"\r\n"
poll = epoll.poll
times = []
due = time.monotonic()
for _ in range(count):
    due += interval
    pause = due - time.monotonic()
    if pause > 0:
        time.sleep(pause)
    left = subscribers
    answered = False
    sent = clock()
    publisher.send(payload)
    while left or not answered:
        for fd, _ in poll():
            if fd == publisher_fd:
                publisher.recv(4096)
                answered = True
            else:
                links[fd](4096)
                last = clock()
                left -= 1
    times.append((last - sent) / 1000)
times.sort()
rank = lambda share: times[max(0, int(len(times) * share + 0.999999) - 1)]
print(json.dumps({"p50": rank(0.5), "p99": rank(0.99), "samples": len(times)}), flush=True)
