// The worker: pages from the server while it can be reached and from the copy when not, answers through the outbox.

const CACHE = `vedette-${VERSION}`;
// Of the two places that this worker serves, the person's own page: there the copy is looked after.
const IS_HOME = self.registration.scope.endsWith("/me/");

self.addEventListener("install", (event) => {
  // Only once all that the pages are made with is here does this version take over; until then the old one serves.
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT.map((path) => new Request(path, { cache: "reload" })))));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("vedette-") && name !== CACHE) await caches.delete(name);
      await self.clients.claim();
      if (IS_HOME) await renew();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (KEPT.includes(pathname)) event.respondWith(asset(request));
  else if (pathname === "/me/position" && request.method === "POST") event.respondWith(checkIn(request));
  else if (request.mode !== "navigate") return;
  else if (request.method === "POST") event.respondWith(/^\/a\/[^/]+$/.test(pathname) ? answer(event, pathname) : posted(event));
  else event.respondWith(page(event, pathname));
});

self.addEventListener("push", (event) => {
  const told = read(event.data);
  // Many phones hear of a warning in the same second; the copy can wait for some, as the text is on the screen.
  const copied = () => after(Math.random() * 8000).then(renew);
  event.waitUntil(show(told).then(() => Promise.all([copied(), reportShown(told)])));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? "/me/"));
});

self.addEventListener("sync", (event) => event.waitUntil(look(true)));

self.addEventListener("periodicsync", (event) => event.waitUntil(look()));

self.addEventListener("message", (event) => {
  if (event.data?.do === "look") event.waitUntil(look());
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(subscribeAgain(event));
});

/** Send what waits, renew the copy, close what is over, and tell the pages. */
async function look(mustSend = false) {
  await settle(await readCopy());
  const sent = (await sendAll()).size;
  const left = (await waiting()).length;
  const connected = IS_HOME ? await renew() : undefined;
  await tell({ waiting: left, sent, connected });
  // The browser tries a sync that failed again, later and later.
  if (mustSend && left > 0) throw new Error("something still waits to be sent");
}

/** A page from the server; from the copy where that cannot be reached or does not answer as it should. */
async function page(event, pathname) {
  const asked = fetch(event.request).catch(() => null);
  // A connection that swallows everything is none, where there is something to show instead.
  const found = await Promise.race([asked, after(8000)]);
  if (found && found.status < 502) return found;
  return (await fromCopy(pathname)) ?? found ?? (await asked) ?? (await notHere());
}

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** An answer to a warning: kept first, then sent. */
async function answer(event, pathname) {
  const given = new URLSearchParams(await event.request.text());
  const told = { response: given.get("response") ?? "", note: given.get("note") ?? "", message: given.get("message") ?? "" };
  let number;
  try {
    number = await keep(pathname, { ...told, answered_at: new Date().toISOString() });
  } catch {
    // A browser that keeps nothing: as on any other phone.
    return fetch(pathname, { method: "POST", body: given });
  }
  const gone = (await sendAll()).get(number);
  if (gone?.ok) {
    event.waitUntil(renew());
    const language = given.get("lang");
    return page({ request: new Request(pathname + (language ? `?lang=${encodeURIComponent(language)}` : "")) }, pathname);
  }
  return (await fromCopy(pathname)) ?? (await notHere());
}

/** A form of the person's own page: to the server. What it changed may be in the copy. */
async function posted(event) {
  try {
    // What was said goes first: unpairing ends what this phone may do.
    await sendAll();
    const found = await fetch(event.request);
    event.waitUntil(renew());
    return found;
  } catch {
    return (await fromCopy("/me/")) ?? (await notHere());
  }
}

/** A check-in: as an answer, but that the page itself reads what became of it. */
async function checkIn(request) {
  const number = await keep("/me/position", await request.json());
  return (await sendAll()).get(number) ?? new Response("{}", { status: 202 });
}

async function asset(request) {
  return (await (await caches.open(CACHE)).match(request, { ignoreSearch: true })) ?? fetch(request);
}

/** Tell the server that it was on the screen: of a warning by its key, of the first one by what its link confirms. */
async function reportShown({ type, key, link }) {
  const told = type === "Hello" ? { confirm: new URL(link).pathname.replace("/v/", "") } : { key };
  await post("/me/shown", told).catch(() => undefined);
}

async function open(path) {
  for (const client of await self.clients.matchAll({ includeUncontrolled: true, type: "window" })) {
    if (new URL(client.url).pathname === path) return client.focus();
  }
  return self.clients.openWindow(path);
}

async function subscribeAgain(event) {
  const before = event.oldSubscription;
  const renewed =
    event.newSubscription ??
    (before && (await self.registration.pushManager.subscribe({ ...before.options, userVisibleOnly: true })));
  if (renewed) await post("/me/push", { subscription: renewed.toJSON() });
}

function read(data) {
  try {
    return data.json();
  } catch {
    return { title: "Vedette", body: "", realm: "live" };
  }
}
