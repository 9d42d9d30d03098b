// The map of a form's area: draw an outline, a hole or a circle, drag corners, choose a saved area by its name. What is
// drawn is only filled into the form; the server puts it together with what is there, and says what cannot stand.

import { boundsOf, corner, fit, makeMap, pin, setArea, setOthers, spread } from "./map.js";

const saved = JSON.parse(document.getElementById("saved-areas")?.textContent ?? "[]");
const container = document.getElementById("area-map");
const tools = document.getElementById("area-tools");
const say = document.getElementById("area-said");
const byName = (name) => document.querySelector(`[name="${name}"]`);
const field = () => document.getElementById("id-area.geometry");

const read = () => {
  try {
    const geometry = JSON.parse(field().value);
    return geometry?.coordinates ? geometry : null;
  } catch {
    return null;
  }
};
const take = () => document.getElementById("area-take").click();
const round = (degrees) => Number(degrees.toFixed(6));
/** A longitude of the map's endless world as one between -180 and 180. */
const turned = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;

let shown = field().value;
const map = await makeMap(container, { geometry: read(), bounds: read() ? null : overall() });
setOthers(map, saved);
const labels = [];
for (const area of saved) {
  const [w, s, e, n] = boundsOf(area.geometry);
  const label = document.createElement("button");
  label.type = "button";
  label.className = "pin";
  label.textContent = area.name;
  label.title = `Take the area of ${area.name}`;
  label.addEventListener("click", (event) => {
    event.stopPropagation();
    if (drawing === null) use(area.code);
  });
  labels.push(pin(map, [(w + e) / 2, (s + n) / 2], label));
}
spread(map, labels);
map.on("zoomend", () => spread(map, labels));
tools.hidden = false;

function overall() {
  if (!saved.length) return null;
  const all = saved.map((area) => boundsOf(area.geometry));
  return [Math.min(...all.map((b) => b[0])), Math.min(...all.map((b) => b[1])), Math.max(...all.map((b) => b[2])), Math.max(...all.map((b) => b[3]))];
}

/** What is under way: null, or the points so far of an "outline" or a "circle". */
let drawing = null;
let kind = "outline";
let corners = [];

function use(code) {
  stop();
  const choose = byName("area.saved");
  choose.value = code;
  words(saved.find((area) => area.code === code)?.name ?? "");
  take();
}

function words(text) {
  const description = document.getElementById("id-area.description");
  if (description && text && !description.value) description.value = text;
}

function start(what, mode) {
  stop();
  drawing = [];
  kind = what;
  if (mode) document.querySelector(`[name="area.mode"][value="${mode}"]`).checked = true;
  map.getCanvas().style.cursor = "crosshair";
  map.doubleClickZoom.disable();
  say.textContent =
    what === "circle"
      ? "Click or tap the centre, then a point on the edge. Escape gives up."
      : "Click or tap the corners one after the other; “Finish” or Enter ends, Escape gives up.";
  tell();
}

function tell() {
  const busy = drawing !== null;
  document.getElementById("area-close").hidden = !busy || kind === "circle";
  document.getElementById("area-back").hidden = !busy;
  document.getElementById("area-stop").hidden = !busy;
  for (const id of ["area-draw", "area-circle", "area-hole", "area-edit"]) document.getElementById(id).hidden = busy;
}

function show() {
  const points = drawing;
  if (points.length > 2) setArea(map, { type: "Polygon", coordinates: [[...points, points[0]]] });
  else setArea(map, points.length ? { type: "LineString", coordinates: points.length === 2 ? points : [points[0], points[0]] } : read());
}

function close() {
  if (drawing.length < 3) {
    say.textContent = "An area needs at least three corners.";
    return;
  }
  const ring = drawing.map(([lon, lat]) => [round(turned(lon)), round(lat)]);
  document.getElementById("area-drawn").value = JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
  stop();
  take();
}

function encircle([centre, edge]) {
  const kilometres = centre.distanceTo(edge) / 1000;
  byName("area.circle_at").value = `${round(centre.lat)},${round(turned(centre.lng))}`;
  byName("area.circle_km").value = String(Math.max(0.001, Number(kilometres.toPrecision(3))));
  stop();
  take();
}

/** No drawing, no corners; what is there is shown again. */
function stop() {
  for (const one of corners) one.remove();
  corners = [];
  if (drawing === null) return;
  drawing = null;
  say.textContent = "";
  map.getCanvas().style.cursor = "";
  map.doubleClickZoom.enable();
  setArea(map, read());
  tell();
}

function takeBack() {
  drawing.pop();
  corners.pop()?.remove();
  show();
}

// Corners of a single plain polygon can be dragged; anything more complex is put together from parts.
function edit() {
  stop();
  const geometry = read();
  if (geometry?.type !== "Polygon" || geometry.coordinates.length !== 1 || geometry.coordinates[0].length > 160) {
    say.textContent = geometry ? "Only an area of one part without holes can be moved by its corners; cut or add instead." : "There is no area yet.";
    return;
  }
  say.textContent = "Drag the corners.";
  const ring = geometry.coordinates[0].slice(0, -1);
  corners = ring.map((point, place) => {
    const marker = corner(map, point, (at) => {
      ring[place] = [round(turned(at.lng)), round(at.lat)];
      setArea(map, { type: "Polygon", coordinates: [[...ring, ring[0]]] });
    });
    marker.on("dragend", () => {
      byName("area.before").value = field().value;
      field().value = JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
      stop();
      take();
    });
    return marker;
  });
}

map.on("click", (event) => {
  if (drawing === null) return;
  drawing.push(kind === "circle" ? event.lngLat : [event.lngLat.lng, event.lngLat.lat]);
  corners.push(corner(map, event.lngLat, () => {}));
  if (kind !== "circle") show();
  else if (drawing.length === 2) encircle(drawing);
});
const on = (id, does) => document.getElementById(id).addEventListener("click", does);
on("area-draw", () => start("outline"));
on("area-circle", () => start("circle"));
on("area-hole", () => start("outline", "cut"));
on("area-edit", edit);
on("area-close", close);
on("area-back", takeBack);
on("area-stop", stop);
document.addEventListener("keydown", (event) => {
  if (drawing === null) return;
  if (event.key === "Enter" && kind !== "circle" && !event.target.closest("button")) close();
  else if (event.key === "Escape") {
    stop();
    say.textContent = "Drawing was given up; the area is as it was.";
  } else return;
  event.preventDefault();
});

// Enter in one of the ways in takes what is written there, and does not save the form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("#area-put input:not([type=file])")) return;
  event.preventDefault();
  if (event.target.name === "area.place_km" || event.target.name === "area.find") document.querySelector(".place")?.focus();
  else take();
});
document.addEventListener("change", (event) => {
  if (event.target.name === "area.saved" && event.target.value) use(event.target.value);
  else if (event.target.name === "area.file" && event.target.files.length) take();
  else if (event.target === field()) refresh();
});

function refresh() {
  if (field().value === shown) return;
  shown = field().value;
  stop();
  const geometry = read();
  setArea(map, geometry);
  if (geometry) fit(map, geometry);
  words(document.getElementById("area-put").dataset.words);
}
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "area-put" && event.detail.elt?.id !== "area-put") return;
  refresh();
  document.getElementById("area-why")?.scrollIntoView({ block: "nearest" });
  field().dispatchEvent(new Event("input", { bubbles: true }));
});
