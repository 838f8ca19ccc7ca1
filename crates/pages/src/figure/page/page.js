"use strict";
// Draws the figures of the page when they come near, and plays early stopping again. Every text comes from the page's data.
(() => {
  // A browser that cannot unpack Plotly shows what one without JavaScript does.
  if (!document.documentElement.classList.contains("js")) return;
  const LIGHTER = { "#0072B2": "#4aa3e0", "#D55E00": "#f0813a", "#009E73": "#2fbf95", "#767676": "#9aa4af" };
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const drawn = new Map();

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Series keep their hue; on dark paper they are lighter.
  function lit(value) {
    if (Array.isArray(value)) return value.map(lit);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, lit(inner)]));
    }
    if (typeof value !== "string" || !scheme.matches) return value;
    const clear = value.length === 9 ? value.slice(7) : "";
    return value[0] === "#" && LIGHTER[value.slice(0, 7)] ? LIGHTER[value.slice(0, 7)] + clear : value;
  }

  function dressed(panel) {
    const shown = lit(panel);
    const layout = shown.layout;
    const [ink, soft, grid, line] = ["--ink", "--soft", "--grid", "--axis"].map(css);
    layout.paper_bgcolor = "rgba(0,0,0,0)";
    layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { color: ink, family: css("--sans"), size: 12.5 };
    layout.hoverlabel = { bgcolor: css("--paper"), bordercolor: line, font: { color: ink } };
    for (const axis of [layout.xaxis, layout.yaxis]) {
      Object.assign(axis, { gridcolor: grid, linecolor: line, tickfont: { color: soft }, ticks: "outside", ticklen: 4, tickcolor: line });
      if (axis.type === "log") axis.dtick = "D1" === axis.dtick ? axis.dtick : undefined;
    }
    layout.xaxis.showline = true;
    layout.xaxis.showgrid = false;
    layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
    for (const text of layout.annotations || []) text.font = { color: ink, ...text.font };
    return shown;
  }

  const config = { responsive: true, displaylogo: false, displayModeBar: "hover", modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };

  // Plotly lies packed in the page; the first figure that comes near has it unpacked.
  async function unpack() {
    const packed = document.getElementById("plotly").textContent.split("\n")[1];
    const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  }
  let unpacked;

  async function draw(place, panel) {
    const { data, layout } = dressed(panel);
    drawn.set(place, panel);
    await (unpacked ||= unpack());
    await Plotly.react(place, data, layout, config);
    silence(place);
  }

  // Plotly's pictures lie in an element with a name: what is inside is silent, and its buttons are for pointers.
  function silence(place) {
    for (const picture of place.querySelectorAll(".main-svg")) picture.setAttribute("aria-hidden", "true");
    for (const button of place.querySelectorAll(".modebar-btn")) button.setAttribute("tabindex", "-1");
  }

  function drawFigure(figure) {
    const panels = JSON.parse(figure.querySelector("script.data").textContent);
    const places = [...figure.querySelectorAll(".plot")];
    const all = places.map((place, i) => draw(place, panels[i]));
    for (const box of figure.querySelectorAll(".switches input")) {
      box.addEventListener("change", () => {
        const [key, i] = box.dataset.axis === "x" ? ["xaxis", 0] : ["yaxis", 1];
        places.forEach((place, p) => {
          const panel = panels[p];
          if (!panel.can_switch[i]) return;
          const was = panel.layout[key].type;
          const type = box.checked ? "log" : "linear";
          if (was === type) return;
          panel.layout[key].type = type;
          // A range was given in the units of the other scale.
          const kept = panel.layout[key].range;
          delete panel.layout[key].range;
          if (panel.given === undefined) panel.given = { type: was, range: kept };
          if (panel.given.type === type && panel.given.range) panel.layout[key].range = panel.given.range;
          for (const text of panel.layout.annotations || []) {
            const [ref, at] = i === 0 ? [text.xref, "x"] : [text.yref, "y"];
            if (ref !== "paper") text[at] = box.checked ? Math.log10(text[at]) : 10 ** text[at];
          }
          draw(place, panel);
        });
      });
    }
    return Promise.all(all);
  }

  // Keras's EarlyStopping over the values of one number. A value of null is an epoch without it. Epochs count from 0.
  function replay(values, settings) {
    const delta = Math.abs(settings.min_delta || 0);
    const isBetter = settings.more_is_better ? (value, than) => value - delta > than : (value, than) => value + delta < than;
    const baseline = settings.baseline === null || settings.baseline === undefined ? null : Number(settings.baseline);
    let best = null;
    let wait = 0;
    let kept = null;
    for (let epoch = 0; epoch < values.length; epoch++) {
      if (values[epoch] === null || values[epoch] === undefined || epoch < (settings.start_from_epoch || 0)) continue;
      const value = Number(values[epoch]);
      if (settings.restore_best_weights && kept === null) kept = epoch;
      wait += 1;
      if (best === null || isBetter(value, best)) {
        best = value;
        if (settings.restore_best_weights) kept = epoch;
        if (baseline === null || isBetter(value, baseline)) wait = 0;
        continue;
      }
      if (wait >= settings.patience && epoch > 0) return { stopped: epoch, kept: kept === null ? epoch : kept };
    }
    return { stopped: null, kept: kept === null ? values.length - 1 : kept };
  }

  function startReplay(group) {
    const { monitored, texts } = JSON.parse(group.querySelector("script.data").textContent);
    const form = group.querySelector("form");
    const place = group.querySelector(".plot");
    const says = group.querySelector(".says");
    const number = (field, isOptional) => {
      const text = field.value.trim().replace(",", ".");
      const value = text === "" ? null : Number(text);
      const isWrong = value === null ? !isOptional : !Number.isFinite(value);
      field.setAttribute("aria-invalid", String(isWrong));
      return isWrong ? undefined : value;
    };
    const play = () => {
      const field = form.elements;
      const watched = monitored[Number(field.monitor.value)];
      for (const range of form.querySelectorAll("input[type=range]")) range.parentElement.querySelector("output").textContent = range.value;
      const [min_delta, baseline] = [number(field.min_delta, false), number(field.baseline, true)];
      if (!watched || min_delta === undefined || baseline === undefined) {
        says.textContent = texts.wrong;
        return;
      }
      const { stopped, kept } = replay(watched.values, {
        patience: Number(field.patience.value), min_delta, baseline, more_is_better: watched.more_is_better,
        start_from_epoch: Number(field.start_from_epoch.value), restore_best_weights: field.restore_best_weights.checked,
      });
      const said = stopped === null ? texts.finished : texts.stopped;
      says.textContent = said.replace("{stop}", stopped + 1).replace("{last}", watched.values.length).replace("{kept}", kept + 1);
      const panel = structuredClone(watched.panel);
      const mark = (epoch, text, colour, i) => {
        const line = { color: colour, width: 2, dash: i ? "dot" : "dash" };
        (panel.layout.shapes ||= []).push({ type: "line", xref: "x", yref: "paper", x0: epoch, x1: epoch, y0: 0, y1: 1, line });
        const isRight = epoch > watched.values.length * 0.7;
        (panel.layout.annotations ||= []).push({ text, x: epoch, xref: "x", xanchor: isRight ? "right" : "left", xshift: isRight ? -5 : 5, y: 1, yref: "paper", yanchor: "top", yshift: -18 * i, showarrow: false });
      };
      mark(kept + 1, texts.kept, "#009E73", 1);
      if (stopped !== null) mark(stopped + 1, texts.stop, "#D55E00", 0);
      if (group.dataset.near) draw(place, panel);
    };
    form.addEventListener("input", play);
    form.addEventListener("submit", (event) => event.preventDefault());
    play();
    return play;
  }

  const waiting = new Map();
  for (const figure of document.querySelectorAll("figure.figure")) waiting.set(figure, () => drawFigure(figure));
  for (const group of document.querySelectorAll(".replay")) {
    const play = startReplay(group);
    waiting.set(group, () => { group.dataset.near = "yes"; play(); });
  }
  const begin = (element) => {
    const start = waiting.get(element);
    waiting.delete(element);
    return start ? start() : undefined;
  };
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { near.unobserve(entry.target); begin(entry.target); }
  }, { rootMargin: "800px 0px" });
  for (const element of waiting.keys()) near.observe(element);

  // The section that is read is marked in the list of contents.
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const sections = [...document.querySelectorAll("main > section")];
  const follow = () => {
    const read = sections.filter((section) => section.getBoundingClientRect().top < innerHeight / 3).pop() || sections[0];
    for (const [id, link] of links) {
      const isRead = read && id === read.id;
      if (isRead === link.hasAttribute("aria-current")) continue;
      link.toggleAttribute("aria-current", isRead);
      if (!isRead) continue;
      link.setAttribute("aria-current", "true");
      const list = link.closest("ol");
      const [place, room] = [link.getBoundingClientRect(), list.getBoundingClientRect()];
      if (place.left < room.left || place.right > room.right) list.scrollLeft += place.left - room.left - 16;
      if (place.top < room.top || place.bottom > room.bottom) list.scrollTop += place.top - room.top - 16;
    }
  };
  addEventListener("scroll", follow, { passive: true });
  follow();

  // A finding stays hidden until the reader has predicted it.
  for (const form of document.querySelectorAll(".guess")) {
    form.addEventListener("change", (event) => {
      const isRight = event.target.value === form.dataset.answer;
      form.querySelector(".says").textContent = isRight ? form.dataset.right : form.dataset.wrong;
      form.nextElementSibling.open = true;
    });
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  const drawAll = () => Promise.all([...waiting.keys()].map(begin));
  const redraw = () => { for (const [place, panel] of drawn) draw(place, panel); };
  scheme.addEventListener("change", redraw);
  // Paper gets the still pictures and every table.
  let opened = [];
  const solutions = document.getElementById("solutions");
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open], .solution)")];
    for (const details of opened) details.open = true;
    // An exercise sheet has its solutions at the end.
    for (const solution of document.querySelectorAll("main .solution")) {
      const title = document.createElement("h3");
      title.textContent = solution.dataset.title;
      const copy = document.createElement("div");
      copy.className = "copy";
      copy.append(title, ...[...solution.children].slice(1).map((child) => child.cloneNode(true)));
      solutions.append(copy);
    }
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    for (const copy of document.querySelectorAll("#solutions .copy")) copy.remove();
  });
  window.treino = { replay, drawAll, still };
})();
