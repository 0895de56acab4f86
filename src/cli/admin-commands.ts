import type { Command } from 'commander';
import type { BulkChange, BulkOptions } from '../commands/admin-bulk.ts';
import type { AdminOptions } from '../commands/admin-queue.ts';
import { readClientConfig } from '../config/client-config.ts';
import { confirmationOf, countOf, dateOf, failureCodesOf, priorityOf, statusesOf } from './arguments.ts';

type TenantOptions = AdminOptions & { tenant?: string };

/** Adds `pagehive admin` with its subcommands, which are imported when they run. */
export function addAdminCommands(program: Command): void {
  const admin = program
    .command('admin')
    .description('see and change the queue, the workers and many jobs of a running server, as an operator')
    .addHelpText('after', adminEpilogue);
  addQueueCommands(admin);
  addBulkCommands(admin);
  addArchiveCommands(admin);
  admin
    .command('alerts')
    .description('print what is wrong with the installation')
    .option('--all', 'also print alerts that are over')
    .option('--secret', 'print the secret that signs messages to ALERT_WEBHOOK_URL instead')
    .option('--json', 'print JSON')
    .action(async ({ secret, ...options }: AdminOptions & { all?: boolean; secret?: boolean }) => {
      const { showAlerts, showAlertSecret } = await import('../commands/admin-alerts.ts');
      process.exitCode = await (secret ? showAlertSecret : showAlerts)(readClientConfig(), options);
    });
  admin
    .command('quarantine')
    .description('print the documents that crashed an engine, newest first')
    .option('-n, --limit <number>', 'maximum number of documents, up to 100', countOf, 20)
    .option('--json', 'print JSON')
    .action(async (options: AdminOptions & { limit: number }) => {
      const { showQuarantine } = await import('../commands/admin-quarantine.ts');
      process.exitCode = await showQuarantine(readClientConfig(), options);
    });
  admin
    .command('lift')
    .description('let all engines read a document again that crashed one')
    .argument('<sha256>')
    .option('--tenant <id>', 'only for this tenant')
    .option('--json', 'print JSON')
    .action(async (sha256: string, options: TenantOptions) => {
      const { liftQuarantine } = await import('../commands/admin-quarantine.ts');
      process.exitCode = await liftQuarantine(readClientConfig(), sha256, options);
    });
  admin
    .command('erase')
    .description('delete a tenant with everything that it has; this cannot be undone')
    .argument('<tenant>')
    .requiredOption('--name <name>', 'the name of the tenant, to confirm that it is the right one')
    .option('--json', 'print JSON')
    .action(async (id: string, options: AdminOptions & { name: string }) => {
      const { eraseTenant } = await import('../commands/admin-erase.ts');
      process.exitCode = await eraseTenant(readClientConfig(), id, options);
    });
  admin
    .command('erasures')
    .description('print the receipts of erased tenants, newest first')
    .option('-n, --limit <number>', 'maximum number of receipts, up to 100', countOf, 20)
    .option('--json', 'print JSON')
    .action(async (options: AdminOptions & { limit: number }) => {
      const { showErasures } = await import('../commands/admin-erase.ts');
      process.exitCode = await showErasures(readClientConfig(), options);
    });
}

function addQueueCommands(admin: Command): void {
  const commands = () => import('../commands/admin-queue.ts');
  admin
    .command('queue')
    .description('print the state of the queue')
    .option('--json', 'print JSON')
    .action(async (options: AdminOptions) => {
      process.exitCode = await (await commands()).showQueue(readClientConfig(), options);
    });
  admin
    .command('pause')
    .description('start no more jobs; running ones continue')
    .option('--tenant <id>', 'only those of this tenant')
    .option('--json', 'print JSON')
    .action(async (options: TenantOptions) => {
      process.exitCode = await (await commands()).pauseQueue(readClientConfig(), options);
    });
  admin
    .command('resume')
    .description('start jobs again')
    .option('--tenant <id>', 'only those of this tenant')
    .option('--json', 'print JSON')
    .action(async (options: TenantOptions) => {
      process.exitCode = await (await commands()).resumeQueue(readClientConfig(), options);
    });
  admin
    .command('workers')
    .description('print the workers and the jobs that they run')
    .option('--json', 'print JSON')
    .action(async (options: AdminOptions) => {
      const { showWorkers } = await import('../commands/admin-workers.ts');
      process.exitCode = await showWorkers(readClientConfig(), options);
    });
  admin
    .command('drain')
    .description('let a worker take no more jobs and finish those that it runs')
    .argument('<worker>')
    .option('--undo', 'let it take jobs again')
    .option('--json', 'print JSON')
    .action(async (id: string, options: AdminOptions & { undo?: boolean }) => {
      const { drainWorker } = await import('../commands/admin-workers.ts');
      process.exitCode = await drainWorker(readClientConfig(), id, options);
    });
}

