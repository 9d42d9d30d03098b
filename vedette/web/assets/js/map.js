// A quiet map: Natural Earth's land and borders in the page's own colours, one area, and labels as plain HTML.
// An organisation's own base map goes in the place of the two sources below.

import * as maplibregl from "../vendor/maplibre-gl/maplibre-gl.mjs";

const asset = (path) => new URL(`../${path}`, import.meta.url).href;
const REGION = asset("map/san-diego.geojson");
const WORLD = asset("vendor/world-atlas/countries-50m.json");

function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

let world;
function worldLand() {
  world ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = asset("vendor/topojson-client/topojson-client.min.js");
    script.onload = async () => {
      const atlas = await (await fetch(WORLD)).json();
      resolve(globalThis.topojson.feature(atlas, atlas.objects.countries));
    };
    script.onerror = reject;
    document.head.append(script);
  });
  return world;
}

const NOTHING = { type: "FeatureCollection", features: [] };
const wrap = (geometry) => (geometry ? { type: "Feature", properties: {}, geometry } : NOTHING);

function box(bounds) {
  const [w, s, e, n] = bounds;
  return { type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] };
}

export function boundsOf(geometry) {
  const points = geometry.coordinates.flat(geometry.type === "MultiPolygon" ? 2 : 1);
  const of = (lons) => {
    const bounds = [Infinity, 90, -Infinity, -90];
    points.forEach(([, lat], at) => {
      bounds[0] = Math.min(bounds[0], lons[at]);
      bounds[1] = Math.min(bounds[1], lat);
      bounds[2] = Math.max(bounds[2], lons[at]);
      bounds[3] = Math.max(bounds[3], lat);
    });
    return bounds;
  };
  const plain = of(points.map(([lon]) => lon));
  if (plain[0] > -180 || plain[2] < 180) return plain;
  // Cut at 180 degrees: its two parts lie beside each other, not at the two ends of the world.
  const across = of(points.map(([lon]) => (lon < 0 ? lon + 360 : lon)));
  return across[2] - across[0] < plain[2] - plain[0] ? across : plain;
}

/** A map in `container`; resolves once it can be drawn on. `geometry` is the warned area, if there is one. */
export async function makeMap(container, { geometry = null, bounds = null, padding = 36 } = {}) {
  const [land, region] = await Promise.all([worldLand(), fetch(REGION).then((answer) => answer.json())]);
  const near = bounds ?? (geometry ? boundsOf(geometry) : [-117.35, 32.45, -116.75, 32.85]);
  const paint = () => ({
    water: colour("--map-water"), land: colour("--map-land"), line: colour("--map-line"),
    area: colour("--map-area"), edge: colour("--map-edge"), other: colour("--muted"),
  });
  const hues = paint();
  const kind = (name) => ["==", ["get", "kind"], name];
  const map = new maplibregl.Map({
    container,
    bounds: [[near[0], near[1]], [near[2], near[3]]],
    fitBoundsOptions: { padding, maxZoom: 13 },
    attributionControl: { compact: false, customAttribution: "Made with Natural Earth" },
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: matchMedia("(pointer: coarse)").matches,
    style: {
      version: 8,
      sources: {
        world: { type: "geojson", data: land },
        frame: { type: "geojson", data: wrap(box(region.bbox)) },
        region: { type: "geojson", data: region },
        others: { type: "geojson", data: NOTHING },
        area: { type: "geojson", data: wrap(geometry) },
      },
      layers: [
        { id: "water", type: "background", paint: { "background-color": hues.water } },
        { id: "world", type: "fill", source: "world", paint: { "fill-color": hues.land } },
        { id: "world-line", type: "line", source: "world", paint: { "line-color": hues.line, "line-width": 0.8 } },
        { id: "frame", type: "fill", source: "frame", paint: { "fill-color": hues.water } },
        { id: "region", type: "fill", source: "region", filter: kind("land"), paint: { "fill-color": hues.land } },
        { id: "coast", type: "line", source: "region", filter: kind("coast"), paint: { "line-color": hues.line, "line-width": 1 } },
        { id: "border", type: "line", source: "region", filter: kind("border"), paint: { "line-color": hues.other, "line-width": 1.4, "line-dasharray": [4, 2] } },
        { id: "others", type: "line", source: "others", paint: { "line-color": hues.other, "line-width": 0.8, "line-dasharray": [1, 2] } },
        { id: "area", type: "fill", source: "area", paint: { "fill-color": hues.area, "fill-opacity": 0.22 } },
        { id: "edge", type: "line", source: "area", paint: { "line-color": hues.edge, "line-width": 2 } },
      ],
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.getCanvas().setAttribute("aria-label", container.dataset.label ?? "Map");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    const fresh = paint();
    map.setPaintProperty("water", "background-color", fresh.water);
    map.setPaintProperty("frame", "fill-color", fresh.water);
    for (const id of ["world", "region"]) map.setPaintProperty(id, "fill-color", fresh.land);
    for (const id of ["world-line", "coast"]) map.setPaintProperty(id, "line-color", fresh.line);
    map.setPaintProperty("area", "fill-color", fresh.area);
    map.setPaintProperty("edge", "line-color", fresh.edge);
  });
  await new Promise((resolve) => map.once("load", resolve));
  container.dataset.ready = "yes";
  return map;
}

export function setArea(map, geometry) {
  map.getSource("area").setData(wrap(geometry));
}

export function setOthers(map, areas) {
  map.getSource("others").setData({
    type: "FeatureCollection",
    features: areas.map((area) => ({ type: "Feature", properties: { name: area.name }, geometry: area.geometry })),
  });
}

export function fit(map, geometry) {
  const [w, s, e, n] = boundsOf(geometry);
  map.fitBounds([[w, s], [e, n]], { padding: 36, maxZoom: 13, animate: false });
}

/** A label of the page's own HTML at a place. */
export function pin(map, lngLat, element) {
  return new maplibregl.Marker({ element }).setLngLat(lngLat).addTo(map);
}

export function corner(map, lngLat, moved) {
  const element = document.createElement("div");
  element.className = "corner";
  const marker = new maplibregl.Marker({ element, draggable: true }).setLngLat(lngLat).addTo(map);
  marker.on("drag", () => moved(marker.getLngLat()));
  return marker;
}

/** Labels that would lie over each other are moved down, the northern one staying where it is. */
export function spread(map, pins) {
  const placed = [];
  const boxes = pins.map((one) => {
    const at = map.project(one.getLngLat());
    const size = one.getElement();
    return { one, x: at.x, y: at.y, w: size.offsetWidth + 6, h: size.offsetHeight + 3, down: 0 };
  });
  for (const box of boxes.sort((a, b) => a.y - b.y)) {
    const clash = () => placed.find((other) => Math.abs(other.x - box.x) < (other.w + box.w) / 2 && Math.abs(other.y + other.down - box.y - box.down) < box.h);
    for (let other = clash(); other && box.down < 200; other = clash()) box.down = other.y + other.down + other.h - box.y;
    box.one.setOffset([0, box.down]);
    placed.push(box);
  }
}
