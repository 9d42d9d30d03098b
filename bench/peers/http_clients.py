"""HTTP clients beside ours: POSTs a second to the same sink, and what one costs in CPU time.

    python bench/peers/http_clients.py [--n 50000] [--connections 64] [--wait-ms 0] [--peers-python PYTHON] [--rounds 3]

Run it with Vedette's own Python. Clients that are no dependency of ours run in PYTHON: a venv with
`pip install aiohttp pycurl pyreqwest pyqwest uvloop`. Each client is a process of its own, and so is the sink; the
rounds of all clients take turns. Prints a row a client: median, least and most.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median

BODY = b'{"to": "device:ex-00001", "text": "' + b"x" * 963 + b'"}'
TIMEOUT_S = 20.0
#: A client's send: takes the number of the message, returns when it is answered with 202.
Send = Callable[[int], Awaitable[None]]


def key(number: int) -> str:
    return f"peer-{number:031d}"


def output(*command: str) -> str:
    """What a program prints. Raises RuntimeError with its last line where it prints nothing."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (ours, or a peer's)
    if not done.stdout:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    return done.stdout


async def lanes(n: int, connections: int, send: Send) -> None:
    """So many at a time, as the engine does it."""
    numbers: Iterator[int] = iter(range(n))

    async def lane() -> None:
        for number in numbers:
            await send(number)

    await asyncio.gather(*(lane() for _ in range(connections)))


# Each client: its libraries and their versions, and a run of n POSTs over so many connections.


def bare(port: int, n: int, connections: int) -> str:
    from vedette.bench.bare_http import http_rate

    http_rate(port, n, BODY, connections)
    return f"uvloop {version('uvloop')}"


def ours(port: int, n: int, connections: int) -> str:
    import uvloop

    uvloop.run(_ours(port, n, connections))
    return f"httptools {version('httptools')}, uvloop {version('uvloop')}"


def ours_asyncio(port: int, n: int, connections: int) -> str:
    asyncio.run(_ours(port, n, connections))
    return f"httptools {version('httptools')}"


async def _ours(port: int, n: int, connections: int) -> None:
    from vedette.dispatch.channels.http_client import HttpClient, Target

    client = HttpClient(connections=connections, timeout_s=TIMEOUT_S, allow_private=True)
    target = Target.of(f"http://127.0.0.1:{port}/messages")

    async def send(number: int) -> None:
        head = b"content-type: application/json\r\nidempotency-key: %b\r\n" % key(number).encode()
        answer = await client.post(target, head, BODY, repeatable=True)
        assert answer.status == 202

    await lanes(n, connections, send)
    await client.close()


def aiohttp_uvloop(port: int, n: int, connections: int) -> str:
    import uvloop

    uvloop.run(_aiohttp(port, n, connections))
    return f"aiohttp {version('aiohttp')}, uvloop {version('uvloop')}"


def aiohttp_asyncio(port: int, n: int, connections: int) -> str:
    asyncio.run(_aiohttp(port, n, connections))
    return f"aiohttp {version('aiohttp')}"


async def _aiohttp(port: int, n: int, connections: int) -> None:
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    connector = aiohttp.TCPConnector(limit=connections)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar) as session:

        async def send(number: int) -> None:
            head = {"Content-Type": "application/json", "Idempotency-Key": key(number)}
            async with session.post(f"http://127.0.0.1:{port}/messages", data=BODY, headers=head) as answer:
                await answer.read()
                assert answer.status == 202

        await lanes(n, connections, send)


