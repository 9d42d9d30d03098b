// Notifications: one for each warning, of its last version, and none of a warning that is over.

/** Show what was pushed. A browser takes the right to push from whoever shows nothing, so something is always shown. */
async function show(told) {
  const copy = await readCopy().catch(() => undefined);
  const path = told.type === "Hello" ? "/me/" : pathOf(told.link);
  const exercise = told.realm === "exercise";
  const late = told.expires && over_by(told.expires);
  const notice = copy?.notice ?? { over: "EXPIRED", over_because: "This warning is over.", language: "en", direction: "ltr" };
  const title = late ? `${notice.over}: ${unmarked(told.title)}` : told.title;
  const text = late ? notice.over_because : told.body;
  const ends = ["Cancel", "AllClear"].includes(told.type);
  await self.registration.showNotification(marked(title, exercise), {
    body: marked(text, exercise),
    lang: late ? notice.language : told.language,
    dir: late ? notice.direction : "auto",
    tag: told.tag,
    // A new version sounds again; danger to life stays until somebody has looked at it.
    renotify: !late,
    silent: Boolean(late),
    requireInteraction: Boolean(told.urgent) && !late && !ends,
    ...(told.urgent && !late ? { vibrate: [400, 200, 400, 200, 800] } : {}),
    icon: "/static/phone/icon-192.png",
    timestamp: Date.now(),
    data: { path, expires: told.expires, identifier: told.identifier },
  });
}

/** Close what is over, and what the copy knows a later version of, or the end. */
async function settle(copy) {
  for (const notification of await everyNotice()) {
    const { path, expires, identifier } = notification.data ?? {};
    const known = copy?.pages[path];
    const replaced = known?.identifier && (known.identifier !== identifier || over_by(known.ends));
    // That it was called off or is over stays on the screen until its own time: it is the last that was said.
    const last = known?.identifier === identifier && !known.in_force;
    if ((expires && over_by(expires)) || (replaced && !last)) notification.close();
  }
}

async function closeAll() {
  for (const notification of await everyNotice()) notification.close();
}

/** Of both places that this worker serves. */
async function everyNotice() {
  return self.registration.getNotifications();
}

/** Where the notification leads, on this site whatever its address is called: the warning's page, or a supervisor's. */
function pathOf(link) {
  return link && URL.canParse(link) ? new URL(link).pathname : "/me/";
}

const unmarked = (text) => text.replace(/^(EXERCISE\s+)+/, "").replace(/(\s+EXERCISE)+$/, "");
const marked = (text, exercise) => (exercise ? `EXERCISE ${unmarked(text)} EXERCISE` : text);
