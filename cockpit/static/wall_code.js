// The page of a screen that waits to become a wall: asks every few seconds what to show, and goes on once it is let in.
// What the server says is shown as text only.

const page = document.querySelector("main.ask");
const [code, left, said] = [".code b", ".left", "p.said[role=alert]"].map((name) => page.querySelector(name));

const put = (place, text) => {
  if (place.textContent !== text) place.textContent = text;
};

const show = ({ code: shown, seconds, said: words }) => {
  const minutes = Math.ceil((seconds ?? 0) / 60);
  if (shown) put(code, shown);
  if (shown) put(left, minutes > 1 ? page.dataset.left.replace("{n}", minutes) : page.dataset.last);
  put(said, words ?? "");
  said.hidden = !words;
  page.classList.toggle("lost", Boolean(words));
};

const ask = async () => {
  let told = { said: page.dataset.lost };
  try {
    const answer = await fetch(page.dataset.ask, { method: "POST", cache: "no-store" });
    told = await answer.json();
  } catch {
    // the server or the network is away: the code may hold still, and it is asked again
  }
  if (/^\/(?![/\\])/.test(told.go ?? "")) return location.replace(told.go);
  show(told);
  return setTimeout(ask, 1000 * Number(page.dataset.every));
};

ask();
