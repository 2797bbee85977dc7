"use strict";

// Pages work from a file, without a network. Text of a corpus gets into the page as text nodes only.

const BATCH = 100; // items added at a time
const CONTEXT = 30; // words beside a span; the style fades those without room

function element(name, className = "", ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

// Language and theme: the browser's own, until a button is pressed.

function chooseLanguage() {
  const root = document.documentElement;
  root.lang = (navigator.language || "en").startsWith("zh") ? "zh-Hans" : "en";
  document.getElementById("language").addEventListener("click", () => {
    root.lang = root.lang === "en" ? "zh-Hans" : "en";
  });
}

function chooseTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  document.getElementById("theme").addEventListener("click", () => {
    const { dataset } = document.documentElement;
    const now = dataset.theme || (dark.matches ? "dark" : "light");
    dataset.theme = now === "dark" ? "light" : "dark";
  });
}

function inBothLanguages(en, zh) {
  const parts = [element("span", "en", en), element("span", "zh", zh)];
  parts[0].lang = "en";
  parts[1].lang = "zh-Hans";
  return parts;
}

// Segmentations. A row is a list of words; rows of the same text have the same characters.
// Lengths are in code points, as in Python, not in UTF-16 units, as in strings of JavaScript.

const length = (word) => [...word].length;

/** Return the ends of the words of a row. */
function endsOf(row) {
  let end = 0;
  return row.map((word) => (end += length(word)));
}

/** Return the words of a row from one boundary to another. */
function wordsBetween(row, ends, start, end) {
  const first = start === 0 ? 0 : ends.indexOf(start) + 1;
  return row.slice(first, ends.indexOf(end, first) + 1);
}

/** Return "merge", "split" or "cross": the difference of another row from the first of a span. */
function kindOf([gold, ...others]) {
  const other = others.find((row) => row.join(" ") !== gold.join(" ")) || gold;
  return other.length === 1 ? "merge" : gold.length === 1 ? "split" : "cross";
}

/** Draw rows above each other, aligned at every boundary of any of them. */
function stackOf(rows) {
  const ends = rows.map(endsOf);
  const lines = [0, ...new Set(ends.flat())].sort((a, b) => a - b);
  const stack = element("span", `stack ${kindOf(rows)}`);
  rows.forEach((row, r) => {
    row.forEach((word, w) => {
      const chip = element("span", r && row.join(" ") !== rows[0].join(" ") ? "differs" : "", word);
      const [start, end] = [w ? ends[r][w - 1] : 0, ends[r][w]];
      chip.style.gridArea = `${r + 1} / ${lines.indexOf(start) + 1} / auto / ${lines.indexOf(end) + 1}`;
      stack.append(chip);
    });
  });
  return stack;
}

/** Draw a whole sentence: words where all rows agree, stacks where they differ. */
function sentenceOf(rows, here) {
  const drawn = element("div", "sentence");
  const ends = rows.map(endsOf);
  const sets = ends.slice(1).map((each) => new Set(each));
  let start = 0;
  for (const end of ends[0].filter((bound) => sets.every((set) => set.has(bound)))) {
    const parts = rows.map((row, r) => wordsBetween(row, ends[r], start, end));
    const agreed = parts.every((words) => words.length === 1);
    const piece = agreed ? element("bdi", "", parts[0][0]) : stackOf(parts);
    if (start === here) piece.classList.add("here");
    drawn.append(piece, document.createElement("wbr"));
    start = end;
  }
  return drawn;
}

// Lists of spans where segmentations differ.

class Items {
  constructor(root) {
    this.root = root;
    this.name = root.id.replace(/-items$/, "");
    this.form = root.querySelector("form");
    this.list = root.querySelector(".list");
    this.more = root.querySelector(".more");
    this.data = JSON.parse(root.querySelector("script").textContent);
    this.total = this.data.sentence.length;
    this.split = new Map(); // sentences split into words
    this.form.addEventListener("input", () => this.update());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.more.addEventListener("click", () => this.extend());
    // A list that grew while it is scrolled past would hide the content below it.
    if (root.closest("section").matches(":last-of-type")) this.extendOnScroll();
    this.update();
  }

  extendOnScroll() {
    const near = new IntersectionObserver(([seen]) => seen.isIntersecting && this.extend(), {
      rootMargin: "600px",
    });
    near.observe(this.more);
  }

  /** Return the file and line of a sentence, its rows, and the ends of their words. */
  sentence(n) {
    if (!this.split.has(n)) {
      const [place, ...lines] = this.data.sentences[n];
      const rows = lines.map((line) => line.split(" "));
      this.split.set(n, { place, rows, ends: rows.map(endsOf) });
    }
    return this.split.get(n);
  }

