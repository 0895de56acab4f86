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
    // A CI machine of two cores may be busy with the other files; no test measures time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a timing-dependent test would hide behind.
    retry: 0,
  },
});
