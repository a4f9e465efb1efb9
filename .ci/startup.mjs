// What does the worker do before its first request? Lets wrangler profile the evaluation of its modules in workerd, off-line.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { ownerOf, wrangler } from './wrangler.mjs';

const runs = 7;

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

/** Profiles the bundle in `folder` (worker.bundle, index.js.map). The median of several starts, ms, and what they spend it on, ms a start. */
export function startUp(folder) {
  const map = new SourceMap(JSON.parse(readFileSync(join(folder, 'index.js.map'), 'utf8')));
  const file = join(folder, 'startup.cpuprofile');
  const totals = [];
  const weights = new Map();
  for (let run = 0; run < runs; run++) {
    wrangler('check', 'startup', '--worker', join(folder, 'worker.bundle'), '--outfile', file);
    const one = weigh(JSON.parse(readFileSync(file, 'utf8')), map);
    totals.push([...one.values()].reduce((sum, ms) => sum + ms, 0));
    for (const [owner, ms] of one) weights.set(owner, (weights.get(owner) ?? 0) + ms / runs);
  }
  totals.sort((a, b) => a - b);
  return { ms: totals[(runs - 1) / 2], from: totals[0], to: totals[runs - 1], weights };
}
