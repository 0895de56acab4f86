import type { Command } from 'commander';
import { readConfig } from '../config/config.ts';

/** Adds `pagehive tenants` with its subcommands, which are imported when they run. */
export function addTenantCommands(program: Command): void {
  program
    .command('tenants')
    .description('list tenants, directly in the database')
    .command('list')
    .description('print all tenants with their valid keys, usage and limits, newest first')
    .action(async () => (await import('../commands/tenants.ts')).listAllTenants(readConfig()));
}
