/* Counts frames and long tasks between start() and stop(), and tells where the benchmark's hand can take hold. */
(() => {
  const tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask", buffered: true });
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  let counting = false;
  let frames = 0;
  let from = 0;
  window.probe = {
    /** [navigation to load event, load event to two frames after the drawing is there], in ms. */
    async usable() {
      await frame();
      await frame();
      const loaded = performance.getEntriesByType("navigation")[0].loadEventEnd;
      return [loaded, performance.now() - loaded];
    },
    /** Calls of the API while opening, with their time in ms: what of the wait is the server's. */
    answers() {
      return performance.getEntriesByType("resource").filter((each) => each.name.includes("/api/v1/"))
        .map((each) => [new URL(each.name).pathname, each.duration]);
    },
    start() {
      tasks.length = 0;
      frames = 0;
      from = performance.now();
      counting = true;
      const tick = () => { frames += 1; if (counting) requestAnimationFrame(tick); };
      requestAnimationFrame(tick);
    },
    async stop() {
      await frame();
      await frame();
      await new Promise((done) => setTimeout(done, 50));
      counting = false;
      const own = tasks.filter((task) => task.startTime + task.duration > from).map((task) => task.duration);
      return [frames, performance.now() - from, own.reduce((sum, each) => sum + each, 0), Math.max(0, ...own)];
    },
    zoom() {
      const text = document.querySelector(".react-flow__viewport").style.transform;
      return Number(/scale\(([\d.]+)\)/.exec(text)?.[1] ?? 1);
    },
    empty() {
      for (let y = 450; y < 700; y += 7) {
        const at = document.elementFromPoint(700, y);
        if (at?.classList.contains("react-flow__pane")) return [700, y];
      }
      return [700, 450];
    },
    /** The middle of a step that is well inside the picture: by the drawing, since not every step is an element. */
    card(layout, width, height) {
      const pane = document.querySelector(".react-flow").getBoundingClientRect();
      const moved = new DOMMatrix(document.querySelector(".react-flow__viewport").style.transform);
      for (const [id, place] of Object.entries(layout)) {
        const x = pane.x + moved.e + (place.x + width / 2) * moved.a;
        const y = pane.y + moved.f + (place.y + height / 2) * moved.a;
        if (x > 500 && y > 200 && x < 900 && y < 650) return [id, x, y];
      }
      return ["", 700, 450];
    },
  };
})();