  /** Return an item: its sentence, its span, and the words of all rows there. */
  item(i) {
    const sentence = this.sentence(this.data.sentence[i]);
    const whole = !this.data.start;
    const start = whole ? 0 : this.data.start[i];
    const end = whole ? sentence.ends[0].at(-1) : this.data.end[i];
    const parts = sentence.rows.map((row, r) => wordsBetween(row, sentence.ends[r], start, end));
    return { ...sentence, whole, start, end, parts };
  }

  /** Return the words of all rows as one string: equal for equal differences. */
  key(i) {
    this.keys ||= Array.from({ length: this.total }, (_, j) =>
      this.item(j).parts.map((words) => words.join(" ")).join("\n"));
    return this.keys[i];
  }

  // Selection and order of items

  update() {
    const asked = new FormData(this.form);
    const order = asked.get(`${this.name}-order`);
    const found = this.filtered(asked);
    this.groups = order === "same" ? this.grouped(found) : this.sorted(found, order).map((i) => [i]);
    const count = `${found.length.toLocaleString("en")} / ${this.total.toLocaleString("en")}`;
    this.form.querySelector("output").textContent = count;
    this.list.replaceChildren();
    this.extend();
  }

  filtered(asked) {
    const word = asked.get("word").trim();
    const wanted = Object.entries(this.data.facets)
      .map(([facet, values]) => [values, asked.get(`${this.name}-${facet}`)])
      .filter(([, value]) => value !== "")
      .map(([values, value]) => [values, Number(value)]);
    return Array.from({ length: this.total }, (_, i) => i).filter((i) =>
      wanted.every(([values, value]) => values[i] === value) && (!word || this.key(i).includes(word)));
  }

  sorted(found, order) {
    const [measure, sign] = order.split(":");
    const values = this.data.measures[measure];
    return values ? found.sort((a, b) => sign * (values[a] - values[b]) || a - b) : found;
  }

  /** Group equal differences, the most frequent first. */
  grouped(found) {
    const groups = Map.groupBy(found, (i) => this.key(i));
    return [...groups.values()].sort((a, b) => b.length - a.length || a[0] - b[0]);
  }

  // Display of items

  extend() {
    const shown = this.list.childElementCount;
    this.list.append(...this.groups.slice(shown, shown + BATCH).map((group) => this.line(group)));
    this.more.hidden = this.groups.length <= shown + BATCH;
  }

  line(group) {
    const item = this.item(group[0]);
    if (item.whole) return element("li", "", sentenceOf(item.rows), this.place(group));
    const details = element("details", "", element("summary", "", this.kwic(item), this.place(group)));
    details.addEventListener("toggle", () => this.unfold(details, group), { once: true });
    return element("li", "", details);
  }

  /** Draw a span with some words on either side. */
  kwic({ rows, ends, start, end, parts }) {
    const before = wordsBetween(rows[0], ends[0], 0, start).slice(-CONTEXT);
    const after = wordsBetween(rows[0], ends[0], end, ends[0].at(-1)).slice(0, CONTEXT);
    return element("div", "kwic",
      element("div", "before", element("span", "", before.join("\u2009"))),
      stackOf(parts),
      element("div", "after", element("span", "", after.join("\u2009"))));
  }

  /** Return its file and line and the confidence, or the number of equal items. */
  place(group) {
    if (group.length > 1) return element("div", "place", element("b", "", `× ${group.length}`));
    const [i] = group;
    const { place } = this.item(i);
    const line = /^\d+$/.test(place) ? [...inBothLanguages("line", "行"), ` ${place}`] : [place];
    // Rounded down: only certainty reads 100 %.
    const shares = Object.values(this.data.measures).map((of) => `${Math.floor(100 * of[i])} %`);
    return element("div", "place", ...[...shares.map((each) => [each]), line].map((parts) =>
      element("span", "", ...parts)));
  }

  /** Show the sentence of an item, or all items of a group. */
  unfold(details, group) {
    const { rows, start } = this.item(group[0]);
    details.append(group.length === 1 ? sentenceOf(rows, start)
      : element("ol", "places", ...group.map((i) => this.line([i]))));
  }

  /** Show the items with a word. */
  search(word) {
    this.form.reset();
    this.form.elements.word.value = word;
    this.update();
    this.root.closest("section").scrollIntoView();
    this.form.elements.word.focus({ preventScroll: true });
  }
}

chooseLanguage();
chooseTheme();
const lists = new Map();
for (const root of document.querySelectorAll(".items")) {
  const list = new Items(root);
  lists.set(list.name, list);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-word]");
  if (button) lists.get(button.dataset.items)?.search(button.dataset.word);
});
