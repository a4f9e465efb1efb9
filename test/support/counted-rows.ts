/** Which object wrote; `counts` are those of the merchant limiter, which it writes once a second, whatever comes in. */
export type Writer = 'coordinator' | 'gate' | 'counts';

/** Counts the rows that objects write to their own SQLite, by the cursors' own `rowsWritten`. */
export class RowCounter {
  readonly #states = new WeakSet<DurableObjectState>();
  #cursors: { writer: Writer; cursor: SqlStorageCursor<Record<string, SqlStorageValue>> }[] = [];

  /** An object's state whose statements are counted. */
  counted(state: DurableObjectState, object: 'coordinator' | 'gate'): DurableObjectState {
    if (this.#states.has(state)) return state;
    this.#states.add(state);
    const sql = new Proxy(state.storage.sql, {
      get: (target, name) => {
        if (name !== 'exec') return bound(target, name);
        return (query: string, ...values: unknown[]) => {
          const cursor = target.exec(query, ...values);
          const writer = object === 'gate' && /\bbursts\b/.test(query) ? 'counts' : object;
          this.#cursors.push({ writer, cursor });
          return cursor;
        };
      },
    });
    const storage = new Proxy(state.storage, { get: (target, name) => (name === 'sql' ? sql : bound(target, name)) });
    // The runtime takes no proxy for the state itself.
    return Object.defineProperty(state, 'storage', { value: storage, configurable: true });
  }

  /** What was written since it was asked last. */
  take(): Record<Writer, number> {
    const written = { coordinator: 0, gate: 0, counts: 0 };
    for (const { writer, cursor } of this.#cursors) written[writer] += cursor.rowsWritten;
    this.#cursors = [];
    return written;
  }
}

function bound<T extends object>(target: T, name: string | symbol): unknown {
  const value = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}
