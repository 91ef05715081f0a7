// What is on the page without it stays: this filters, swaps texts that the program wrote, and moves the focus.
(() => {
"use strict";
const one = (s, r = document) => r.querySelector(s), all = (s, r = document) => [...r.querySelectorAll(s)];
const root = document.documentElement, data = JSON.parse(one("#data").textContent);
const controls = one("#controls");
controls.hidden = false;

// ---- theme
const themes = ["auto", "light", "dark"], theme = one("#theme");
const say = () => theme.setAttribute("aria-label", theme.title = data.words.theme[root.dataset.theme]);
theme.addEventListener("click", () => {
  root.dataset.theme = themes[(themes.indexOf(root.dataset.theme) + 1) % 3];
  say();
});
say();

// ---- a member of a dimension: every text that differs comes ready-made
const slice = one("#slice"), banner = one("#of-slice"), picture = one("#fishbone .pic");
const put = (place, row) => {
  const status = row && row.status;
  if (status) place.dataset.status = status; else delete place.dataset.status;
  all("[data-glyph]", place).forEach(use => status ? use.setAttribute("href", "#g-" + status) : use.removeAttribute("href"));
  all("[data-t]", place).forEach(text => {
    const key = text.dataset.t;
    text.textContent = key === "word" ? (status ? data.words.status[status] : data.words.absent) : row && row[key] || "";
  });
};
const choose = () => {
  const chosen = data.slices[slice.value];
  all("[data-subject]").filter(place => !place.closest("#fishbone")).forEach(place => put(place, chosen.rows[place.dataset.subject]));
  const template = one(`#fishbone template[data-slice="${slice.value}"]`);
  one("#fishbone .pic").replaceWith(template ? template.content.firstElementChild.cloneNode(true) : picture);
  bind();
  all("[data-count]").forEach(place => place.textContent = chosen.counts[place.dataset.count] ?? 0);
  one("#says").textContent = chosen.says;
  root.toggleAttribute("data-sliced", chosen !== data.slices[0]);
  banner.hidden = chosen === data.slices[0];
  one("span", banner).textContent = chosen.title;
  filter();
};

// ---- filter by status and by words
const status = one("#status"), search = one("#search"), found = one("#found");
const lines = all("#scoreboard tbody tr"), isHead = line => line.classList.contains("f");
let bones = [];
const filter = () => {
  const word = search.value.trim().toLowerCase(), wanted = status.value;
  const active = word !== "" || wanted !== "", shown = new Set(), indicators = new Set();
  for (const line of lines.filter(line => !isHead(line))) {
    indicators.add(line.dataset.subject);
    const fits = (!wanted || line.dataset.status === wanted) && [line.textContent, line.dataset.name, line.dataset.owner].join(" ").toLowerCase().includes(word);
    line.toggleAttribute("data-out", active && !fits);
    if (fits) shown.add(line.dataset.subject);
  }
  // A heading stays while anything below it does.
  let depths = [];
  for (const line of [...lines].reverse()) {
    const depth = +line.dataset.depth;
    if (isHead(line)) {
      const kept = depths.some(d => d > depth);
      line.toggleAttribute("data-out", active && !kept);
      depths = depths.filter(d => d <= depth);
      if (kept) depths.push(depth);
    } else if (!line.hasAttribute("data-out")) depths.push(depth);
  }
  all(".i, #attention tbody tr").forEach(place => place.toggleAttribute("data-out", active && !shown.has(place.dataset.for)));
  bones.forEach(bone => bone.classList.toggle("dim", active && !shown.has(bone.dataset.subject)));
  found.textContent = active ? data.words.found.replace("{}", shown.size).replace("{}", indicators.size) : "";
};
if (slice) slice.addEventListener("change", choose);
status.addEventListener("change", filter);
search.addEventListener("input", filter);
one("button", banner).addEventListener("click", () => { slice.value = "0"; choose(); slice.focus(); });

// ---- there and back: a link to an indicator, and Esc
const origins = [];
const open = (id, from) => {
  const target = document.getElementById(id);
  if (!target) return;
  if (target.hasAttribute("data-out")) { search.value = status.value = ""; filter(); }
  if (bones.includes(from)) enter(from);
  origins.push([from, scrollX, scrollY]);
  target.scrollIntoView();
  target.focus({ preventScroll: true });
};
document.addEventListener("click", event => {
  const link = event.target.closest("a[href^='#i-']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const href = link.getAttribute("href");
  event.preventDefault();
  open(href.slice(1), link);
});

// ---- the fishbone is one tab stop
const enter = place => {
  bones.forEach(b => b.setAttribute("tabindex", b === place ? "0" : "-1"));
  place.focus();
  place.scrollIntoView({ block: "nearest", inline: "nearest" });
};
const bind = () => {
  bones = all("#fishbone a.indicator, #fishbone a.alias");
  bones.forEach((bone, n) => bone.setAttribute("tabindex", n ? "-1" : "0"));
  // Where it is wider than the page, the head is seen first.
  one("#fishbone .pic").scrollLeft = 1e6;
};
bind();
const middle = bone => { const r = bone.getBoundingClientRect(); return [r.right, (r.top + r.bottom) / 2]; };
const walk = (from, x, y) => {
  const [fx, fy] = middle(from);
  let best = null, least = Infinity;
  for (const bone of bones) {
    const [bx, by] = middle(bone), ahead = (bx - fx) * x + (by - fy) * y, aside = Math.abs((bx - fx) * y) + Math.abs((by - fy) * x);
    // To the side is to another bone, whose rows lean the same way.
    const own = x !== 0 && bone.closest(".bone") === from.closest(".bone");
    if (bone !== from && !own && ahead > 4 && ahead + 4 * aside < least) { least = ahead + 4 * aside; best = bone; }
  }
  return best;
};
const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target, bone = bones.includes(at) ? at : null;
  if (event.key === "/" && !at.closest("input, select, textarea")) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape") {
    if (at === search && search.value) { search.value = ""; filter(); return; }
    const origin = origins.pop();
    if (origin) { scrollTo({ left: origin[1], top: origin[2], behavior: "instant" }); origin[0].focus({ preventScroll: true }); }
    else if (at === search) search.blur();
  } else if (bone && ways[event.key]) {
    event.preventDefault();
    const n = bones.indexOf(bone), forward = event.key === "ArrowRight" || event.key === "ArrowDown";
    const next = walk(bone, ...ways[event.key]) || bones[n + (forward ? 1 : -1)];
    if (next) enter(next);
  } else if (bone && (event.key === "Home" || event.key === "End")) {
    event.preventDefault();
    enter(bones.at(event.key === "Home" ? 0 : -1));
  }
});
})();
