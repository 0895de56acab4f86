#!/usr/bin/env node
// The `pagehive` command. In a clone, it first prepares what is missing; an installed package is complete. Old
// versions of Node.js must be able to parse this file, so that they can report that they are too old.

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Pagehive needs Node.js 20.19 or newer; this is ${process.versions.node}. Get it from https://nodejs.org`,
  );
  process.exit(1);
}

import('./bootstrap.js')
  .then(async ({ prepare, root, report, BootstrapError }) => {
    try {
      await prepare({ build: true, log: report });
    } catch (error) {
      if (!(error instanceof BootstrapError)) throw error;
      console.error(error.message);
      process.exit(1);
    }
    const cli = new URL('dist/cli.js', root);
    // The commands that `start` runs are the same script, but skip this.
    process.argv[1] = (await import('node:url')).fileURLToPath(cli);
    await import(cli.href);
  })
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
