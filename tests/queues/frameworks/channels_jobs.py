"""channels_redis under a prefix of its own: a group of consumers, one of which was killed with messages in hand; a channel that
is full; and what the layer itself and its keys say of it. `consumer` is the part that is killed."""
import asyncio
import os
import sys

import harness
import redis
from channels.exceptions import ChannelFull
from channels_redis.core import RedisChannelLayer
from harness import URL

PREFIX, CAPACITY = "shop", 50


def layer():
    return RedisChannelLayer(hosts=[URL], prefix=PREFIX, capacity=CAPACITY, expiry=60)


async def consume():
    """Joins the group, takes one message, and never asks again."""
    mine = layer()
    channel = await mine.new_channel("specific")
    await mine.group_add("room", channel)
    print(channel, flush=True)
    await mine.receive(channel)
    harness.hold()


async def main():
    core = layer()
    own = [await core.new_channel("specific") for _ in range(3)]
    for channel in own:
        await core.group_add("room", channel)
    started = harness.worker(os.path.abspath(__file__), URL, "consumer")
    keys = redis.Redis.from_url(URL)
    group = f"{PREFIX}:group:room"
    harness.wait_until("the consumer is in the group", lambda: keys.zcard(group) == 4)
    for number in range(10):
        await core.group_send("room", {"type": "chat", "text": f"secret{number}"})
    received = [await core.receive(own[0]) for _ in range(10)]
    harness.kill(started)
    dropped = 0
    for number in range(CAPACITY + 20):
        try:
            await core.send("worker", {"type": "work", "text": f"secret{number}"})
        except ChannelFull:
            dropped += 1
    backlogs = {}
    for key in keys.scan_iter(f"{PREFIX}*"):
        name = key.decode()
        if ":group:" not in name and not name.endswith("$inflight"):
            backlogs[name.removeprefix(PREFIX)] = keys.zcard(key)
    harness.tell({}, prefix=PREFIX, received=len(received), dropped=dropped, width=keys.zcard(group), backlogs=backlogs)
    harness.stay()


asyncio.run(consume() if harness.SCENARIO == "consumer" else main())
