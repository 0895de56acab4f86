import type { Command } from 'commander';
import type { CreateOptions } from '../commands/keys.ts';
import { readConfig } from '../config.ts';
import { countOf, dateOf, scopesOf } from './arguments.ts';

/** Adds `pagehive keys` with its commands. They are imported when they run. */
export function addKeyCommands(program: Command): void {
  const keys = program
    .command('keys')
    .description('create, list, rotate and revoke API keys, directly in the database');
  keys
    .command('create')
    .description('create a key and print its secret; from the first key on, every client needs one')
    .option('--name <label>', 'a label for people')
    .option('--scopes <scopes>', 'what it allows: read, write, operator', scopesOf, ['READ', 'WRITE'])
    .option('--tenant <id>', 'the tenant that it belongs to; the default tenant otherwise')
    .option('--expires <date>', 'when it expires, such as 2027-01-31', dateOf)
    .action(async (options: CreateOptions) =>
      (await import('../commands/keys.ts')).createApiKey(readConfig(), options),
    );
  keys
    .command('list')
    .description('print all keys, newest first')
    .action(async () => (await import('../commands/keys.ts')).listApiKeys(readConfig()));
  keys
    .command('rotate')
    .description('replace the secret of a key, and print the new one')
    .argument('<id>')
    .option('--overlap <seconds>', 'how long the previous secret stays valid', countOf, 0)
    .action(async (id: string, { overlap }: { overlap: number }) =>
      (await import('../commands/keys.ts')).rotateApiKey(readConfig(), id, overlap),
    );
  keys
    .command('revoke')
    .description('revoke keys for good; their open connections end within five seconds')
    .argument('<id...>')
    .action(async (ids: string[]) => (await import('../commands/keys.ts')).revokeApiKeys(readConfig(), ids));
}
