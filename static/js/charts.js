// Draws what {% chart %} passes, in the page's colours; missing values are gaps. The table beside it says the same.
(() => {
  const drawn = new Map();
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
  const percent = (share) => `${(share * 100).toFixed(1)}\u00a0%`;
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const token = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      series: [1, 2, 3, 4, 5, 6].map((index) => token(`chart-${index}`)),
      ink: token("ink"), muted: token("ink-2"), line: token("line"), surface: token("surface-raised"),
      font: getComputedStyle(document.body).fontFamily,
    };
  }

  // A point between two missing ones is no line: it needs a symbol to be seen.
  const isAlone = ([, value], n, points) => value != null && points[n - 1]?.[1] == null && points[n + 1]?.[1] == null;

  // What was counted on a day, above the drawing, and the days without numbers.
  const markLine = (marks, paint) => ({
    silent: true,
    symbol: "none",
    lineStyle: { color: paint.muted, type: "dashed", opacity: 0.5 },
    label: {
      position: "end", color: paint.ink, fontSize: 11, fontWeight: 600, backgroundColor: paint.surface,
      borderColor: paint.series[0], borderWidth: 1.5, borderRadius: 9, padding: [3, 6], formatter: ({ name }) => name,
    },
    data: marks.map(([day, count]) => ({ xAxis: day, name: String(count) })),
  });
  const markArea = (gaps, paint) => ({
    silent: true,
    itemStyle: { color: paint.line, opacity: 0.45 },
    label: { color: paint.muted, position: "insideTop" },
    data: gaps.map(([first, last]) => [{ name: first === last ? "" : "No data", xAxis: first }, { xAxis: last }]),
  });

  function option({ kind, unit, series, marks = [], gaps = [] }, paint) {
    const isRetention = kind === "retention";
    const show = isRetention ? percent : (value) => `${exact.format(value)} ${unit}`.trim();
    const many = series.length > 1;
    const nameOf = isRetention ? (second) => `${second}\u00a0s` : (moment) => day.format(new Date(moment));
    return {
      color: paint.series,
      animation: !reduced.matches,
      animationDuration: 300,
      textStyle: { fontFamily: paint.font, color: paint.muted },
      grid: { left: 8, right: 24, top: many ? 40 : marks.length ? 32 : 16, bottom: 4, containLabel: true },
      legend: many
        ? { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 4, textStyle: { color: paint.muted } }
        : undefined,
      tooltip: {
        trigger: "axis",
        renderMode: "richText", // HTML tooltips carry inline styles, which the content policy refuses
        backgroundColor: paint.surface,
        borderColor: paint.line,
        textStyle: { color: paint.ink, fontSize: 13 },
        valueFormatter: (value) => (value == null ? "—" : show(value)),
        axisPointer: { lineStyle: { color: paint.muted, type: "dashed" } },
      },
      xAxis: {
        type: isRetention ? "value" : "time",
        min: isRetention ? 0 : undefined,
        max: isRetention ? "dataMax" : undefined,
        axisLine: { lineStyle: { color: paint.line } },
        axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: {
          color: paint.muted,
          hideOverlap: true,
          formatter: nameOf,
        },
      },
      yAxis: {
        type: "value",
        min: kind === "bar" || isRetention ? 0 : undefined,
        max: isRetention ? 1 : undefined,
        scale: kind === "line",
        interval: isRetention ? 0.25 : undefined,
        minInterval: isRetention ? undefined : 1,
        splitNumber: 4,
        axisLine: { show: false },
        axisTick: { show: false },
        splitLine: { lineStyle: { color: paint.line } },
        axisLabel: { color: paint.muted, formatter: isRetention ? (share) => `${Math.round(share * 100)}\u00a0%` : (value) => short.format(value) },
      },
      series: series.map((line, n) => ({
        name: line.name,
        ...(line.colour && { color: paint.series[line.colour - 1] }),
        type: kind === "bar" ? "bar" : "line",
        data: line.points,
        barMaxWidth: 24,
        itemStyle: kind === "bar" ? { borderRadius: [3, 3, 0, 0] } : undefined,
        showSymbol: line.points.length < 3 || line.points.some(isAlone),
        symbolSize: 6,
        connectNulls: false,
        areaStyle: kind === "area" ? { opacity: 0.12 } : undefined,
        lineStyle: line.benchmark
          ? { width: 1.5, type: "dashed", color: paint.muted }
          : { width: 2 },
        ...(n === 0 && marks.length && { markLine: markLine(marks, paint) }),
        ...(n === 0 && gaps.length && { markArea: markArea(gaps, paint) }),
        ...(line.benchmark && { itemStyle: { color: paint.muted } }),
      })),
    };
  }

  window.drawChart = (place) => {
    if (drawn.has(place)) return;
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    const draw = () => chart.setOption(option(data, colours()), true);
    draw();
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(place);
    drawn.set(place, { chart, draw, watch });
  };

  document.addEventListener("appearance", () => drawn.forEach(({ draw }) => draw()));
  document.addEventListener("htmx:afterSettle", () => {
    drawn.forEach(({ chart, watch }, place) => {
      if (place.isConnected) return;
      watch.disconnect();
      chart.dispose();
      drawn.delete(place);
    });
  });
})();
