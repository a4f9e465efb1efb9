// Imported first, so that nobody takes hold of the runtime's own `fetch` before.
import { contextNow } from './context.ts';

const real = globalThis.fetch;

const fetchInContext = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
  return contextNow().io('fetch', () => real(input, init), signal);
};

Reflect.set(globalThis, 'fetch', fetchInContext);
