import type { Call, CallOptions } from './caller.ts';
import type * as types from './types.ts';

/** The calls about your webhook endpoints. Those that change something take no key, so they are asked once. */
export function endpointCalls(call: (call: Call) => Promise<Response>) {
  const path = (endpointId: string, rest = '') => `webhook-endpoints/${encodeURIComponent(endpointId)}${rest}`;
  const json = async <T>(asked: Call): Promise<T> => (await call(asked)).json<T>();
  return {
    /** The answer has the secret, which is shown only here. */
    register: (body: types.RegisterEndpoint, more: CallOptions = {}) =>
      json<types.WebhookEndpointWithSecret>({ ...more, method: 'POST', path: 'webhook-endpoints', body }),
    list: (more: CallOptions = {}) =>
      json<types.WebhookEndpoints>({ ...more, method: 'GET', path: 'webhook-endpoints' }),
    read: (endpointId: string, more: CallOptions = {}) =>
      json<types.WebhookEndpoint>({ ...more, method: 'GET', path: path(endpointId) }),
    change: (endpointId: string, body: types.ChangeEndpoint, more: CallOptions = {}) =>
      json<types.WebhookEndpoint>({ ...more, method: 'PATCH', path: path(endpointId), body }),
    remove: async (endpointId: string, more: CallOptions = {}): Promise<void> => {
      await call({ ...more, method: 'DELETE', path: path(endpointId) });
    },
    rotate: (endpointId: string, more: CallOptions = {}) =>
      json<types.WebhookEndpointWithSecret>({ ...more, method: 'POST', path: path(endpointId, '/rotate') }),
    test: (endpointId: string, more: CallOptions = {}) =>
      json<types.QueuedTest>({ ...more, method: 'POST', path: path(endpointId, '/test') }),
    attempts: (endpointId: string, paging: types.Paging = {}, more: CallOptions = {}) =>
      json<types.WebhookAttemptPage>({ ...more, method: 'GET', path: path(endpointId, '/attempts'), query: paging }),
    replay: (endpointId: string, body: types.ReplayDeliveries, more: CallOptions = {}) =>
      json<types.Replayed>({ ...more, method: 'POST', path: path(endpointId, '/replay'), body }),
  };
}
