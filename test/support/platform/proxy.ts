type Call = (...args: unknown[]) => unknown;

/**
 * `target` with some methods replaced: each is given the real one, bound. Everything else is the target's own, bound to it, as the
 * runtime's objects insist on.
 */
export function withMethods<T extends object>(target: T, replace: (name: string, real: Call) => Call | null): T {
  return new Proxy(target, {
    get: (of, name) => {
      const value: unknown = Reflect.get(of, name);
      if (typeof name === 'symbol' || typeof value !== 'function') return value;
      const real: Call = (...args) => Reflect.apply(value, of, args);
      return replace(name, real) ?? real;
    },
  });
}
