"""Dramatiq's side of `job_queues.py`; run as a module it enqueues N tasks and prints how long that took."""

from __future__ import annotations

import json
import os
import sys
import time
from importlib.metadata import version

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from one_post import post

dramatiq.set_broker(RedisBroker(url=os.environ["PEER_REDIS"]))


# Named: run as a module, this one is called __main__, and the workers know it by its file.
@dramatiq.actor(actor_name="send", max_retries=5)
def send(number: int) -> None:
    post(number)


if __name__ == "__main__":
    began = time.perf_counter()
    for number in range(int(sys.argv[1])):
        send.send(number)
    print(json.dumps({"took_s": time.perf_counter() - began, "versions": f"Dramatiq {version('dramatiq')}"}))
