// Imported first, so that nobody takes hold of the runtime's own `fetch` before.
import { begunAtHeader } from '../providers/fake-ledger.ts';
import { contextNow } from './context.ts';

const real = globalThis.fetch;

const fetchInContext = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
  const begin = () => {
    const request = new Request(input, init);
    request.headers.set(begunAtHeader, String(Date.now()));
    return real(request);
  };
  return contextNow().io('fetch', begin, signal);
};

Reflect.set(globalThis, 'fetch', fetchInContext);