function addBulkCommands(admin: Command): void {
  const run = async (change: BulkChange, options: BulkOptions) => {
    const { changeManyJobs } = await import('../commands/admin-bulk.ts');
    process.exitCode = await changeManyJobs(readClientConfig(), change, options);
  };
  addConditions(admin.command('retry').description('run failed jobs again')).action((options: BulkOptions) =>
    run('retry', options),
  );
  addConditions(admin.command('cancel').description('cancel unfinished jobs')).action((options: BulkOptions) =>
    run('cancel', options),
  );
  addConditions(admin.command('delete').description('delete final jobs with their results')).action(
    (options: BulkOptions) => run('delete', options),
  );
  addConditions(admin.command('archive').description('move final jobs with their results to the archive')).action(
    (options: BulkOptions) => run('archive', options),
  );
  const priority = admin
    .command('priority')
    .description('give waiting jobs another priority')
    .argument('<priority>', '0 to 9; 0 starts first', priorityOf);
  addConditions(priority).action((value: number, options: BulkOptions) => run({ priority: value }, options));
  admin
    .command('operations')
    .description('print the newest changes of many jobs, with their progress')
    .option('-n, --limit <number>', 'maximum number of operations, up to 100', countOf, 20)
    .option('--json', 'print JSON')
    .action(async (options: AdminOptions & { limit: number }) => {
      const { showOperations } = await import('../commands/admin-bulk.ts');
      process.exitCode = await showOperations(readClientConfig(), options);
    });
  admin
    .command('stop')
    .description('end a change of many jobs; jobs that it has changed stay changed')
    .argument('<operation>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: AdminOptions) => {
      const { stopOperation } = await import('../commands/admin-bulk.ts');
      process.exitCode = await stopOperation(readClientConfig(), id, options);
    });
}

function addArchiveCommands(admin: Command): void {
  const commands = () => import('../commands/admin-archive.ts');
  admin
    .command('archived')
    .description('print archived jobs, newest first')
    .option('--job <id>', 'only this job')
    .option('--tenant <id>', 'only jobs of this tenant; default: of all tenants')
    .option('--batch <id>', 'only jobs of this batch')
    .option('-n, --limit <number>', 'maximum number of jobs, up to 100', countOf, 20)
    .option('--json', 'print JSON')
    .action(async (options: AdminOptions & { job?: string; tenant?: string; batch?: string; limit: number }) => {
      process.exitCode = await (await commands()).showArchived(readClientConfig(), options);
    });
  admin
    .command('restore')
    .description('bring an archived job back, with the result that it had')
    .argument('<job>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: AdminOptions) => {
      process.exitCode = await (await commands()).restoreJob(readClientConfig(), id, options);
    });
}

function addConditions(command: Command): Command {
  return command
    .option('--tenant <id>', 'only jobs of this tenant; default: of all tenants')
    .option('--job <id...>', 'only these jobs')
    .option('--batch <id>', 'only jobs of this batch')
    .option('--status <statuses>', 'only jobs with these statuses, such as failed,cancelled', statusesOf)
    .option('--failure <codes>', 'only jobs that failed with these codes, such as MEMORY_LIMIT', failureCodesOf)
    .option('--name <text>', 'only jobs whose name contains this text')
    .option('--after <date>', 'only jobs accepted at or after this time, such as 2027-01-31', dateOf)
    .option('--before <date>', 'only jobs accepted before this time', dateOf)
    .option('--confirm <count>', 'the count of a run without this option, which changes nothing', confirmationOf)
    .option('--json', 'print JSON');
}

const adminEpilogue = `
Examples:
  pagehive admin queue
  pagehive admin pause --tenant tenant_01h455vb4pex5vsknk084sn02q
  pagehive admin retry --failure MEMORY_LIMIT                  counts the jobs
  pagehive admin retry --failure MEMORY_LIMIT --confirm 214    runs them again
  pagehive admin operations

PAGEHIVE_URL names the server (http://127.0.0.1:4000). PAGEHIVE_KEY is a key with the scope OPERATOR, once keys are required.
`;
