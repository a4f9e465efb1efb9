import type { TestProject } from 'vitest/node';
import { startFakeProviders } from './providers/fake-providers.ts';
import { startReceiver } from './receiver.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the fake providers listen. */
    fakeProviders: string;
    /** Where merchants' endpoints listen. */
    receiver: string;
  }
}

/** One set of fake providers, and one of merchants' endpoints, for all tests of the project; tests in workerd reach them by fetch. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [fakes, receiver] = await Promise.all([startFakeProviders(), startReceiver()]);
  project.provide('fakeProviders', fakes.url);
  project.provide('receiver', receiver.url);
  return async () => {
    await Promise.all([fakes.close(), receiver.close()]);
  };
}
