/**
 * The variables that a program needs to find its files and its locale. All others stay with this process, because some
 * hold secrets, such as SECRET_KEY and DATABASE_URL.
 */
const names = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH'];

/** Returns the environment for programs that must not learn the secrets of this process. */
export function harmlessEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries({ ...process.env }).filter(([name]) => names.includes(name)));
}
