import type { Bindings, Namespace } from '../../../src/env.ts';
import { contextNow, type IoKind, type PlatformContext } from './context.ts';
import { withMethods } from './proxy.ts';

/** Where a call is made. */
type Where = () => PlatformContext;
type Call = (...args: unknown[]) => unknown;

const io =
  (where: Where, kind: IoKind, real: Call): Call =>
  (...args) =>
    where().io(kind, async () => await real(...args));

/** What is under a wrapped statement: `batch` has to be given the real ones. */
const statements = new WeakMap<object, D1PreparedStatement>();

function onPlatformStatement(where: Where, real: D1PreparedStatement): D1PreparedStatement {
  const runs = ['first', 'run', 'all', 'raw'];
  const wrapped = withMethods(real, (name, call) => {
    if (name === 'bind') return (...values) => onPlatformStatement(where, real.bind(...values));
    return runs.includes(name) ? io(where, 'd1', call) : null;
  });
  statements.set(wrapped, real);
  return wrapped;
}

const realStatement = (given: unknown): unknown =>
  typeof given === 'object' && given !== null ? (statements.get(given) ?? given) : given;

/** D1, or a session of it. */
function onPlatformDatabase<T extends D1Database | D1DatabaseSession>(where: Where, real: T): T {
  return withMethods(real, (name, call) => {
    if (name === 'prepare') return (sql) => onPlatformStatement(where, real.prepare(String(sql)));
    if (name === 'batch') {
      return io(where, 'd1', (given) => call(Array.isArray(given) ? given.map(realStatement) : given));
    }
    if (name === 'exec') return io(where, 'd1', call);
    if (name === 'withSession' && 'withSession' in real) {
      return (start) => onPlatformDatabase(where, real.withSession(typeof start === 'string' ? start : undefined));
    }
    return null;
  });
}

/** What a stub has itself; everything else is a call of its object. */
const local = ['constructor', 'dup', 'then', 'toString'];

function onPlatformStub<T extends DurableObjectStub>(where: Where, real: T): T {
  return withMethods(real, (name, call) => {
    return local.includes(name) ? null : io(where, 'rpc', call);
  });
}

function onPlatformNamespace<T>(where: Where, real: Namespace<T>): Namespace<T> {
  return {
    idFromName: (name) => real.idFromName(name),
    get: (...args) => onPlatformStub(where, real.get(...args)),
  };
}

const ofWorker = new WeakMap<Bindings, Bindings>();

/** A Worker's bindings: every call is I/O of the invocation that makes it. Always the same ones, as the runtime's are. */
export function onPlatform(env: Bindings): Bindings {
  const replaced = ofWorker.get(env) ?? replace(env, contextNow);
  ofWorker.set(env, replaced);
  return replaced;
}

/** An object's bindings: every call is I/O of its one context. */
export const insideObject = (env: Bindings, context: PlatformContext): Bindings => replace(env, () => context);

function replace(env: Bindings, where: Where): Bindings {
  return {
    ...env,
    DB: onPlatformDatabase(where, env.DB),
    COORDINATOR: onPlatformNamespace(where, env.COORDINATOR),
    GATE: onPlatformNamespace(where, env.GATE),
    EVENTS: withMethods(env.EVENTS, (name, call) => (name.startsWith('send') ? io(where, 'queue', call) : null)),
  };
}
