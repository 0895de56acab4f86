// Provides Redis with the programs on PATH, and prints which program that is.
import { provideRedis } from '../../../src/connections/embedded-redis-program.ts';

try {
  process.stdout.write(`${(await provideRedis((line) => process.stderr.write(`${line}\n`))).command}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
