"""Both layers of channels_redis with groups and channels; says on a line what it made, and waits for the end of input."""
import asyncio
import json
import sys

from channels.exceptions import ChannelFull
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer


async def main(url):
    core = RedisChannelLayer(hosts=[url])
    channels = [await core.new_channel() for _ in range(3)]
    for channel in channels:
        await core.group_add("room", channel)
    await core.group_add("small", channels[0])
    for number in range(7):
        await core.send("worker", {"type": "work", "number": number})
    dropped = 0
    for number in range(130):
        try:
            await core.send("full", {"type": "work", "number": number})
        except ChannelFull:
            dropped += 1
    processes = [RedisPubSubChannelLayer(hosts=[url]) for _ in range(3)]
    for process in processes:
        await process.group_add("board", await process.new_channel())
    await processes[0].group_add("alone", await processes[0].new_channel())
    print(json.dumps({"dropped": dropped, "specific": channels[0].split("!")[0] + "!"}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main(sys.argv[1]))
