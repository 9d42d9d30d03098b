// The page of a paired phone, and of one that is about to be: everything here is more than the page can do without it.
"use strict";

const body = document.body;
const here = (id) => document.getElementById(id);
const words = (section, name) => section.querySelector(`[data-words="${name}"]`)?.textContent ?? "";

if ("serviceWorker" in navigator) {
  // One worker for two places: this page, and the warnings' own pages.
  if (body.dataset.worker && body.dataset.paired) {
    for (const scope of ["/me/", "/a/"]) {
      navigator.serviceWorker.register(body.dataset.worker, { scope }).then((found) => found.update());
    }
    navigator.serviceWorker.ready.then(({ periodicSync }) => periodicSync?.register("look", { minInterval: 3600000 })).catch(() => undefined);
  }
  ask();
  window.addEventListener("online", askAtOnce);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && askAtOnce());
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.waiting !== undefined && here("waiting")) here("waiting").hidden = data.waiting === 0;
    if (data.waiting > 0 || data.connected === false) askLater();
    // What is shown is a copy, or does not have the answer that was just sent.
    if (data.sent > 0 || (data.connected && document.querySelector(".offline"))) location.reload();
    if (data.unpaired && body.dataset.paired) location.assign("/me/");
  });
}

/** Let the workers send what waits, look at what has ended, and hear whether the phone is paired still. */
async function ask() {
  for (const { active } of await navigator.serviceWorker.getRegistrations()) active?.postMessage({ do: "look" });
}

/** The browser says that there is a connection before there is one, or never: so look again, less and less often. */
function askLater() {
  clearTimeout(askLater.next);
  askLater.wait = Math.min((askLater.wait ?? 1000) * 1.5, 60000);
  askLater.next = setTimeout(ask, askLater.wait);
}

function askAtOnce() {
  askLater.wait = undefined;
  ask();
}

notices();
checkIn();
install();
ends();

/** Notifications: on and off, for this phone. */
async function notices() {
  const section = here("notices-here");
  if (!section) return;
  section.hidden = false;
  const say = (name) => (here("notices-state").textContent = words(section, name));
  if (!("PushManager" in window) || !("Notification" in window)) return say("no");
  const registration = await navigator.serviceWorker.ready;
  const show = async () => {
    const on = Notification.permission === "granted" && (await registration.pushManager.getSubscription()) !== null;
    here("notices-on").hidden = on || Notification.permission === "denied";
    here("notices-off").hidden = !on;
    say(on ? "on" : Notification.permission === "denied" ? "blocked" : "off");
  };
  here("notices-on").addEventListener("click", async () => {
    try {
      if ((await Notification.requestPermission()) === "granted") {
        const options = { userVisibleOnly: true, applicationServerKey: body.dataset.key };
        const subscription = await registration.pushManager.subscribe(options);
        await send(body.dataset.push, { subscription: subscription.toJSON() });
      }
      await show();
    } catch {
      say("failed");
    }
  });
  here("notices-off").addEventListener("click", async () => {
    try {
      await send(body.dataset.push, { subscription: null });
      await (await registration.pushManager.getSubscription())?.unsubscribe();
      await show();
    } catch {
      say("failed");
    }
  });
  await show();
}

/** Where the phone is, once, when it is asked for. */
function checkIn() {
  const section = here("check-in-here");
  if (!section || !("geolocation" in navigator)) return;
  section.hidden = false;
  const say = (name) => (here("check-in-state").textContent = words(section, name));
  here("check-in").addEventListener("click", () => {
    here("check-in").disabled = true;
    navigator.geolocation.getCurrentPosition(
      async ({ coords, timestamp }) => {
        const fix = {
          lat: coords.latitude,
          lon: coords.longitude,
          accuracy_m: coords.accuracy,
          fixed_at: new Date(timestamp).toISOString(),
        };
        try {
          const answer = await send(body.dataset.position, fix);
          // The worker keeps it where there is no connection, and says so.
          say(answer.status === 202 ? "kept" : "sent");
        } catch {
          say("no-position");
        }
        here("check-in").disabled = false;
      },
      () => {
        say("no-position");
        here("check-in").disabled = false;
      },
      { enableHighAccuracy: true, timeout: 30000, maximumAge: 0 },
    );
  });
}

/** The browser's own question whether to put the page on the home screen, asked when the person wants it. */
function install() {
  const section = here("install-here");
  if (!section) return;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    section.hidden = false;
    here("install-now").onclick = () => event.prompt();
  });
  window.addEventListener("appinstalled", () => (section.hidden = true));
}

/** Load again when something shown here ends: whoever looks at it then is told that it is over. */
function ends() {
  const moments = [...document.querySelectorAll("[data-ends]")].map((one) => Date.parse(one.dataset.ends) - Date.now());
  const next = Math.min(...moments.filter((ms) => ms > 0));
  // A longer wait than setTimeout can hold is no wait at all.
  if (next < 2 ** 31) setTimeout(() => location.reload(), next + 500);
}

async function send(where, told) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(told) };
  const answer = await fetch(where, options);
  if (!answer.ok) throw new Error(`${where}: ${answer.status}`);
  return answer;
}
