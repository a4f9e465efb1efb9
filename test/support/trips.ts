/** One call that leaves the isolate or goes to another object. Steps count the order of beginnings and ends. */
export type Trip = {
  kind: 'd1' | 'gate' | 'coordinator' | 'fetch';
  began: number;
  /** When whoever waits could go on: the answer's arrival, or for a coordinator its own beginning (what it calls waits for that). */
  ended: number;
  rowsRead: number;
  rowsWritten: number;
};

/** Notes calls in the order they begin and end. */
export class TripLog {
  readonly trips: Trip[] = [];
  #step = 0;

  begin(kind: Trip['kind']): Trip {
    this.#step += 1;
    const trip: Trip = { kind, began: this.#step, ended: Number.POSITIVE_INFINITY, rowsRead: 0, rowsWritten: 0 };
    this.trips.push(trip);
    return trip;
  }

  end(trip: Trip): void {
    this.#step += 1;
    trip.ended = Math.min(trip.ended, this.#step);
  }

  async during<T>(kind: Trip['kind'], work: () => Promise<T>): Promise<T> {
    const trip = this.begin(kind);
    try {
      return await work();
    } finally {
      this.end(trip);
    }
  }

  /** How many calls of each kind, and the most of them that had to wait for one another. */
  summary(): { d1: number; gate: number; coordinator: number; fetch: number; chain: number } {
    const count = (kind: Trip['kind']) => this.trips.filter((trip) => trip.kind === kind).length;
    const depths: number[] = [];
    for (const trip of this.trips) {
      const waitedFor = this.trips.map((other, n) => (other.ended < trip.began ? (depths[n] ?? 0) : 0));
      depths.push(1 + Math.max(0, ...waitedFor));
    }
    return {
      d1: count('d1'),
      gate: count('gate'),
      coordinator: count('coordinator'),
      fetch: count('fetch'),
      chain: Math.max(0, ...depths),
    };
  }

  /** D1's own count of rows, over all calls. */
  rows(): { read: number; written: number } {
    return {
      read: this.trips.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
      written: this.trips.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
    };
  }
}

/** A D1 whose every round trip is noted, with the rows that its own meta counts. */
export function countedDatabase(db: D1Database, log: TripLog): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>();
  const originalOf = (statement: D1PreparedStatement) => originals.get(statement) ?? statement;

  const asked = async <T extends D1Result | D1Result[]>(work: () => Promise<T>): Promise<T> => {
    const trip = log.begin('d1');
    try {
      const results = await work();
      for (const { meta } of [results].flat()) {
        trip.rowsRead += meta.rows_read;
        trip.rowsWritten += meta.rows_written;
      }
      return results;
    } finally {
      log.end(trip);
    }
  };

  const counted = (statement: D1PreparedStatement): D1PreparedStatement => {
    const proxy = new Proxy(statement, {
      get(target, name) {
        if (name === 'bind') return (...values: unknown[]) => counted(target.bind(...values));
        if (name === 'first') return async () => (await asked(() => target.all())).results[0] ?? null;
        if (name === 'all' || name === 'run') return () => asked(() => target.all());
        return Reflect.get(target, name);
      },
    });
    originals.set(proxy, statement);
    return proxy;
  };

  const wrapped = <T extends D1Database | D1DatabaseSession>(database: T): T =>
    new Proxy(database, {
      get(target, name) {
        if (name === 'prepare') return (sql: string) => counted(target.prepare(sql));
        if (name === 'batch')
          return (statements: D1PreparedStatement[]) => asked(() => target.batch(statements.map(originalOf)));
        if (name === 'withSession') return (constraint: string) => wrapped(db.withSession(constraint));
        return Reflect.get(target, name);
      },
    });
  return wrapped(db);
}
