// What does a worker do before its first request? wrangler profiles the evaluation of its modules in workerd, off-line.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { ownerOf, wrangler } from './wrangler.mjs';

const rounds = 7;

/** ms by owner in one profile; idle time is none of the worker's, and "(program)" is V8: compiling above all. */
function weigh(profile, map) {
  const owners = new Map();
  for (const { id, callFrame } of profile.nodes) {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    const entry = url.endsWith('/index.js') && lineNumber >= 0 ? map.findEntry(lineNumber, columnNumber) : {};
    const inside = url.startsWith('node-internal:') ? 'the runtime’s node:* modules' : functionName || '(top level)';
    owners.set(id, entry.originalSource ? ownerOf(entry.originalSource) : inside);
  }
  const weights = new Map();
  profile.samples.forEach((id, n) => {
    const owner = owners.get(id);
    if (owner !== '(idle)') weights.set(owner, (weights.get(owner) ?? 0) + (profile.timeDeltas[n] ?? 0) / 1000);
  });
  return weights;
}

/**
 * Profiles the bundle of each folder (worker.bundle, index.js.map), one after the other in each of 7 rounds.
 * @returns for each folder the median, the least and the most from start to end, ms, and what the worker spends it on, ms a start
 */
export function startUps(folders) {
  const found = folders.map((folder) => ({
    folder,
    map: new SourceMap(JSON.parse(readFileSync(join(folder, 'index.js.map'), 'utf8'))),
    totals: [],
    weights: new Map(),
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { folder, map, totals, weights } of found) {
      const file = join(folder, 'startup.cpuprofile');
      wrangler('check', 'startup', '--worker', join(folder, 'worker.bundle'), '--outfile', file);
      const profile = JSON.parse(readFileSync(file, 'utf8'));
      const one = weigh(profile, map);
      totals.push((profile.endTime - profile.startTime) / 1000);
      for (const [owner, ms] of one) weights.set(owner, (weights.get(owner) ?? 0) + ms / rounds);
    }
  }
  return found.map(({ totals, weights }) => {
    totals.sort((a, b) => a - b);
    return { ms: totals[(rounds - 1) / 2], from: totals[0], to: totals[rounds - 1], weights };
  });
}
