import type { z } from 'zod';
import { urlOf, wholeNumber } from './environment.ts';

/** When operators are alerted, and where. */
export interface AlertSettings {
  /** Where alerts are sent; null: nowhere. */
  webhookUrl: string | null;
  /** How long the first job in the queue may wait, in seconds. */
  waitingSeconds: number;
  /** Share of the jobs that end as FAILED for other reasons than their documents, in percent. */
  failurePercent: number;
  /** Used share of the disk of `DATA_DIR`, in percent. */
  diskPercent: number;
}

export const defaultAlertSettings: AlertSettings = {
  webhookUrl: null,
  waitingSeconds: 300,
  failurePercent: 50,
  diskPercent: 90,
};

/** The variables of the environment. */
export const alertVariables = {
  ALERT_WEBHOOK_URL: urlOf(['http:', 'https:'], 'https://alerts.example.com/pagehive').optional(),
  ALERT_WAITING_SECONDS: wholeNumber(1, 86_400).default(defaultAlertSettings.waitingSeconds),
  ALERT_FAILURE_PERCENT: wholeNumber(1, 100).default(defaultAlertSettings.failurePercent),
  ALERT_DISK_PERCENT: wholeNumber(1, 100).default(defaultAlertSettings.diskPercent),
};

type Values = z.infer<z.ZodObject<typeof alertVariables>>;

export function alertSettingsOf(values: Values): AlertSettings {
  return {
    webhookUrl: values.ALERT_WEBHOOK_URL ?? null,
    waitingSeconds: values.ALERT_WAITING_SECONDS,
    failurePercent: values.ALERT_FAILURE_PERCENT,
    diskPercent: values.ALERT_DISK_PERCENT,
  };
}
