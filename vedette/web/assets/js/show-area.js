// A map that only shows: the warned area, and the organisation's own areas with their names.

import { boundsOf, makeMap, pin, setOthers, spread } from "./map.js";

const container = document.querySelector("[data-map=area]");
const told = JSON.parse(document.getElementById("map-area").textContent);
const map = await makeMap(container, { geometry: told.geometry });
setOthers(map, told.saved ?? []);
const labels = [];
for (const area of told.saved ?? []) {
  const [w, s, e, n] = boundsOf(area.geometry);
  const label = document.createElement("span");
  label.className = "pin";
  label.textContent = area.name;
  labels.push(pin(map, [(w + e) / 2, (s + n) / 2], label));
}
spread(map, labels);
map.on("zoomend", () => spread(map, labels));
