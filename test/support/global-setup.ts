import type { TestProject } from 'vitest/node';
import { startFakeProviders } from './fake-providers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the fake providers listen. */
    fakeProviders: string;
  }
}

/** One set of fake providers for all tests of the project; tests in workerd reach it by fetch. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const fakes = await startFakeProviders();
  project.provide('fakeProviders', fakes.url);
  return fakes.close;
}