def pycurl_multi(port: int, n: int, connections: int) -> str:
    """libcurl over epoll, with no event loop of Python's around it: the most it could give."""
    import pycurl

    multi, ready = pycurl.CurlMulti(), select.epoll()
    numbers, watched, wake_at = iter(range(n)), set[int](), [0.0]

    def watch(what: int, fd: int, *_: object) -> None:
        if what == pycurl.POLL_REMOVE:
            watched.discard(fd)
            with contextlib.suppress(OSError):
                ready.unregister(fd)
            return
        events = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (select.EPOLLOUT if what & pycurl.POLL_OUT else 0)
        (ready.modify if fd in watched else ready.register)(fd, events)
        watched.add(fd)

    def wake(in_ms: int) -> None:
        wake_at[0] = time.monotonic() + in_ms / 1_000 if in_ms >= 0 else float("inf")

    multi.setopt(pycurl.M_SOCKETFUNCTION, watch)
    multi.setopt(pycurl.M_TIMERFUNCTION, wake)
    multi.setopt(pycurl.M_MAXCONNECTS, connections)

    def ask(easy: pycurl.Curl) -> bool:
        number = next(numbers, None)
        if number is None:
            return False
        easy.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json", f"Idempotency-Key: {key(number)}", "Expect:"])
        multi.add_handle(easy)
        return True

    busy = 0
    for _ in range(min(connections, n)):
        easy = pycurl.Curl()
        easy.setopt(pycurl.URL, f"http://127.0.0.1:{port}/messages")
        easy.setopt(pycurl.POSTFIELDS, BODY)
        easy.setopt(pycurl.WRITEFUNCTION, lambda data: None)
        easy.setopt(pycurl.TIMEOUT_MS, int(TIMEOUT_S * 1_000))
        easy.setopt(pycurl.NOSIGNAL, 1)
        busy += ask(easy)
    while busy:
        for fd, event in ready.poll(max(0.0, min(wake_at[0] - time.monotonic(), 1.0))):
            into = pycurl.CSELECT_IN if event & ~select.EPOLLOUT else 0
            multi.socket_action(fd, into | (pycurl.CSELECT_OUT if event & select.EPOLLOUT else 0))
        if wake_at[0] <= time.monotonic():
            multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        waiting = 1
        while waiting:
            waiting, done, failed = multi.info_read()
            assert not failed, failed
            for easy in done:
                assert easy.getinfo(pycurl.RESPONSE_CODE) == 202
                multi.remove_handle(easy)
                busy += ask(easy) - 1
    return f"pycurl {version('pycurl')}, {pycurl.version.split()[1]}"


def pyreqwest(port: int, n: int, connections: int) -> str:
    import uvloop

    uvloop.run(_pyreqwest(port, n, connections, threads=False))
    return f"pyreqwest {version('pyreqwest')}, uvloop {version('uvloop')}"


def pyreqwest_threads(port: int, n: int, connections: int) -> str:
    import uvloop

    uvloop.run(_pyreqwest(port, n, connections, threads=True))
    return f"pyreqwest {version('pyreqwest')}, uvloop {version('uvloop')}"


async def _pyreqwest(port: int, n: int, connections: int, *, threads: bool) -> None:
    from datetime import timedelta

    from pyreqwest.client import ClientBuilder

    builder = ClientBuilder().max_connections(connections).runtime_multithreaded(threads)
    async with builder.timeout(timedelta(seconds=TIMEOUT_S)).build() as client:

        async def send(number: int) -> None:
            head = {"Content-Type": "application/json", "Idempotency-Key": key(number)}
            asking = client.post(f"http://127.0.0.1:{port}/messages").headers(head).body_bytes(BODY).build()
            answer = await asking.send()
            assert answer.status == 202
            await answer.bytes()

        await lanes(n, connections, send)


def pyqwest(port: int, n: int, connections: int) -> str:
    import uvloop

    uvloop.run(_pyqwest(port, n, connections))
    return f"pyqwest {version('pyqwest')}, uvloop {version('uvloop')}"


async def _pyqwest(port: int, n: int, connections: int) -> None:
    from pyqwest import Client, Headers, HTTPTransport

    async with HTTPTransport(timeout=TIMEOUT_S, pool_max_idle_per_host=connections, enable_otel=False) as transport:
        client = Client(transport)

        async def send(number: int) -> None:
            head = Headers({"content-type": "application/json", "idempotency-key": key(number)})
            answer = await client.post(f"http://127.0.0.1:{port}/messages", headers=head, content=BODY)
            assert answer.status == 202

        await lanes(n, connections, send)


