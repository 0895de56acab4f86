import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

export default defineConfig({
  resolve: {
    // One build of graphql for everything, or its instanceof checks fail between the two.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/servers.ts',
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    // Importing a service takes as long as most files' tests, so the files of a process share the modules.
    isolate: false,
    // A machine with two cores may be busy with other files. No test measures time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Tests mostly wait for processes and servers, so more files than cores run at once; with four, the servers of some
    // were overloaded on two slow cores.
    maxWorkers: 3,
    expect: { poll: { timeout: 60_000, interval: 25 } },
    // Retries would hide tests that depend on timing.
    retry: 0,
  },
});
