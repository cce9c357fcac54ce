// Keeps the schedule of the coming two weeks for when there is no network, and shows it then, saying so.
// Everything else goes to the network as if this file were not there. What is kept belongs to one
// sign-in: it goes with signing out, with signing in, and as soon as the server asks who one is.
const KEPT = "kept";
const LIST = "/schedule/kept/";
const INSTEAD = "/schedule/offline/";
const LONGEST = 14 * 24 * 60 * 60 * 1000; // milliseconds
const KEPT_AT = "X-Kept-At";

let clearings = 0;
let keeping = null;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data !== "keep") return;
  keeping ??= keep().finally(() => { keeping = null; });
  event.waitUntil(keeping);
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method !== "GET") {
    if (pathname.startsWith("/accounts/")) event.waitUntil(clear());
  } else if (request.mode === "navigate") {
    event.respondWith(visit(request, pathname));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
  }
});

async function visit(request, pathname) {
  try {
    const answer = await fetch(request);
    if (pathname === "/accounts/login/") await clear();
    return answer;
  } catch {
    return (await asKept(request.url)) ?? (await asKept(INSTEAD)) ?? Response.error();
  }
}

async function clear() {
  clearings += 1;
  for (const name of await caches.keys()) await caches.delete(name);
}

async function keep() {
  const cache = await caches.open(KEPT);
  const last = await cache.match(LIST);
  const headers = last ? { "If-None-Match": last.headers.get("ETag") } : {};
  let list;
  try {
    list = await fetch(LIST, { headers, redirect: "manual" });
  } catch {
    return; // no network: what there is stays
  }
  if (list.status === 304) return;
  await clear();
  if (!list.ok) return; // as when one has to sign in
  const began = clearings;
  const { pages } = await list.clone().json();
  const found = [];
  const frame = new Set();
  for (const address of pages) {
    const page = await fetch(address, { redirect: "manual" }).catch(() => null);
    if (!page?.ok) return;
    const text = await page.text();
    for (const [, file] of text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)) frame.add(file);
    found.push([address, new Response(text, { headers: stamped(page) })]);
  }
  found.push(...(await Promise.all([...frame].map(async (file) => [file, await fetch(file)]))));
  found.push([LIST, list]); // last: what was broken off is begun anew
  if (began !== clearings) return; // somebody signed out meanwhile
  const anew = await caches.open(KEPT);
  for (const [address, answer] of found) await anew.put(address, answer);
  if (began !== clearings) await caches.delete(KEPT);
}

function stamped(page) {
  return { "Content-Type": page.headers.get("Content-Type"), [KEPT_AT]: String(Date.now()) };
}

async function asKept(address) {
  const page = await caches.match(address);
  const keptAt = Number(page?.headers.get(KEPT_AT));
  if (!keptAt || Date.now() - keptAt > LONGEST) return null;
  const text = await page.text();
  const language = text.match(/<html lang="([^"]+)"/)?.[1].replace(/^en$/, "en-GB");
  const when = new Date(keptAt);
  const style = { dateStyle: "full", timeStyle: "short", timeZone: "Europe/Rome" };
  const words = new Intl.DateTimeFormat(language, style).format(when);
  const said = text
    .replace(/(<p[^>]* id="offline"[^>]*) hidden>/, "$1>")
    .replace("<time>–</time>", `<time datetime="${when.toISOString()}">${words}</time>`);
  return new Response(said, { headers: { "Content-Type": page.headers.get("Content-Type") } });
}
