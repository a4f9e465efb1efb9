import { inContext, isInside } from './context.ts';
import { type Life, lifeOf } from './lives.ts';

type Class = { prototype: object };

/**
 * Gives a subclass all methods of its base, each run in the object's context.
 * @param around makes each call from outside, in its own way
 */
export function hostMethods(
  { prototype }: Class,
  base: Class,
  around: (life: Life, call: () => Promise<unknown>) => Promise<unknown> = (_, call) => call(),
): void {
  for (const [name, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(base.prototype))) {
    if (name === 'constructor' || typeof method !== 'function') continue;
    const value = function (this: object, ...args: unknown[]): unknown {
      const life = lifeOf(this);
      const call = () => Reflect.apply(method, this, args);
      if (isInside(life.context)) return call();
      return inContext(life.context, () => around(life, async () => await call()));
    };
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}
