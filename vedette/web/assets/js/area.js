// The composer's map: draw the area by clicking corners, drag them, or choose a saved area. The textarea beside it
// holds the GeoJSON that is sent, and is the way for keyboards and for pages without this script.

import { boundsOf, corner, fit, makeMap, pin, setArea, setOthers, spread } from "./map.js";

const field = document.getElementById("id-area.geometry");
const saved = JSON.parse(document.getElementById("saved-areas")?.textContent ?? "[]");
const choose = document.getElementById("id-area.saved");
const container = document.getElementById("area-map");
const tools = document.getElementById("area-tools");
const say = document.getElementById("area-said");

const read = () => {
  try {
    const geometry = JSON.parse(field.value);
    return geometry?.coordinates ? geometry : null;
  } catch {
    return null;
  }
};
const write = (geometry) => {
  field.value = geometry ? JSON.stringify(geometry) : "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

const map = await makeMap(container, { geometry: read(), bounds: read() ? null : overall() });
setOthers(map, saved);
const labels = [];
for (const area of saved) {
  const [w, s, e, n] = boundsOf(area.geometry);
  const label = document.createElement("button");
  label.type = "button";
  label.className = "pin";
  label.textContent = area.name;
  label.title = `Warn in the area of ${area.name}`;
  label.addEventListener("click", (event) => {
    event.stopPropagation();
    if (drawing === null) use(area);
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

let drawing = null;
let corners = [];

function use(area) {
  stop();
  write(area.geometry);
  setArea(map, area.geometry);
  fit(map, area.geometry);
  const words = document.getElementById("id-area.description");
  if (words && !words.value) words.value = area.name;
  say.textContent = `The area is that of ${area.name}.`;
}

function show(points) {
  if (points.length > 2) setArea(map, { type: "Polygon", coordinates: [[...points, points[0]]] });
  else setArea(map, points.length ? { type: "LineString", coordinates: points.length === 2 ? points : [points[0], points[0]] } : null);
}

function start() {
  stop();
  drawing = [];
  setArea(map, null);
  map.getCanvas().style.cursor = "crosshair";
  map.doubleClickZoom.disable();
  say.textContent = "Click the corners one after the other; press Enter or “Close” to finish.";
  document.getElementById("area-close").hidden = false;
}

function close() {
  if (drawing === null) return;
  if (drawing.length < 3) {
    say.textContent = "An area needs at least three corners.";
    return;
  }
  const ring = drawing.map(([lon, lat]) => [Number(lon.toFixed(5)), Number(lat.toFixed(5))]);
  write({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
  say.textContent = `The area has ${ring.length} corners.`;
  finish();
}

function finish() {
  drawing = null;
  map.getCanvas().style.cursor = "";
  map.doubleClickZoom.enable();
  document.getElementById("area-close").hidden = true;
  edit();
}

function stop() {
  for (const one of corners) one.remove();
  corners = [];
  if (drawing !== null) finish();
}

// Corners of a single plain polygon can be dragged; anything more complex is changed as text.
function edit() {
  for (const one of corners) one.remove();
  corners = [];
  const geometry = read();
  setArea(map, geometry);
  if (geometry?.type !== "Polygon" || geometry.coordinates.length !== 1 || geometry.coordinates[0].length > 40) return;
  const ring = geometry.coordinates[0].slice(0, -1);
  corners = ring.map((point, place) =>
    corner(map, point, (at) => {
      ring[place] = [Number(at.lng.toFixed(5)), Number(at.lat.toFixed(5))];
      const moved = { type: "Polygon", coordinates: [[...ring, ring[0]]] };
      setArea(map, moved);
      write(moved);
    }),
  );
}

map.on("click", (event) => {
  if (drawing === null) return;
  drawing.push([event.lngLat.lng, event.lngLat.lat]);
  corners.push(corner(map, event.lngLat, () => {}));
  show(drawing);
});
document.getElementById("area-draw").addEventListener("click", start);
document.getElementById("area-close").addEventListener("click", close);
document.getElementById("area-edit").addEventListener("click", edit);
document.addEventListener("keydown", (event) => {
  if (drawing === null) return;
  if (event.key === "Enter") close();
  else if (event.key === "Escape") {
    finish();
    say.textContent = "Drawing was given up; the area is as it was.";
  } else return;
  event.preventDefault();
});
choose?.addEventListener("change", () => {
  const area = saved.find((one) => one.code === choose.value);
  choose.value = "";
  if (area) use(area);
});
field.addEventListener("change", () => {
  const geometry = read();
  setArea(map, geometry);
  if (geometry) fit(map, geometry);
});
