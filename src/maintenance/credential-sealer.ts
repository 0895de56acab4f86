import type { Database } from '../connections/database.ts';
import type { Secrets } from '../connections/secrets.ts';
import { sealCredentials, stripCredentials } from '../documents/url-credentials.ts';
import type { Actor } from './actor.ts';
import { lockPlain, sealPlain } from './sql/credentials.ts';

const batch = 100;

/**
 * Encrypts the credentials in URLs of documents that earlier versions stored as they were, or erases them if no job
 * needs them. Migrations cannot, because the key is not in the database.
 */
export function createCredentialSealer({ database, secrets }: { database: Database; secrets: Secrets }): Actor {
  function sealSome(): Promise<number> {
    return database.transaction(async (query) => {
      const sources = await query<{ id: string; url: string }>(lockPlain, [batch]);
      if (sources.length === 0) return 0;
      await query(sealPlain, [
        sources.map(({ id }) => id),
        sources.map(({ url }) => stripCredentials(url)),
        sources.map(({ url }) => (URL.canParse(url) ? sealCredentials(secrets, url) : null)),
      ]);
      return sources.length;
    });
  }

  return {
    name: 'credential-sealer',
    everyMs: 60_000,
    async runOnce() {
      while ((await sealSome()) === batch);
    },
  };
}
