/** Saved lines of run.mjs and of the harness of peer-driver.mjs, and the figures in them. */
import { readFileSync } from 'node:fs';
import { median } from './clock.mjs';

/** Cores that strangers may use while a line of the harness is measured; the harness's own tables have the same. */
const noisy = 0.2;

/** What run.mjs and the harness wrote, apart. */
export function readResults(/** @type {readonly string[]} */ files) {
  const lines = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{')) // npm writes lines of its own
      .map((line) => ({ ...JSON.parse(line), file })),
  );
  return {
    ours: lines.filter((l) => l.model !== undefined),
    peers: lines.filter((l) => l.id !== undefined && l.role !== 'pair' && l.ms_per_step !== undefined),
  };
}

/** True for a line of this case. */
const isOf = (line, wanted) => Object.entries(wanted).every(([key, value]) => line[key] === value);

/** Tapeout's line and PyTorch's fastest setting of a case, null where it was not measured. */
export function caseOf(ours, wanted) {
  const lines = ours.filter((l) => isOf(l, wanted));
  const tapeout = lines.find((l) => l.peer === 'tapeout');
  if (!tapeout) return null;
  const torches = lines.filter((l) => l.peer.startsWith('torch')).sort((a, b) => a.ms_per_step - b.ms_per_step);
  return { tapeout, torch: torches[0] ?? null };
}

/** A peer's milliseconds a step in the harness, and how many times those of `against` they are, round by round. Rounds in
 *  which others used the machine count only where there is no calmer one, and `calm` is false then. */
export function peerFigure(peers, wanted, against) {
  const all = peers.filter((l) => isOf(l, wanted));
  if (all.length === 0) return null;
  const pairs = all.map((line) => ({
    line,
    base: peers.find((l) => isOf(l, { ...wanted, ...against, round: line.round, file: line.file })),
  }));
  const noise = ({ line, base }) => Math.max(line.noise ?? 0, base?.noise ?? 0);
  const quiet = pairs.filter((p) => noise(p) <= noisy);
  const used = quiet.length > 0 ? quiet : pairs;
  const ratios = used.filter((p) => p.base).map(({ line, base }) => line.ms_per_step / base.ms_per_step);
  return {
    ms: median(used.map((p) => p.line.ms_per_step)),
    ratio: ratios.length > 0 ? median(ratios) : null,
    calm: quiet.length > 0,
    check: all.every((l) => l.check === 'ok'),
  };
}
