import { timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../connections/secrets.ts';

/**
 * Progress messages in Redis. A client that can write to Redis must not be able to forge one, so each begins with an
 * authentication code for its channel and text. A message without the right code is ignored: it costs no read, moves no
 * fence and reaches no subscriber. A genuine message that is sent again is at most an old state, which fences drop.
 */
export interface Messages {
  write(channel: string, state: object): string;
  /** Returns the text of a genuine message; null for any other one. */
  read(channel: string, message: string): string | null;
}

/** Length of a code: SHA-256 in Base64url. */
const codeLength = 43;

export function createMessages(secrets: Pick<Secrets, 'authenticator'>): Messages {
  const codeOf = secrets.authenticator('progress message');
  // A channel contains no line break.
  const code = (channel: string, text: string) => codeOf(`${channel}\n${text}`);
  return {
    write(channel, state) {
      const text = JSON.stringify(state);
      return code(channel, text) + text;
    },
    read(channel, message) {
      const text = message.slice(codeLength);
      const [given, genuine] = [Buffer.from(message.slice(0, codeLength)), Buffer.from(code(channel, text))];
      return given.length === genuine.length && timingSafeEqual(given, genuine) ? text : null;
    },
  };
}
