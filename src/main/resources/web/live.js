// The pushes page while it is open. Without this script a reload shows the same.
"use strict";
const running = document.querySelector("[data-live]");
if (running) {
  const events = new EventSource(running.dataset.live);
  events.addEventListener("running", e => { running.innerHTML = e.data; });
  events.addEventListener("ended", e => { document.getElementById("pushes").innerHTML = e.data; });
}
