import { setTimeout as pause } from 'node:timers/promises';
import { Progress } from '../../bench/progress.ts';
import { Client } from './client.ts';
import { type Kill, killOf, scenarioOf } from './plan.ts';
import { play } from './play.ts';
import type { Runtime } from './runtime.ts';
import type { Story } from './story.ts';

export type Storm = { seed: string; sends: number; kills: number; clients: number; hangUps: boolean };

/** A life in which nothing is asked any more is killed after this, ms. */
const idleMs = 2_000;
/** When nothing at all has got on for so long, something hangs, ms. */
const stuckMs = 60_000;

/** `kills`: when they were, ms. */
export type Aftermath = { stories: Story[]; sends: number; kills: number[]; requests: number; hangUps: number };

/**
 * Clients at work while the runtime is killed again and again; ends when there were enough sends and kills, and after the last kill a
 * quarter as many sends: there resets and callers that hang up are alone.
 */
export async function storm(
  runtime: Runtime,
  fakes: string,
  { seed, sends, kills, clients, hangUps }: Storm,
  tell: (line: string) => void,
): Promise<Aftermath> {
  const stories: Story[] = [];
  let requests = 0;
  let played = 0;
  let planned = 0;
  let plannedAtKill = 0;
  const killed: number[] = [];
  const isOver = () => planned >= sends && killed.length >= kills && planned - plannedAtKill >= sends / 4;
  let movedAt = Date.now();
  const progress = new Progress(tell);
  let told = 0;
  /** A line for every twentieth of the storm. */
  const report = () => {
    const done = Math.min(1, planned / Math.max(1, sends), kills === 0 ? 1 : killed.length / kills);
    if (done < told + 0.05) return;
    told = done;
    progress.report(`${planned} of ${sends} sends, ${killed.length} of ${kills} kills`, done);
  };
  const begun = () => {
    if (runtime.up) requests += 1;
  };
  const client = new Client(runtime.url, begun, hangUps);
  const work = async () => {
    while (!isOver()) {
      const scenario = scenarioOf(seed, played);
      played += 1;
      planned += scenario.intents.length;
      stories.push(await play(client, fakes, scenario));
      movedAt = Date.now();
      report();
    }
  };
  const perLife = Math.max(2, Math.round((sends * 2) / Math.max(1, kills)));
  const reap = async () => {
    while (killed.length < kills) {
      const kill = killOf(seed, killed.length, perLife);
      if (kill.afterRequests === 0) await killWhileStarting(runtime, kill);
      else await killInTheMidst(runtime, kill, () => requests);
      killed.push(Date.now());
      plannedAtKill = planned;
      await runtime.start();
      report();
    }
  };
  const watch = new AbortController();
  const watching = (async () => {
    while (Date.now() - movedAt < stuckMs) await pause(1_000, undefined, { signal: watch.signal });
    throw new Error(`nothing moved for ${stuckMs} ms: ${client.trouble}\n${runtime.said.slice(-4_000)}`);
  })();
  const working = Promise.all([reap(), ...Array.from({ length: clients }, work)]);
  await Promise.race([working, watching]);
  watch.abort();
  await watching.catch(() => {});
  return { stories, sends: planned, kills: killed, requests, hangUps: client.hungUp };
}

async function killInTheMidst(
  runtime: Runtime,
  { afterRequests, delayMs }: Kill,
  requests: () => number,
): Promise<void> {
  const least = requests() + afterRequests;
  let seen = requests();
  let movedAt = Date.now();
  while (requests() < least && Date.now() - movedAt < idleMs) {
    await pause(5);
    if (requests() > seen) movedAt = Date.now();
    seen = requests();
  }
  await pause(delayMs);
  await runtime.kill();
}

async function killWhileStarting(runtime: Runtime, { delayMs }: Kill): Promise<void> {
  await runtime.kill();
  const starting = runtime.start();
  await pause(delayMs);
  await runtime.kill();
  await starting;
}
