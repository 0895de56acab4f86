import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // One build of graphql for everything, or its instanceof checks fail between the two.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/servers.ts',
    pool: 'forks',
    // Importing what a service consists of takes as long as most files' tests: the files that a process runs share it.
    isolate: false,
    // A CI machine of two cores may be busy with the other files; no test measures time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests mostly wait, for processes and servers: more at once than one fewer than cores, which on two cores is one.
    maxWorkers: 3,
    expect: { poll: { timeout: 30_000, interval: 25 } },
    // What a timing-dependent test would hide behind.
    retry: 0,
  },
});
