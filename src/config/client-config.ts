import { z } from 'zod';
import { parseEnvironment, urlOf } from './environment.ts';

/** Configuration of the commands that call a running server. */
export interface ClientConfig {
  /** The URL of the server. */
  url: string;
  /** The API key of the requests; null for none. */
  apiKey: string | null;
  /** The password of encrypted documents; null for none. An option would show it to all users of the machine. */
  documentPassword: string | null;
}

const clientEnvironment = z.object({
  PAGEHIVE_URL: urlOf(['http:', 'https:'], 'http://127.0.0.1:4000').default('http://127.0.0.1:4000'),
  PAGEHIVE_KEY: z.string().optional(),
  PAGEHIVE_DOCUMENT_PASSWORD: z.string().optional(),
});

export function readClientConfig(env?: NodeJS.ProcessEnv): ClientConfig {
  const values = parseEnvironment(clientEnvironment, env);
  return {
    url: values.PAGEHIVE_URL,
    apiKey: values.PAGEHIVE_KEY ?? null,
    documentPassword: values.PAGEHIVE_DOCUMENT_PASSWORD ?? null,
  };
}
