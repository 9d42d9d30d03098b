// The copy of the person's own pages: fetched when there is a connection, shown when there is none.

/** Fetch it anew. Whether the server could be reached; a phone that is not paired any more forgets everything. */
async function renew() {
  let answer;
  try {
    answer = await fetch("/me/copy.json", { cache: "no-store", redirect: "error" });
  } catch {
    return false;
  }
  if (answer.status === 401) {
    await forget();
    return true;
  }
  if (!answer.ok) return false;
  const copy = await answer.json();
  const before = await readCopy();
  if (before && before.phone !== copy.phone) await closeAll();
  await writeCopy(copy);
  await settle(copy);
  return true;
}

/** A page out of the copy as it is now, or null. What has ended since is shown as ended: the phone's clock tells. */
async function fromCopy(path) {
  const copy = await readCopy();
  const page = copy?.pages[path];
  if (!page) return null;
  let html = page.pieces.map(({ html, ends, over }) => (ends && over_by(ends) ? over : html)).join("");
  const said = (await waiting()).filter((item) => item.path === path).at(-1);
  const kept = said && copy.kept[said.told.response];
  return shown(kept ? answered(html, kept, said.told.response) : html, copy.policy);
}

/** The page of a warning with an answer that waits to be sent, in place of what was answered before. */
function answered(html, kept, response) {
  return html
    .replace(/<!--said-->[^]*?<!--\/said-->/, () => kept)
    .replace(' aria-pressed="true"><span aria-hidden="true">✓ </span>', ">")
    .replace(`value="${response}">`, (button) => button.replace(">", ' aria-pressed="true"><span aria-hidden="true">✓ </span>'));
}

/** What is shown in place of a page that the copy does not have. */
async function notHere() {
  const copy = await readCopy();
  return copy ? shown(copy.missing, copy.policy, 503) : Response.error();
}

const over_by = (ends) => Date.parse(ends) <= Date.now();

function shown(html, policy, status = 200) {
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": policy,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
  return new Response(html, { status, headers });
}

/** Remove all that is kept of the person, but what they have said and nobody has heard yet: that goes once it can. */
async function forget() {
  await forgetCopy();
  await closeAll();
  const subscription = await self.registration.pushManager?.getSubscription().catch(() => null);
  await subscription?.unsubscribe().catch(() => false);
  await tell({ unpaired: true });
}

/** Tell every open page. */
async function tell(what) {
  for (const client of await self.clients.matchAll({ includeUncontrolled: true, type: "window" })) {
    client.postMessage(what);
  }
}
