// Drawing an outline on a map of map.js: every corner is a numbered point to tap, drag or move with the arrow keys.
// The field with a corner on each line stays the truth, so typing there draws too, and without this script it does so alone.

const L = window.L;
const MOST = 150, STEP = 8;
const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

for (const element of document.querySelectorAll("[data-map]")) if (element.dataset.draws && element.map) draw(element, element.map);

function draw(element, map) {
  const field = document.querySelector(`[name="${CSS.escape(element.dataset.draws)}"]`);
  const panel = document.querySelector(`[data-draw-for="${CSS.escape(element.id)}"]`);
  if (!field || !panel) return;
  const words = panel.dataset, status = panel.querySelector("[data-draw-status]");
  const button = (name) => panel.querySelector(`[data-draw-${name}]`);
  const shape = L.polygon([], { className: "map__drawn", interactive: false }).addTo(map);
  let ring = [], marks = [], chosen = -1, fixed = false;
  panel.hidden = false;
  element.dataset.drawing = "";

  take();
  if (ring.length || fixed) map.fitBounds(shape.getBounds(), { padding: [32, 32], animate: false });
  field.addEventListener("input", take);
  map.on("click", (event) => { if (!fixed) add([event.latlng.lat, event.latlng.lng]); });
  button("add").addEventListener("click", () => add(between()));
  button("remove").addEventListener("click", () => remove());
  button("anew").addEventListener("click", () => { field.value = ""; take(); });

  function take() {
    const pieces = read(field.value);
    fixed = pieces.length > 1 || pieces.some((piece) => piece.length > MOST);
    ring = fixed ? [] : pieces[0] ?? [];
    chosen = ring.length - 1;
    show();
    if (fixed) shape.setLatLngs(pieces.map((piece) => [piece]));
  }

  function show() {
    shape.setLatLngs(ring);
    marks.forEach((mark) => mark.remove());
    marks = ring.map(corner);
    choose(chosen, false);
  }

  function corner(place, n) {
    const icon = L.divIcon({ className: "map__corner", html: `<span>${n + 1}</span>`, iconSize: [44, 44] });
    const mark = L.marker(place, { icon, draggable: true, autoPan: true, keyboard: true }).addTo(map);
    const dot = mark.getElement();
    dot.setAttribute("aria-label", words.corner.replace("{n}", n + 1));
    dot.addEventListener("focus", () => choose(n, false));
    dot.addEventListener("keydown", (event) => press(event, n));
    mark.on("click", () => choose(n, true));
    mark.on("drag", () => { move(n, mark.getLatLng()); });
    mark.on("dragend", () => choose(n, true));
    return mark;
  }

  function press(event, n) {
    const way = KEYS[event.key];
    if (way) {
      const step = event.shiftKey ? 1 : STEP;
      const to = map.layerPointToLatLng(map.latLngToLayerPoint(marks[n].getLatLng()).add([way[0] * step, way[1] * step]));
      marks[n].setLatLng(to);
      move(n, to);
      if (!map.getBounds().contains(to)) map.panTo(to);
    } else if (event.key === "Delete" || event.key === "Backspace") remove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function move(n, to) {
    ring[n] = [to.lat, to.lng];
    shape.setLatLngs(ring);
    write();
  }

  function add(place) {
    ring.splice(chosen + 1, 0, place);
    chosen += 1;
    show();
    write();
    marks[chosen]?.getElement()?.focus({ preventScroll: true });
  }

  function remove() {
    if (chosen < 0) return;
    ring.splice(chosen, 1);
    chosen = Math.min(chosen, ring.length - 1);
    show();
    write();
    (marks[chosen]?.getElement() ?? button("add")).focus({ preventScroll: true });
  }

  // Where a new corner comes for who does not tap: half-way to the next one, or in the middle of the map.
  function between() {
    if (ring.length < 2) {
      const middle = map.getCenter();
      return [middle.lat, middle.lng + ring.length * (map.getBounds().getEast() - middle.lng) / 4];
    }
    const [a, b] = [ring[chosen], ring[(chosen + 1) % ring.length]];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  }

  function choose(n, focus) {
    chosen = n;
    marks.forEach((mark, at) => mark.getElement().classList.toggle("is-chosen", at === n));
    if (focus) marks[n]?.getElement()?.focus({ preventScroll: true });
    const said = fixed ? words.fixed : !ring.length ? words.none : ring.length < 3 ? words.few : words.many;
    status.textContent = said.replace("{n}", ring.length).replace("{at}", n + 1);
    button("remove").hidden = n < 0;
    button("add").hidden = fixed;
    button("anew").hidden = !ring.length && !fixed;
  }

  function write() {
    field.value = ring.map(([latitude, longitude]) => `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`).join("\n");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// Pieces parted by a blank line; what is not a corner is left for the server to name.
function read(text) {
  const pieces = text.trim().split(/\n\s*\n/).map((piece) => piece.split("\n").map((line) => line.match(/-?\d+(?:\.\d+)?/g)?.map(Number)));
  return pieces.map((piece) => piece.filter((place) => place?.length === 2)).filter((piece) => piece.length);
}
