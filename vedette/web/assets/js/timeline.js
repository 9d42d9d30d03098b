// The timeline: the list, the drawing and the map show the same event; j and k walk the list, a number on the map goes
// to its place in it. Without this script the list and the drawing say the same.

import { boundsOf, makeMap, pin, setArea, setOthers, spread } from "./map.js";

const items = [...document.querySelectorAll("#line > [data-number]")];
const data = document.getElementById("map-timeline");
const told = data ? JSON.parse(data.textContent) : { events: [], ground: null };
const grounds = new Map(told.events.map((event) => [String(event.number), event.geometry]));
let map = null;
let chosen = null;

function choose(number) {
  if (chosen === number) return;
  chosen = number;
  for (const one of document.querySelectorAll("[data-number]")) one.classList.toggle("current", one.dataset.number === number);
  if (map) setArea(map, grounds.get(number) ?? null);
}

for (const item of items) {
  item.addEventListener("focusin", () => choose(item.dataset.number));
  item.addEventListener("pointerenter", () => choose(item.dataset.number));
}

function go(number) {
  const item = items.find((one) => one.dataset.number === number);
  item?.querySelector("a").focus({ preventScroll: true });
  item?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if ((event.key !== "j" && event.key !== "k") || !items.length) return;
  const at = items.findIndex((one) => one.dataset.number === chosen);
  const next = at < 0 ? 0 : Math.max(0, Math.min(items.length - 1, at + (event.key === "j" ? 1 : -1)));
  go(items[next].dataset.number);
  event.preventDefault();
});
for (const bar of document.querySelectorAll("svg.lanes [data-number]")) bar.addEventListener("click", () => go(bar.dataset.number));

// Where the drawing is wider than the page, it opens at the present.
const drawn = document.querySelector("[data-now]");
if (drawn) drawn.scrollLeft = (Number(drawn.dataset.now) / 1000) * drawn.scrollWidth - drawn.clientWidth / 2;

const container = document.querySelector("[data-map=timeline]");
if (container) {
  const all = [...grounds.values(), ...(told.ground ? [told.ground] : [])].map(boundsOf);
  const bounds = [
    Math.min(...all.map((b) => b[0])), Math.min(...all.map((b) => b[1])),
    Math.max(...all.map((b) => b[2])), Math.max(...all.map((b) => b[3])),
  ];
  map = await makeMap(container, { bounds });
  setOthers(map, [...told.events.map((event) => ({ name: event.title, geometry: event.geometry })), ...(told.ground ? [{ name: "", geometry: told.ground }] : [])]);
  const labels = told.events.map((event) => {
    const [w, s, e, n] = boundsOf(event.geometry);
    const label = document.createElement("button");
    label.type = "button";
    // The list has the same places in the order of the keyboard.
    label.tabIndex = -1;
    label.className = `numbered ${event.kind}`;
    label.dataset.number = event.number;
    label.textContent = event.number;
    label.title = event.title;
    label.addEventListener("click", () => go(String(event.number)));
    return pin(map, [(w + e) / 2, (s + n) / 2], label);
  });
  spread(map, labels);
  map.on("zoomend", () => spread(map, labels));
  if (chosen) setArea(map, grounds.get(chosen) ?? null);
}
