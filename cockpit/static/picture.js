// A picture: server-made markup shown as it is, clicks and choices sent back as one value.
// What comes from data is shown as text only: tooltips by textContent, never as markup.

const kept = new Map(); // key of a picture -> what survives a rerun: the order of its tables, zoom and place of its map
const fetched = new Map(); // address -> text of shapes that were fetched once

const tip = () => {
  let box = document.getElementById("cockpit-tip");
  if (!box) {
    box = document.createElement("div");
    box.id = "cockpit-tip";
    box.setAttribute("role", "tooltip");
    document.querySelector(".stApp").append(box);
  }
  return box;
};

const showTip = (target, x, y) => {
  const box = tip();
  box.textContent = target.dataset.tip;
  box.style.display = "block";
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 8))}px`;
  box.style.top = `${y + 18 + height > innerHeight ? y - height - 10 : y + 18}px`;
};
const hideTip = () => {
  tip().style.display = "none";
};

// ---- tables: a th with data-sort ("text" or "number") sorts its table; rows without a value stay last
const sortTable = (table, column, descending) => {
  const head = table.tHead.rows[table.tHead.rows.length - 1];
  const isNumber = head.cells[column].dataset.sort === "number";
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent;
  const sign = descending ? -1 : 1;
  rows.sort((a, b) => {
    const [p, q] = [value(a), value(b)];
    if (p === "" || q === "") return (p === "") - (q === "");
    return sign * (isNumber ? Number(p) - Number(q) : p.localeCompare(q, "zh-CN"));
  });
  body.append(...rows);
  for (const cell of head.cells) cell.removeAttribute("aria-sort");
  head.cells[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
};

const onSort = (root, state, header) => {
  const table = header.closest("table");
  const index = [...root.querySelectorAll("table")].indexOf(table);
  const before = header.getAttribute("aria-sort");
  const descending = before ? before === "ascending" : header.dataset.sort === "number";
  state.sorts = { ...state.sorts, [index]: [header.cellIndex, descending] };
  sortTable(table, header.cellIndex, descending);
};

// ---- shapes: outlines by address (kept by the browser), painted with the values of this run
const paint = (group) => {
  const values = JSON.parse(group.dataset.values || "{}");
  const { before } = group.dataset;
  for (const shape of group.querySelectorAll("[data-id]")) {
    const [style, text] = values[shape.dataset.id] ?? ["a cnone", ""];
    shape.setAttribute("class", style);
    shape.dataset.tip = [shape.dataset.name, text].filter(Boolean).join("\n");
    shape.setAttribute("aria-label", shape.dataset.tip.replaceAll("\n", ", "));
    shape.setAttribute("role", "button");
    shape.setAttribute("tabindex", "0");
    shape.dataset.go = before + encodeURIComponent(shape.dataset.token);
  }
};

const filled = (root) =>
  new Map([...root.querySelectorAll("[data-shapes][data-ready]")].map((group) => [group.dataset.shapes, [...group.childNodes]]));

const fill = async (group, before) => {
  const address = group.dataset.shapes;
  const nodes = before.get(address); // of the drawing before: not parsed again
  if (!nodes && !fetched.has(address)) {
    const answer = await fetch(address);
    if (!answer.ok) return;
    fetched.set(address, await answer.text());
  }
  before.delete(address);
  if (nodes) group.append(...nodes);
  else group.innerHTML = fetched.get(address);
  if (group.dataset.values) paint(group);
  group.dataset.ready = "1";
};

// ---- a map: one transform for all its layers (the drawing here and the heat that lies over it)
const hasWebGL = () => {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
};

const stackOf = (root) => root.closest("[class*='st-key-mapstack']");

const place = (stack, state) => {
  const { fit = 1, zoom = 1, x = 0, y = 0 } = state;
  stack.style.setProperty("--fit", fit);
  stack.style.setProperty("--zoom", zoom);
  stack.style.setProperty("--x", `${x}px`);
  stack.style.setProperty("--y", `${y}px`);
};

const clampPlace = (state, width, height) => {
  const [w, h] = [width * state.fit, height * state.fit];
  state.x = Math.min(0, Math.max(w - w * state.zoom, state.x));
  state.y = Math.min(0, Math.max(h - h * state.zoom, state.y));
};

const zoomAt = (state, factor, px, py, width, height) => {
  const next = Math.min(10, Math.max(1, state.zoom * factor));
  const change = next / state.zoom;
  state.x = px - (px - state.x) * change;
  state.y = py - (py - state.y) * change;
  state.zoom = next;
  clampPlace(state, width, height);
};

const setUpMap = (root, state) => {
  document.documentElement.dataset.webgl ??= hasWebGL() ? "yes" : "no";
  const map = root.querySelector("[data-map]");
  const stack = map && stackOf(root);
  if (!stack) return;
  const [width, height] = map.dataset.map.split(" ").map(Number);
  const { frame } = map.dataset;
  if (state.frame !== frame) Object.assign(state, { frame, zoom: 1, x: 0, y: 0 });
  state.watch?.disconnect();
  state.watch = new ResizeObserver(() => {
    state.fit = map.clientWidth / width;
    map.style.height = `${height * state.fit}px`;
    clampPlace(state, width, height);
    place(stack, state);
  });
  state.watch.observe(map);
  let from = null;
  map.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = map.getBoundingClientRect();
    zoomAt(state, Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top, width, height);
    place(stack, state);
  }, { passive: false });
  map.addEventListener("pointerdown", (event) => {
    if (event.button || event.target.closest("button")) return;
    from = { x: event.clientX - state.x, y: event.clientY - state.y, at: [event.clientX, event.clientY] };
    state.dragged = false;
  });
  map.addEventListener("pointermove", (event) => {
    if (!from) return;
    if (Math.hypot(event.clientX - from.at[0], event.clientY - from.at[1]) > 4) state.dragged = true;
    if (!state.dragged) return;
    map.setPointerCapture(event.pointerId);
    state.x = event.clientX - from.x;
    state.y = event.clientY - from.y;
    clampPlace(state, width, height);
    place(stack, state);
  });
  map.addEventListener("pointerup", () => {
    from = null;
  });
  for (const button of map.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      const factor = Number(button.dataset.zoom);
      if (factor) zoomAt(state, factor, (width * state.fit) / 2, (height * state.fit) / 2, width, height);
      else Object.assign(state, { zoom: 1, x: 0, y: 0 });
      place(stack, state);
    });
  }
};

const nextDay = (day) => {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + 1);
  return moved.toISOString().slice(0, 10);
};

// ---- a field that offers names: the one that was typed, else the only one (or the first) that holds the text
const pick = (field) => {
  const wanted = field.value.trim().toLowerCase();
  const names = [...(document.getElementById(field.dataset.pick)?.options ?? [])];
  const text = (name) => name.value.toLowerCase();
  const found = wanted && (names.find((name) => text(name) === wanted) ?? names.find((name) => text(name).includes(wanted)));
  field.setCustomValidity(wanted && !found ? field.dataset.miss : "");
  field.reportValidity();
  return found ? found.dataset.go : undefined;
};

// ---- another picture of the page, whose rows a click changes: a click far above it would seem to do nothing
const intoView = (key) =>
  document.querySelector(`[class*="st-key-panel_"]:has(.st-key-${key})`)?.scrollIntoView({ block: "start" });

const listen = (root, state) => {
  addEventListener("hashchange", () => goToPart(root));
  const go = ({ dataset }) => {
    if ("top" in dataset) document.querySelector("[data-testid='stMain']")?.scrollTo({ top: 0 });
    if ("into" in dataset) intoView(dataset.into);
    root.send(dataset.go);
  };
  const send = (value) => root.send(value);
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) return window.print();
    const only = event.target.closest("[data-only]");
    if (only) return pressOnly(only);
    if (event.target.closest("a[href]:not([data-go])")) return undefined;
    const sorter = event.target.closest("th[data-sort]");
    if (sorter) return onSort(root, state, sorter);
    const target = event.target.closest("[data-go]");
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
    event.preventDefault();
    if (state.dragged) {
      state.dragged = false;
      return undefined;
    }
    hideTip();
    return go(target);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTip();
    onArrow(event);
    if (event.key !== "Enter" && event.key !== " ") return;
    const target = event.target.closest("[data-go], th[data-sort]");
    if (!target || ["A", "BUTTON"].includes(event.target.tagName)) return;
    event.preventDefault();
    if (target.dataset.sort) onSort(root, state, target);
    else go(target);
  });
  root.addEventListener("change", (event) => {
    const { target } = event;
    if (target.matches("select[data-choose]")) send(target.value);
    if (target.matches("input[data-pick]")) {
      const go = pick(target);
      if (go) send(go);
    }
    if (target.matches("input[data-before]") && target.value) {
      const value = target.dataset.after === "next-day" ? nextDay(target.value) : target.value;
      send(target.dataset.before + encodeURIComponent(value));
    }
  });
  root.addEventListener("submit", (event) => {
    const { send: name } = event.target.dataset;
    if (!name) return; // a form of our own that the browser posts, such as signing out
    event.preventDefault();
    send(`${name}?${new URLSearchParams(new FormData(event.target))}`);
  });
  root.addEventListener("input", (event) => {
    if (event.target.matches("input[data-pick]")) event.target.setCustomValidity("");
    if (event.target.matches("input[data-filter]")) filterWords(event.target);
  });
  root.addEventListener("pointermove", (event) => {
    const target = event.target.closest("[data-tip]");
    if (target && event.pointerType !== "touch") showTip(target, event.clientX, event.clientY);
    else hideTip();
  });
  root.addEventListener("pointerleave", hideTip);
  root.addEventListener("focusin", (event) => {
    const target = event.target.closest("[data-tip]");
    if (!target || !target.matches(":focus-visible")) return;
    const box = target.getBoundingClientRect();
    showTip(target, box.left + box.width / 2, box.top + box.height / 2);
  });
  root.addEventListener("focusout", hideTip);
};

// ---- a file for the server: sent as it is, with the word of this page; what the server says is shown as text
const sendFile = (root, box, file) => {
  const [said, bar, stop] = [".up-said", ".up-sent", ".up-stop"].map((name) => box.querySelector(name));
  const tell = (text, isFault = false) => {
    said.textContent = text;
    said.classList.toggle("up-fault", isFault);
  };
  const end = (text) => {
    box.classList.remove("busy");
    bar.hidden = stop.hidden = true;
    tell(text, Boolean(text));
  };
  if (file.size > Number(box.dataset.most)) return tell(box.dataset.large, true);
  const request = new XMLHttpRequest();
  request.open("POST", box.dataset.upload);
  request.setRequestHeader("x-upload-ticket", box.dataset.ticket);
  request.setRequestHeader("x-upload-name", encodeURIComponent(file.name.slice(0, 200).toWellFormed?.() ?? file.name.slice(0, 200)));
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.addEventListener("progress", (event) => {
    bar.value = event.total ? (100 * event.loaded) / event.total : 0;
    tell(`${box.dataset.busy} ${Math.round(bar.value)} %`);
  });
  request.addEventListener("load", () => {
    if (request.status === 200) root.send("received");
    else end(request.responseText.slice(0, 300) || box.dataset.lost);
  });
  for (const kind of ["error", "abort"]) request.addEventListener(kind, () => end(box.dataset.lost));
  box.classList.add("busy");
  bar.hidden = stop.hidden = false;
  stop.onclick = () => request.abort();
  tell(box.dataset.busy);
  request.send(file);
  return undefined;
};

const setUpUpload = (root) => {
  const box = root.querySelector("[data-upload]");
  if (!box) return;
  const field = box.querySelector("input[type=file]");
  field.addEventListener("change", () => field.files[0] && sendFile(root, box, field.files[0]));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    box.addEventListener(kind, (event) => {
      event.preventDefault();
      box.classList.toggle("over", kind === "dragover");
      const [file] = kind === "drop" ? event.dataTransfer.files : [];
      if (file && !box.classList.contains("busy")) sendFile(root, box, file);
    });
  }
};

// ---- a table of links (data-cells): one stop of the tab key, arrows go from cell to cell
const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const linesOf = (table) =>
  [...table.querySelectorAll("tbody tr, tfoot tr")].map((row) => [...row.querySelectorAll("a[href]")]).filter((links) => links.length);

const setUpCells = (root) => {
  for (const table of root.querySelectorAll("table[data-cells]")) {
    linesOf(table).flat().forEach((link, index) => (link.tabIndex = index ? -1 : 0));
  }
};

const onArrow = (event) => {
  const table = event.target.closest("table[data-cells]");
  if (!table || !arrows[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  const lines = linesOf(table);
  const row = lines.findIndex((links) => links.includes(event.target));
  if (row === -1) return;
  const [down, right] = arrows[event.key];
  const next = lines[row + down]?.[lines[row].indexOf(event.target) + right];
  event.preventDefault();
  if (!next) return;
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
};

// ---- a field that filters (data-filter names the place): what does not hold every word is hidden, and its empty group too;
// a pressed button beside it (data-only) leaves what is of that use
const filterWords = (field) => {
  const text = field.value.normalize("NFKC").replace(/[\u2010-\u2015\u2212]/g, "-").toLowerCase();
  const wanted = text.split(/\s+/).filter(Boolean);
  const only = field.parentElement.querySelector("[data-only][aria-pressed=true]")?.dataset.only;
  const all = document.getElementById(field.dataset.filter);
  if (!all) return;
  let found = 0;
  for (const one of all.querySelectorAll("[data-words]")) {
    one.hidden = !wanted.every((word) => one.dataset.words.includes(word)) || Boolean(only && one.dataset.use !== only);
    if (!one.hidden) found += 1;
  }
  for (const group of all.querySelectorAll("[data-words-group]")) {
    group.hidden = !group.querySelector("[data-words]:not([hidden])");
  }
  const none = all.querySelector("[data-none]");
  if (none) none.hidden = found > 0;
  field.parentElement.querySelector("[role=status]").textContent =
    wanted.length || only ? field.dataset.found.replace("{n}", found) : "";
};

const pressOnly = (button) => {
  const isOn = button.getAttribute("aria-pressed") !== "true";
  for (const one of button.parentElement.children) one.setAttribute("aria-pressed", String(isOn && one === button));
  filterWords(button.closest(".filters").querySelector("input[data-filter]"));
};

// ---- the part of the page that the address names after #: brought into view once it is drawn
const goToPart = (root) => {
  const named = decodeURIComponent(location.hash.slice(1));
  const part = named && [...root.querySelectorAll("[id]")].find((one) => one.id === named);
  if (!part) return;
  for (const one of root.querySelectorAll(".here")) one.classList.remove("here");
  part.classList.add("here");
  part.scrollIntoView({ block: "start" });
};

// ---- times that run by themselves: each second, also while the server sends nothing
const SCALES = [600, 1200, 3600, 14400]; // how long a bar of a limited time is, in seconds: the first that holds it
const SHORT = 120; // seconds left of a limited time from which on it is marked
const told = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

const run = (node, now) => {
  const { since, until, pace, passed, limit } = node.dataset;
  const ends = until ? Math.min(now, Number(until)) : now;
  const lasted = pace === "0" ? Number(passed) : (ends - Number(since)) * Number(pace);
  const seconds = Math.max(0, Math.floor(lasted / 1000));
  if (node.seconds === seconds) return;
  node.seconds = seconds;
  node.dataset.digits = told(seconds).length;
  const [left, over] = [Math.max(0, limit - seconds), Math.max(0, seconds - limit)];
  for (const part of node.querySelectorAll("[data-t]")) {
    part.textContent = part.dataset.t.replace("{t}", told(seconds)).replace("{left}", told(left)).replace("{over}", told(over));
  }
  if (!limit) return;
  const scale = SCALES.find((length) => seconds <= length) ?? SCALES.at(-1);
  node.classList.toggle("over", over > 0);
  node.classList.toggle("short", !until && over === 0 && left <= SHORT);
  node.dataset.scale = scale;
  node.style.setProperty("--inside", Math.min(seconds, limit, scale) / scale);
  node.style.setProperty("--beyond", Math.min(over, scale - limit) / scale);
  node.style.setProperty("--limit", limit / scale);
};

const setUpClocks = (root) => {
  clearInterval(root.clocks);
  clearTimeout(root.again);
  const again = root.querySelector("[data-again]");
  if (again) root.again = setTimeout(() => root.send("again"), Number(again.dataset.again) * 1000);
  const running = [...root.querySelectorAll("[data-since]")];
  if (!running.length) return;
  const tick = () => {
    if (!root.isConnected) return clearInterval(root.clocks);
    const now = Date.now() + (root.ahead ?? 0);
    for (const node of running) run(node, now);
    return undefined;
  };
  tick();
  root.clocks = setInterval(tick, 200);
};

// ---- an open menu closes on Escape and when the focus or a click goes elsewhere
const closeMenus = (event) => {
  for (const menu of document.querySelectorAll(".picture details.menu[open]")) {
    if (event.type === "keydown" ? event.key === "Escape" : !menu.contains(event.target)) menu.open = false;
  }
};
for (const kind of ["keydown", "pointerdown", "focusin"]) document.addEventListener(kind, closeMenus);

export default function ({ data, parentElement, key, setTriggerValue }) {
  if (data.leave && /^\/(?![/\\])/.test(data.leave)) return location.assign(data.leave);
  let root = parentElement.querySelector(":scope > .picture");
  const name = data.key ?? key;
  if (!kept.has(name)) kept.set(name, {});
  const state = kept.get(name);
  if (!root) {
    root = document.createElement("div");
    root.className = "picture";
    parentElement.append(root);
    listen(root, state);
  }
  root.send = (value) => setTriggerValue("go", value);
  if (data.lang) document.documentElement.lang = data.lang;
  if (data.at) {
    const ahead = data.at - Date.now(); // less by the way of the message: of several the quickest is right
    if (root.ahead === undefined || ahead > root.ahead || ahead < root.ahead - 1000) root.ahead = ahead;
  }
  if (root.markup !== data.markup) {
    root.markup = data.markup;
    const before = filled(root);
    root.innerHTML = data.markup;
    for (const group of root.querySelectorAll("[data-shapes]")) fill(group, before);
    for (const [index, order] of Object.entries(state.sorts ?? {})) {
      const table = root.querySelectorAll("table")[index];
      if (table?.tHead && order[0] < table.tHead.rows[0].cells.length) sortTable(table, ...order);
    }
    setUpMap(root, state);
    setUpUpload(root);
    setUpCells(root);
    for (const field of root.querySelectorAll("input[data-filter]")) if (field.value) filterWords(field);
    setUpClocks(root);
    goToPart(root);
  }
  return undefined;
}
