// What keeps the wall alive: hears the bell, lets its fragment be drawn anew, ticks its clock, says when nothing arrives.
// It draws words of the catalogue only (textContent) and never a value of data.

const SILENT_MS = 15_000; // neither ring nor beat for so long: the line is cut
const RETRY_MS = 2_000; // after a stream was refused
const DEAF_MS = 5_000; // the stream is heard, the page has no line: it is loaded anew, at most once in RELOAD_GAP_MS
const STALLED_MS = 100_000; // no drawing for so long while the stream is heard
const RELOAD_GAP_MS = 60_000;
const LOADED = "cockpit-wall-loaded"; // when this page last loaded itself anew, over its reload

const wall = { heardAt: 0, drawnAt: 0, rungAt: 0, isWaiting: false, isRung: false, source: null, reloadAt: null, timer: null };
const now = () => performance.now();

// ---- the clock: a moment of the site that goes on while nothing arrives
const siteMoment = (at) => {
  const { clock } = wall.data;
  return clock.at + (at - wall.clockAt) * clock.speed;
};
const parts = (moment, zone) => {
  const told = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(moment);
  const part = Object.fromEntries(told.map(({ type, value }) => [type, value]));
  return { day: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}` };
};
const say = (element, text) => {
  if (element && text && element.textContent !== text) element.textContent = text;
};
const tick = () => {
  const { clock } = wall.data;
  const { day, time } = parts(siteMoment(now()), clock.zone);
  for (const element of document.querySelectorAll(".wall [data-clock]")) say(element, time);
  for (const element of document.querySelectorAll(".wall [data-day]")) say(element, clock.days[day]);
};

// ---- the mark of a cut line
const mark = () => {
  const isCut = now() - wall.heardAt > SILENT_MS;
  for (const root of document.querySelectorAll("main.wall")) {
    root.classList.toggle("cut", isCut);
    let badge = root.querySelector(":scope > .cut-since");
    if (!isCut) {
      badge?.remove();
      continue;
    }
    if (!badge) {
      badge = document.createElement("p");
      badge.className = "cut-since";
      badge.setAttribute("role", "status");
      root.append(badge);
    }
    const { time } = parts(siteMoment(wall.heardAt), wall.data.clock.zone);
    say(badge, `▢ ${wall.data.cut.replace("{time}", time)}`);
  }
};

// the letters of the mark come while the server is still there
const fetchLetters = () => {
  const root = document.querySelector("main.wall");
  if (!root || wall.hasLetters) return;
  wall.hasLetters = true;
  document.fonts.load(`700 34px ${getComputedStyle(root).fontFamily}`, `▢ ${wall.data.cut} 0123456789:`).catch(() => undefined);
};

// ---- drawn anew: one wish at a time, and the last ring is never lost
const draw = () => {
  if (wall.isWaiting && now() - wall.rungAt < DEAF_MS) {
    wall.isRung = true;
    return;
  }
  wall.isWaiting = true;
  wall.isRung = false;
  wall.rungAt = now();
  try {
    wall.trigger("ring", wall.rungAt);
  } catch {
    // the page's own line is down; it comes back by itself, or the page is loaded anew
  }
};

// ---- loaded anew: in the night, or when the page does not answer though the server does; never into a dead server
const load = async () => {
  if (wall.isLoading) return;
  wall.isLoading = true;
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5_000) });
    if (answer.ok) {
      sessionStorage.setItem(LOADED, String(Date.now()));
      location.reload();
    }
  } catch {
    // not now
  }
  setTimeout(() => (wall.isLoading = false), RELOAD_GAP_MS);
};
const mayLoad = () => Date.now() - Number(sessionStorage.getItem(LOADED) ?? 0) > RELOAD_GAP_MS;
const isConnected = () => document.querySelector("[data-test-connection-state]")?.dataset.testConnectionState === "CONNECTED";
const watch = () => {
  const isHeard = now() - wall.heardAt < SILENT_MS;
  const isDeaf = wall.isWaiting && now() - wall.rungAt > DEAF_MS && !isConnected(); // a slow server is only slow
  const isStalled = now() - wall.drawnAt > STALLED_MS;
  if (isHeard && (isDeaf || isStalled) && mayLoad()) load();
  if (wall.reloadAt !== null && now() > wall.reloadAt) load();
};

// ---- the stream
const hear = () => {
  clearTimeout(wall.again);
  wall.source?.close();
  const source = new EventSource(wall.data.address);
  wall.source = source;
  const heard = () => {
    wall.heardAt = now();
    mark();
  };
  source.addEventListener("ring", () => {
    heard();
    draw();
  });
  source.addEventListener("beat", heard);
  source.addEventListener("end", () => {
    draw(); // the session has ended: the page finds out by itself
    source.close();
    wall.again = setTimeout(hear, RETRY_MS * 2);
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    draw(); // refused: perhaps the session has ended before the stream began
    wall.again = setTimeout(hear, RETRY_MS);
  });
};

const end = () => {
  clearInterval(wall.timer);
  clearTimeout(wall.again);
  clearTimeout(wall.retry);
  wall.source?.close();
  Object.assign(wall, { source: null, timer: null });
};

const second = () => {
  if (!wall.place.isConnected) return end();
  for (const work of [fetchLetters, tick, mark, watch]) work();
};

export default function ({ data, parentElement, setTriggerValue }) {
  const isNew = data.run !== wall.data?.run || data.clock.at !== wall.data?.clock.at;
  Object.assign(wall, { data, place: parentElement, trigger: setTriggerValue });
  if (isNew) {
    Object.assign(wall, { drawnAt: now(), clockAt: now(), isWaiting: false });
    document.documentElement.dataset.wallVersion = data.version; // which state of the data is on the screen: for who measures
    if (data.reload_s !== null) wall.reloadAt = Math.min(wall.reloadAt ?? Infinity, now() + data.reload_s * 1000);
    clearTimeout(wall.retry);
    if (data.again_s) wall.retry = setTimeout(draw, data.again_s * 1000);
  }
  if (wall.source === null) {
    wall.heardAt = now();
    hear();
  }
  wall.timer ??= setInterval(second, 1_000);
  if (isNew && wall.isRung) draw();
  tick();
  mark();
  return undefined;
}