def wrk(port: int, n: int, connections: int) -> str:
    """A load generator in C: what the sink gives at most. It counts by time, so its n is about."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(
            'wrk.method = "POST"\nlocal number = 0\n'
            f"wrk.body = '{BODY.decode()}'\n"
            'wrk.headers["Content-Type"] = "application/json"\n'
            "request = function()\n  number = number + 1\n"
            '  wrk.headers["Idempotency-Key"] = string.format("peer-%031d", number)\n'
            "  return wrk.format()\nend\n"
        )
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, n // 50_000)}s", "-s", str(script)]
        said = output(*command, f"http://127.0.0.1:{port}/messages")
    assert "Non-2xx" not in said, said
    return " ".join(output("wrk", "-v").split()[:2])


OURS = {"bare": bare, "ours": ours, "ours, asyncio's loop": ours_asyncio, "wrk": wrk}
PEERS = {
    "aiohttp": aiohttp_uvloop,
    "aiohttp, asyncio's loop": aiohttp_asyncio,
    "pycurl, multi": pycurl_multi,
    "pyreqwest": pyreqwest,
    "pyreqwest, many threads": pyreqwest_threads,
    "pyqwest": pyqwest,
}


def child(name: str, warm: int, port: int, n: int, connections: int) -> None:
    """Run one client once, and print what it took; before that, a short run against another sink, with the imports."""
    client = (OURS | PEERS)[name]
    try:
        client(warm, connections, connections)
    except (ImportError, FileNotFoundError) as error:
        print(json.dumps({"missing": str(error)}))
        return
    before = cpu()
    versions = client(port, n, connections)
    print(json.dumps({"cpu": cpu() - before, "versions": versions}))


def cpu() -> float:
    """Seconds of both cores, in the program and the kernel, threads and children included."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(n: int, connections: int, wait_ms: float, peers_python: str, rounds: int) -> None:
    from vedette.bench.sinks import sink

    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    versions: dict[str, str] = {}
    for name in [*(OURS | PEERS)] * rounds:
        python = sys.executable if name in OURS else peers_python
        with sink("http") as warm, sink("http", wait_ms=wait_ms) as where:
            options = {"only": name, "warm": warm.port, "port": where.port, "n": n, "connections": connections}
            try:
                told = json.loads(output(python, __file__, *(f"--{name}={value}" for name, value in options.items())))
            except RuntimeError as error:
                told = {"missing": error}
            taken = where.taken()
        if "missing" in told:
            versions[name] = f"not here: {told['missing']}"
            continue
        assert name == "wrk" or taken.keys == n, f"{name}: {taken.keys} arrived of {n}"
        versions[name] = told["versions"]
        # From the first arrival to the last.
        rates.setdefault(name, []).append(taken.keys / (taken.moments[100] - taken.moments[0]))
        costs.setdefault(name, []).append(told["cpu"] / taken.keys * 1e6)
    print(
        f"{n:,} POSTs of {len(BODY)} bytes, {connections} connections, the sink waits {wait_ms:g} ms, {rounds} rounds"
    )
    print("| client | POSTs/s | least to most | CPU a POST | versions |\n|---|---|---|---|---|")
    for name, said in versions.items():
        if name in rates:
            figures = rates[name]
            spread = f"{min(figures):,.0f} to {max(figures):,.0f}"
            print(f"| {name} | {median(figures):,.0f} | {spread} | {median(costs[name]):.1f} µs | {said} |")
        else:
            print(f"| {name} | {said} | | | |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=50_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--wait-ms", type=float, default=0)
    parser.add_argument("--peers-python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--warm", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        child(given.only, given.warm, given.port, given.n, given.connections)
    else:
        main(given.n, given.connections, given.wait_ms, given.peers_python, given.rounds)
