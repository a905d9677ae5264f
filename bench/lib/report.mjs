/** Formats the results of run.mjs as JSON lines or a table. */

/** A line for each peer of a case. */
export function jsonLines(rows, machine) {
  return rows.flatMap(({ net, mode, batch, threads, tapeout, torch, ...more }) => {
    const line = (peer, { ms, min }, rest) =>
      JSON.stringify({
        ...{ peer, model: net, mode, batch, threads },
        ...{ ms_per_step: ms, samples_per_s: (batch * 1000) / ms, ms_min: min },
        ...rest,
        ...machine,
      });
    const check = torch.length ? 'ok' : 'unchecked';
    const ours = {
      check,
      ratio_to_torch: more.ratio,
      ratio_to_one_thread: more.toOneThread,
      compile_ms: more.compileMs,
      load_ms: more.loadMs,
      first_step_ms: more.firstMs,
      first_step_to_steady: more.firstMs / tapeout.ms,
      load_optimized_ms: more.optimizedLoadMs,
      first_step_optimized_ms: more.optimizedFirstMs,
      wasm_bytes: more.wasmBytes,
    };
    return [
      line('tapeout', tapeout, ours),
      ...torch.map(({ name, ...figures }) => line(name === 'eager' ? 'torch' : `torch-${name}`, figures, { check })),
    ];
  });
}

export const showMs = (/** @type {number} */ v) =>
  v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v >= 1 ? v.toFixed(2) : v.toFixed(3);

export function table(rows, machine, { rounds, budgetMs }) {
  const times = (v) => (v === null ? '-' : `${v.toFixed(2)}x`);
  const cell = (of) => (of ? `${showMs(of.ms)} (${showMs(of.min)})` : '-');
  // Of the numbers of threads the one with the most settings.
  const settings = rows.map((r) => r.torch.map(({ name }) => name)).reduce((a, b) => (b.length > a.length ? b : a), []);
  const head = ['net', 'mode', 'batch', 'threads', 'Tapeout', ...settings];
  if (settings.length) head.push('faster', 'by min');
  head.push('first step');
  const body = rows.map((r) => [
    ...[r.net, r.mode, String(r.batch), String(r.threads)],
    ...[r.tapeout, ...settings.map((name) => r.torch.find((t) => t.name === name))].map(cell),
    ...(settings.length ? [times(r.ratio), times(r.ratioOfMin)] : []),
    showMs(r.firstMs),
  ]);
  const widths = head.map((title, c) => Math.max(title.length, ...body.map((row) => row[c].length)));
  const show = (row) => row.map((cell, c) => (c < 2 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ');
  return [
    '',
    `${machine.cpu}, Node ${machine.node}, PyTorch ${machine.torch ?? '-'}, ${machine.date}`,
    `ms a step: median of the rounds (least sample), Tapeout and PyTorch's settings; ${rounds} rounds of ${budgetMs} ms`,
    ...(settings.length
      ? ["faster: the best of PyTorch's settings over Tapeout, median of the ratios within each round"]
      : []),
    'first step: of a process that has just loaded the model',
    '',
    ...[head, ...body].map(show),
  ].join('\n');
}
