import { guardOfReceiver } from '../alerts/send.ts';
import { defaultTenantId } from '../api/context.ts';
import { createAlertKeeper } from '../maintenance/alert-keeper.ts';
import { createAlertSender } from '../maintenance/alert-sender.ts';
import { createBatchAggregator } from '../maintenance/batch-aggregator.ts';
import { createBatchChanger } from '../maintenance/batch-changer.ts';
import { createBulkOperator } from '../maintenance/bulk-operator.ts';
import { createCanaryKeeper } from '../maintenance/canary-keeper.ts';
import { createCredentialSealer } from '../maintenance/credential-sealer.ts';
import { createDeliverySweeper } from '../maintenance/delivery-sweeper.ts';
import { createFileExpirer, createJobArchiver, createJobExpirer } from '../maintenance/expirers.ts';
import { createForecaster } from '../maintenance/forecaster.ts';
import { createJanitor } from '../maintenance/janitor.ts';
import { startMaintenance } from '../maintenance/maintenance.ts';
import { createNameIndexer } from '../maintenance/name-indexer.ts';
import { createPruner } from '../maintenance/pruner.ts';
import { createRescuer } from '../maintenance/rescuer.ts';
import { createSweeper } from '../maintenance/sweeper.ts';
import { createTenantEraser } from '../maintenance/tenant-eraser.ts';
import { createUsageCounter } from '../maintenance/usage-counter.ts';
import type { Platform } from '../platform.ts';
import { version } from './version.ts';

/** Starts the maintenance process. */
export function startMaintain(platform: Platform): AsyncDisposable {
  const { pools, jobs } = platform;
  // Cleanup and counting must not delay the rescue and wake-ups of jobs.
  const background = { ...platform, database: pools.background, jobs: { ...jobs, database: pools.background } };
  const { webhookUrl: url } = platform.config.alerts;
  const canaries = createCanaryKeeper(platform);
  const actors = [
    createSweeper(platform),
    createRescuer(platform),
    createDeliverySweeper(background),
    createPruner(background),
    createJobExpirer(background),
    createJobArchiver(background),
    createFileExpirer(background),
    createCredentialSealer(background),
    createJanitor(background),
    createForecaster(background),
    createBatchAggregator(background),
    createBatchChanger(platform),
    createBulkOperator(background),
    createTenantEraser({ ...background, defaultTenantId }),
    createNameIndexer(platform),
    createUsageCounter(background),
    createAlertKeeper(background),
    ...(url === null ? [] : [createAlertSender({ ...background, url, guard: guardOfReceiver(url), version })]),
    canaries,
  ];
  const maintenance = startMaintenance(platform, actors);
  return {
    async [Symbol.asyncDispose]() {
      await maintenance[Symbol.asyncDispose]();
      await canaries[Symbol.asyncDispose]();
    },
  };
}
