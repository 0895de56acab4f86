type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

const read: readonly Privilege[] = ['SELECT'];
const append: readonly Privilege[] = ['SELECT', 'INSERT'];
const write: readonly Privilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/**
 * What the API's role may do, table by table. Row-level security limits it to the rows of one tenant. The role has no
 * access to other tables: the processes use them as the role of DATABASE_URL. A lock on rows needs UPDATE.
 */
export const apiGrants: Readonly<Record<string, readonly Privilege[]>> = {
  tenants: read,
  api_keys: read,
  sources: write,
  arrivals: write,
  jobs: write,
  job_names: append,
  job_attempts: append,
  archived_jobs: ['SELECT', 'DELETE'],
  pages: read,
  batches: ['SELECT', 'INSERT', 'UPDATE'],
  batch_changes: write,
  // Triggers insert them.
  batch_deltas: ['INSERT'],
  idempotency_keys: ['SELECT', 'INSERT', 'UPDATE'],
  webhooks: ['SELECT', 'INSERT', 'DELETE'],
  webhook_endpoints: write,
  webhook_deliveries: ['SELECT', 'INSERT', 'UPDATE'],
  webhook_attempts: read,
  tenant_usage: read,
  // Triggers insert them.
  usage_deltas: append,
};

/** Columns that the role may update in tables that it may otherwise only read. */
export const apiUpdates: Readonly<Record<string, readonly string[]>> = {
  tenants: ['secret_version', 'secret_rotated_at'],
};

/** Sequences that give the ids of rows which the role inserts. */
export const apiSequences: readonly string[] = ['batch_deltas_id_seq', 'usage_deltas_id_seq'];

/** Functions that run as the owner of the tables and only the API's role may call. */
export const apiFunctions: readonly string[] = [
  'estimate_names(tsquery[])',
  'names_with_grams(uuid,tsquery,integer)',
  'pages_with_words(uuid,tsquery)',
];

/** Tables and sequences that the role has no access to. */
export const withheld: readonly string[] = [
  '_prisma_migrations',
  'alerts',
  'audit_log',
  'bulk_operations',
  'claim_turn',
  'costs',
  'forecast',
  'installation',
  'leases',
  'quarantine',
  'tenant_erasures',
  'workers',
];
