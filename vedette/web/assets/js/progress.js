// Live progress: counts, who needs help and the silent list are swapped by htmx as the server pushes them; this draws the map and curve.
// If no stream can be had (another server in front, an old proxy), it asks again every few seconds.

import { makeMap, pin, setArea, spread } from "./map.js";

const root = document.getElementById("progress");
const container = document.getElementById("progress-map");
let told = JSON.parse(document.getElementById("progress-map-data").textContent);
let streamed = 0;

// ---- the curve: people who have answered, over the time since issue
let plot = null;
const colour = (name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};
const span = (seconds) => (seconds < 90 ? `${Math.round(seconds)} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`);

function draw() {
  const home = root.querySelector("[data-chart]");
  if (!home || !globalThis.uPlot) return;
  plot?.destroy();
  home.replaceChildren();
  if (!told.answers.length) {
    home.textContent = "No answers yet.";
    home.classList.add("muted");
    return;
  }
  home.classList.remove("muted");
  const points = [[0, 0], ...told.answers];
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px Inter, sans-serif" };
  plot = new globalThis.uPlot(
    {
      width: home.clientWidth,
      height: home.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(4, high)] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map(span), space: 70, size: 26 },
        { ...axis, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
      ],
      series: [{}, { stroke: colour("--state-acknowledged"), width: 2, fill: colour("--accent-ground"), paths: globalThis.uPlot.paths.stepped({ align: 1 }), points: { show: false } }],
    },
    [points.map((point) => point[0]), points.map((point) => point[1])],
    home,
  );
}

// ---- the map: the area, and one label per unit
let map = null;
let pins = [];
function label() {
  for (const one of pins) one.remove();
  pins = told.units.map((unit) => {
    const element = document.createElement("div");
    element.className = "pin";
    const name = document.createElement("span");
    name.textContent = `${unit.name} `;
    const count = document.createElement("b");
    count.textContent = `${unit.answered}/${unit.total}`;
    element.append(name, count);
    if (unit.help) {
      const help = document.createElement("span");
      help.className = "help";
      help.textContent = ` ${unit.help} need help`;
      element.append(help);
    }
    return pin(map, unit.at, element);
  });
  spread(map, pins);
}

document.addEventListener("htmx:sseMessage", (event) => {
  streamed = Date.now();
  if (event.detail.type !== "map") return;
  told = JSON.parse(event.detail.data);
  if (map) {
    setArea(map, told.geometry);
    label();
  }
  draw();
});
// The counts are replaced whole as they change; the curve is drawn again in its new place.
new MutationObserver(draw).observe(document.getElementById("counts"), { childList: true });

async function ask() {
  if (document.hidden || Date.now() - streamed < 10_000) return;
  const part = async (name) => {
    const answer = await fetch(root.dataset.fragments + name, { headers: { "HX-Request": "true" } });
    return answer.ok ? answer.text() : null;
  };
  const named = document.getElementById("help");
  const [counts, help, silent, data] = await Promise.all([part("counts"), named ? part("help") : null, named ? part("silent") : null, part("map")]);
  if (counts !== null) document.getElementById("counts").innerHTML = counts;
  if (help !== null) named.innerHTML = help;
  if (silent !== null) document.getElementById("silent-list").innerHTML = silent;
  if (data !== null) told = JSON.parse(data);
  if (map) label();
  draw();
}
setInterval(ask, 5_000);
addEventListener("resize", draw);

draw();
if (document.readyState !== "complete") addEventListener("load", draw);
map = await makeMap(container, { geometry: told.geometry, padding: 70 });
map.on("zoomend", () => spread(map, pins));
label();
