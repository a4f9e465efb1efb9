/** `target`, which tells `count` of every call of its method `name`. */
export function counting<T extends object>(target: T, name: keyof T & string, count: () => void): T {
  return new Proxy(target, {
    get: (of, property) => {
      const value: unknown = Reflect.get(of, property);
      if (typeof value !== 'function') return value;
      // Bound: the runtime's own objects insist on it.
      return (...args: unknown[]): unknown => {
        if (property === name) count();
        return Reflect.apply(value, of, args);
      };
    },
  });
}
