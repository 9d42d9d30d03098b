"""Celery's side of `job_queues.py`; run as a module it enqueues N tasks and prints how long that took."""

from __future__ import annotations

import json
import os
import sys
import time
from importlib.metadata import version

from celery import Celery
from one_post import post

app = Celery("peer", broker=os.environ["PEER_REDIS"])
app.conf.task_ignore_result = True
app.conf.worker_hijack_root_logger = False
if os.environ.get("PEER_LATE"):
    app.conf.task_acks_late = True
    app.conf.task_reject_on_worker_lost = True
    app.conf.worker_prefetch_multiplier = 1
    app.conf.broker_transport_options = {"visibility_timeout": 30}


@app.task(name="send", autoretry_for=(OSError, RuntimeError), max_retries=5, default_retry_delay=1)
def send(number: int) -> None:
    post(number)


if __name__ == "__main__":
    began = time.perf_counter()
    for number in range(int(sys.argv[1])):
        send.delay(number)
    print(json.dumps({"took_s": time.perf_counter() - began, "versions": f"Celery {version('celery')}"}))
