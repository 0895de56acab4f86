import type { Command } from 'commander';
import type { ExportOptions } from '../commands/audit.ts';
import { readConfig } from '../config/config.ts';
import { dateOf } from './arguments.ts';

/** Adds `pagehive audit` with its commands. They are imported when they run. */
export function addAuditCommands(program: Command): void {
  program
    .command('audit')
    .description('read the audit log, directly in the database')
    .command('export')
    .description('print the audit log as NDJSON, oldest first')
    .option('--since <date>', 'entries from this time on, such as 2027-01-31', dateOf)
    .option('--until <date>', 'entries before this time', dateOf)
    .action(async (options: ExportOptions) =>
      (await import('../commands/audit.ts')).exportAuditLog(readConfig(), options),
    );
}
