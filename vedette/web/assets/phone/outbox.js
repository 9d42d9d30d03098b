// Answers and check-ins on their way. Each is on disk before it is sent and leaves only when the server has said what
// became of it, so none is lost; it carries the time at which it was given, by which the server knows it again, so
// none counts twice. They go one after the other, in their order.

/** Keep something to be sent. */
async function keep(path, told) {
  const number = await putAside({ path, told });
  // Where the browser can, it wakes the worker as soon as there is a connection, even with no page open.
  await self.registration.sync?.register("outbox").catch(() => undefined);
  return number;
}

/** Send all that waits; what became of each that went, by its number. Ends at the first that cannot go. */
function sendAll() {
  return navigator.locks.request("outbox", async () => {
    const gone = new Map();
    for (const { number, path, told } of await waiting()) {
      // With the time of now beside that of the answer, a phone's wrong clock does no harm.
      const answer = await post(path, { ...told, sent_at: new Date().toISOString() }).catch(() => null);
      // Nobody there, or nobody who can tell: it waits. Everything else is an answer, if only that it will not do.
      if (answer === null || answer.status >= 500 || [408, 425, 429].includes(answer.status)) break;
      await takeOut(number);
      gone.set(number, answer);
    }
    return gone;
  });
}

function post(path, told) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(told),
    redirect: "error",
    // A connection that swallows everything is none.
    signal: AbortSignal.timeout(15000),
  });
}
