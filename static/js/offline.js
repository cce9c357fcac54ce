// Asks the worker to keep the coming two weeks, or to see that they have not changed.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker
    .register("/worker.js")
    .then(() => navigator.serviceWorker.ready)
    .then((registration) => registration.active.postMessage("keep"))
    .catch(() => {}); // a private window may refuse: then there is nothing offline
}
