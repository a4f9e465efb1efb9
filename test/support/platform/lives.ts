import type { Bindings } from '../../../src/env.ts';
import { PlatformContext } from './context.ts';
import { optionsOf } from './options.ts';

/** A life of an object, from its construction to its reset. */
export type Life = { ctx: DurableObjectState; context: PlatformContext };

const lives = new WeakMap<object, Life>();

/** Begins a life: one context for all its requests. */
export function beginLife(ctx: DurableObjectState, env: Bindings): PlatformContext {
  const context = new PlatformContext('object', optionsOf(env));
  lives.set(ctx, { ctx, context });
  return context;
}

/** @throws Error when it did not begin */
export function lifeOf(object: object): Life {
  const ctx: unknown = Reflect.get(object, 'ctx');
  const life = typeof ctx === 'object' && ctx !== null ? lives.get(ctx) : undefined;
  if (!life) throw new Error('an object whose life did not begin');
  return life;
}
