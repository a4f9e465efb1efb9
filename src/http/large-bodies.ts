/** Bytes of files that this isolate takes at a time: a body lies in its 128 MB some three times while its files are taken out of it. */
const MAX_BYTES = 24 * 1024 * 1024;
/** An invocation that was ended gives nothing back: what it held is forgotten after this, ms. */
const FORGOTTEN_AFTER_MS = 30_000;

/** What is being read or stored, and since when (ms). */
const held = new Set<{ bytes: number; since: number }>();

/**
 * Runs `work`, which holds a body of so many bytes in memory. Requests of an isolate share its memory, and the platform ends others when it
 * is full (Workers, "Limits", Memory): sends must not pay for uploads. @param now ms
 * @returns `'too_much'` when other requests hold as much as may be; `work` was not begun
 */
export async function withLargeBody<T>(bytes: number, now: number, work: () => Promise<T>): Promise<T | 'too_much'> {
  let sum = bytes;
  for (const one of held) {
    if (now - one.since > FORGOTTEN_AFTER_MS) held.delete(one);
    else sum += one.bytes;
  }
  if (sum > MAX_BYTES) return 'too_much';
  const own = { bytes, since: now };
  held.add(own);
  try {
    return await work();
  } finally {
    held.delete(own);
  }
}
