import { z } from 'zod';
import { wholeNumber } from './environment.ts';

/** How long records are kept, in days. How long jobs are kept is a limit of each tenant, see `ClientLimits`. */
export interface Retention {
  /** Webhook deliveries, after their end. */
  deliveriesDays: number;
  /** Entries of the audit log. */
  auditDays: number;
  /** API keys, after they were revoked or expired. Null for ever. */
  keysDays: number | null;
}

export const defaultRetention: Retention = { deliveriesDays: 30, auditDays: 365, keysDays: null };

/** Maximum of all ages: 100 years. */
export const maxDays = 36_500;

/** A number of days, or `none`. */
export const daysOrNone = z.union([z.literal('none').transform(() => null), wholeNumber(1, maxDays)], {
  error: `must be a whole number between 1 and ${maxDays}, or none`,
});

/** The environment variables of these ages. */
export const retentionVariables = {
  RETENTION_DELIVERIES_DAYS: wholeNumber(1, maxDays).default(defaultRetention.deliveriesDays),
  RETENTION_AUDIT_DAYS: wholeNumber(30, maxDays).default(defaultRetention.auditDays),
  RETENTION_KEYS_DAYS: daysOrNone.default(defaultRetention.keysDays),
};

const variables = z.object(retentionVariables);

export function retentionOf(values: z.infer<typeof variables>): Retention {
  return {
    deliveriesDays: values.RETENTION_DELIVERIES_DAYS,
    auditDays: values.RETENTION_AUDIT_DAYS,
    keysDays: values.RETENTION_KEYS_DAYS,
  };
}
