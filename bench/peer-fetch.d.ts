/** Instead of the declarations of @whatwg-node/fetch, which bring a browser's types into the whole project. */
export declare const Response: typeof globalThis.Response;
export declare function createFetch(): {
  fetch: typeof globalThis.fetch;
  Request: typeof globalThis.Request;
  Response: typeof globalThis.Response;
  Headers: typeof globalThis.Headers;
  URL: typeof globalThis.URL;
  crypto: typeof globalThis.crypto;
};
