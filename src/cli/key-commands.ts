import type { Command } from 'commander';
import type { CreateOptions, LimitOptions, UpdateOptions } from '../commands/keys.ts';
import { readConfig } from '../config/config.ts';
import { dateOf, keyNameOf, limitOf, scopesOf, secondsOf } from './arguments.ts';

function addLimitOptions(command: Command): Command {
  return command
    .option(
      '--requests-per-minute <n>',
      'maximum requests per minute; "none" removes a limit of the key, so that the default applies',
      limitOf,
    )
    .option('--timeout-seconds <n>', 'maximum timeoutSeconds of jobs', limitOf)
    .option('--memory-bytes <n>', 'maximum memory for reading a document', limitOf)
    .option('--min-priority <n>', 'lowest priority of jobs, 0 to 9', limitOf)
    .option('--max-priority <n>', 'highest priority of jobs, 0 to 9', limitOf);
}

/** Adds `pagehive keys` with its subcommands, which are imported when they run. */
export function addKeyCommands(program: Command): void {
  const keys = program
    .command('keys')
    .description('create, list, rotate and revoke API keys, directly in the database');
  const create = keys
    .command('create')
    .description('create a key and print its secret; once a key exists, every client needs one')
    .option('--name <label>', 'a label for the key', keyNameOf)
    .option('--scopes <scopes>', 'what the key allows: read, write, operator', scopesOf, ['READ', 'WRITE'])
    .option('--tenant <id>', 'the tenant of the key; default: the default tenant')
    .option('--expires <date>', 'when the key expires, such as 2027-01-31', dateOf);
  addLimitOptions(create).action(async (options: CreateOptions & LimitOptions) =>
    (await import('../commands/keys.ts')).createApiKey(readConfig(), options),
  );
  const update = keys
    .command('update')
    .description('change the name or limits of a key at once')
    .argument('<id>')
    .option('--name <label>', 'a label for the key', keyNameOf);
  addLimitOptions(update).action(async (id: string, options: UpdateOptions & LimitOptions) =>
    (await import('../commands/keys.ts')).updateApiKey(readConfig(), id, options),
  );
  keys
    .command('list')
    .description('print all keys with their tenants, expiry and limits, newest first')
    .action(async () => (await import('../commands/keys.ts')).listApiKeys(readConfig()));
  keys
    .command('rotate')
    .description('replace the secret of a key, and print the new one')
    .argument('<id>')
    .option('--overlap <seconds>', 'how long the previous secret stays valid', secondsOf, 0)
    .action(async (id: string, { overlap }: { overlap: number }) =>
      (await import('../commands/keys.ts')).rotateApiKey(readConfig(), id, overlap),
    );
  keys
    .command('revoke')
    .description('revoke keys permanently; open connections end at once, or within five seconds while Redis is away')
    .argument('<id...>')
    .action(async (ids: string[]) => (await import('../commands/keys.ts')).revokeApiKeys(readConfig(), ids));
}
