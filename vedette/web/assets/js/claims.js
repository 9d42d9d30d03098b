// The report page: claims in the text and their cards follow each other, by pointer and by keyboard.
// j/k next and previous, a accept, x reject, 1-6 credibility, which accepts a claim that nobody has judged. Without this script the links and forms do the same.

const text = document.querySelector(".report-text");
const cards = document.getElementById("claim-cards");
const order = [...cards.querySelectorAll("[data-key]")].map((card) => card.dataset.key);
const marksOf = (key) => [...text.querySelectorAll(`mark[data-keys~="${CSS.escape(key)}"]`)];
const cardOf = (key) => document.getElementById(`card-${key}`);
let current = null;

const peek = document.createElement("div");
peek.className = "peek";
peek.hidden = true;
peek.setAttribute("aria-hidden", "true");
text.append(peek);

function choose(key, { scroll = false } = {}) {
  if (!order.includes(key)) return;
  for (const mark of text.querySelectorAll("mark.current")) mark.classList.remove("current");
  cards.querySelector(".claim-card.current")?.classList.remove("current");
  current = key;
  const marks = marksOf(key);
  for (const mark of marks) mark.classList.add("current");
  const card = cardOf(key);
  card.classList.add("current");
  const scroller = cards.scrollHeight > cards.clientHeight + 4 ? cards : cards.closest(".stay");
  scroller.scrollTop += card.getBoundingClientRect().top - scroller.getBoundingClientRect().top - (scroller === cards ? 0 : 44);
  if (scroll && marks[0]) {
    const box = marks[0].getBoundingClientRect();
    if (box.top < 140 || box.bottom > innerHeight - 80) marks[0].scrollIntoView({ block: "center" });
  }
}

function show(mark) {
  const keys = mark.dataset.keys.split(" ");
  peek.replaceChildren();
  for (const key of keys.slice(0, 2)) {
    const told = cardOf(key)?.querySelector("[data-told]")?.cloneNode(true);
    if (!told) continue;
    const head = document.createElement("div");
    head.className = "strong";
    head.textContent = key;
    peek.append(head, told);
  }
  peek.hidden = false;
  const at = mark.getClientRects()[0];
  const home = text.getBoundingClientRect();
  const left = Math.min(at.left - home.left, Math.max(8, home.width - peek.offsetWidth - 8));
  const above = at.top - peek.offsetHeight - 8 > 130;
  peek.style.left = `${Math.max(8, left)}px`;
  peek.style.top = `${above ? at.top - home.top - peek.offsetHeight - 8 : at.bottom - home.top + 8}px`;
}
const hide = () => (peek.hidden = true);

text.addEventListener("pointerover", (event) => event.target.closest("mark") && show(event.target.closest("mark")));
text.addEventListener("pointerout", hide);
text.addEventListener("focusin", (event) => {
  const mark = event.target.closest("mark");
  if (!mark) return;
  choose(mark.dataset.keys.split(" ")[0]);
  if (mark.matches(":focus-visible")) show(mark);
});
text.addEventListener("focusout", hide);
text.addEventListener("click", (event) => {
  const mark = event.target.closest("mark");
  if (!mark) return;
  const keys = mark.dataset.keys.split(" ");
  choose(keys[(keys.indexOf(current) + 1) % keys.length]);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go]");
  if (!link) return;
  event.preventDefault();
  choose(link.dataset.go, { scroll: true });
  history.replaceState(null, "", `#claim-${link.dataset.go}`);
});

// Keys pressed faster than the server answers wait their turn: a judged claim comes back as a new card, whose form
// htmx has taken up only once it has settled.
const waiting = [];
let judging = false;
function press(name, value) {
  waiting.push([current, name, value]);
  next();
}
function next() {
  while (!judging && waiting.length) {
    const [key, name, value] = waiting.shift();
    const button = cardOf(key)?.querySelector(`button[name="${name}"][value="${value}"]`);
    judging = Boolean(button);
    button?.click();
  }
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (!cards.contains(event.detail.elt)) return;
  judging = false;
  next();
});
for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failed, () => {
    judging = false;
    waiting.length = 0;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "j" || event.key === "k") {
    const step = event.key === "j" ? 1 : -1;
    const place = current === null ? (step === 1 ? 0 : order.length - 1) : order.indexOf(current) + step;
    choose(order[Math.max(0, Math.min(order.length - 1, place))], { scroll: true });
  } else if (current !== null && event.key === "a") press("verdict", "accept");
  else if (current !== null && event.key === "x") press("verdict", "reject");
  else if (current !== null && /^[1-6]$/.test(event.key)) {
    if (cardOf(current)?.dataset.status === "proposed") press("verdict", "accept");
    press("credibility", event.key);
  }
  else return;
  event.preventDefault();
});

// A judged claim comes back as a new card: its marks in the text follow. While htmx settles, it puts back the card's own
// classes, so what is current is shown only then.
document.addEventListener("htmx:afterSettle", () => {
  for (const card of cards.querySelectorAll("[data-key]")) {
    for (const mark of marksOf(card.dataset.key)) {
      if (mark.dataset.keys.split(" ")[0] !== card.dataset.key) continue;
      mark.classList.remove("proposed", "accepted", "rejected");
      mark.classList.add(card.dataset.status ?? "proposed");
    }
  }
  if (current) choose(current);
  const left = cards.querySelectorAll('[data-status="proposed"]').length;
  document.getElementById("claims-open").textContent = left ? `, ${left} to judge` : ", all judged";
});

const linked = location.hash.match(/^#claim-(.+)$/);
if (linked) choose(decodeURIComponent(linked[1]), { scroll: true });
cards.dataset.ready = "yes";
