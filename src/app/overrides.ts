import type { Authenticate } from '../api/authenticate.ts';
import type { ClientTimes } from '../api/server.ts';
import type { Logger } from '../ops/logger.ts';
import type { Extractor } from '../pdf/model/extraction.ts';
import type { DeliveryPolicy } from '../webhooks/policy.ts';

/** Replacements for tests. */
export interface Overrides {
  logger?: Logger;
  extractor?: Extractor;
  authenticate?: Authenticate;
  keepAliveMs?: number;
  clientTimes?: Partial<ClientTimes>;
  /** Retry policy of webhook deliveries. */
  deliveries?: Partial<DeliveryPolicy>;
}
