// A map on top of a list: pressing an area does what its line in the list does. Without this script the list does it alone.

const L = window.L;

for (const element of document.querySelectorAll("[data-map]")) show(element);

export function show(element) {
  element.hidden = false;
  const areas = JSON.parse(document.getElementById(element.dataset.map).textContent);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    zoomControl: false, attributionControl: Boolean(element.dataset.tiles), scrollWheelZoom: false,
    zoomAnimation: !still, fadeAnimation: !still, inertia: !still, zoomSnap: 0.5,
  });
  L.control.zoom({ zoomInTitle: element.dataset.zoomIn, zoomOutTitle: element.dataset.zoomOut }).addTo(map);
  if (element.dataset.tiles) {
    map.attributionControl.setPrefix(false);
    L.tileLayer(element.dataset.tiles, { attribution: element.dataset.credit, className: "map__tiles", maxZoom: 19 }).addTo(map);
  }
  const drawn = L.geoJSON(areas, {
    style: (feature) => ({ className: `map__area map__look-${feature.properties.look}` }),
    pointToLayer: (feature, place) => L.circleMarker(place, { radius: 10 }),
    onEachFeature: (feature, layer) => press(element, map, feature, layer),
  }).addTo(map);
  const bounds = drawn.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [16, 16], animate: false });
  else map.setView([52.1, 5.3], 7);
  element.map = map;
  element.areas = drawn;
  element.dispatchEvent(new CustomEvent("map:shown", { bubbles: true }));
  return map;
}

function press(element, map, feature, layer) {
  const { words, badge, url, chosen } = feature.properties;
  const field = () => element.dataset.chooses && document.querySelector(
    `[name="${CSS.escape(element.dataset.chooses)}"][value="${CSS.escape(String(feature.id))}"]`);
  const choose = () => {
    if (url) return void (location.href = url);
    field()?.click();
  };
  if (badge) layer.bindTooltip(text(badge), { permanent: true, direction: "center", className: "map__badge", interactive: false });
  else if (words) layer.bindTooltip(text(words), { sticky: true, className: "map__words" });
  const works = Boolean(url || element.dataset.chooses);
  if (works) layer.on("click", choose);
  layer.on("add", () => {
    const path = layer.getElement?.();
    if (!path) return;
    path.setAttribute("aria-label", words);
    path.setAttribute("role", url ? "link" : works ? (field()?.type === "checkbox" ? "checkbox" : "radio") : "img");
    if (works) {
      path.setAttribute("tabindex", "0");
      path.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose();
      });
    }
    const mark = () => {
      const on = field() ? field().checked : chosen;
      path.classList.toggle("is-chosen", Boolean(on));
      if (works && !url) path.setAttribute("aria-checked", String(Boolean(on)));
    };
    mark();
    if (element.dataset.chooses) document.addEventListener("change", mark);
  });
}

function text(words) {
  const span = document.createElement("span");
  span.textContent = words;
  return span;
}
