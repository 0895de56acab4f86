import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedServerError } from './embedded-server.ts';

/** How to run PostgreSQL's programs, which refuse to run as root. */
export interface PostgresUser {
  command(program: string, args: readonly string[]): { command: string; args: string[]; uid?: number; gid?: number };
  /** Transfers ownership of a file, or a directory with its contents. */
  own(path: string): void;
}

const same: PostgresUser = {
  command: (program, args) => ({ command: program, args: [...args] }),
  own: () => undefined,
};

/**
 * Chooses how root runs PostgreSQL: the first of three ways that works. In a user namespace, root only appears as
 * another user, so files stay root's and remain accessible. Where containers forbid namespaces: as another user with
 * the capability to enter closed directories, since the data may be in a home directory. Otherwise as another user.
 */
export function choosePostgresUser(directory: string): PostgresUser {
  const owner = statSync(directory, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  if (uid !== 0) {
    if (owner !== undefined && owner.uid !== uid) {
      throw new EmbeddedServerError(
        `${directory} belongs to another user (uid ${owner.uid}): start as that user, or set DATA_DIR to your own directory`,
      );
    }
    return same;
  }
  if (owner !== undefined && owner.uid !== 0) return otherUser({ uid: owner.uid, gid: owner.gid });
  const account = anyAccount();
  const namespace = ['--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`];
  if (!works('unshare', [...namespace, 'true'])) return otherUser(account);
  return { ...same, command: (program, args) => ({ command: 'unshare', args: [...namespace, program, ...args] }) };
}

interface Account {
  uid: number;
  gid: number;
}

function otherUser(account: Account): PostgresUser {
  const { uid, gid } = account;
  const capable = [
    ...[`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'],
    ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override'],
  ];
  const keepsRight = works('setpriv', [...capable, 'true']);
  return {
    command: (program, args) =>
      keepsRight
        ? { command: 'setpriv', args: [...capable, program, ...args] }
        : { command: program, args: [...args], uid, gid },
    own(path) {
      // Allow passing through the parent directory, but not listing it.
      const parent = dirname(path);
      if (!keepsRight) chmodSync(parent, statSync(parent).mode | 0o011);
      if (statSync(path).uid === uid) return;
      chownSync(path, uid, gid);
      if (statSync(path).isDirectory()) spawnSync('chown', ['-R', `${uid}:${gid}`, path]);
    },
  };
}

/** initdb requires a user with a name. */
function anyAccount(): Account {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid, gid }) => name !== undefined && uid > 0 && gid > 0);
  const account =
    accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody') ?? accounts[0];
  if (account === undefined) {
    throw new EmbeddedServerError('PostgreSQL refuses to run as root and there is no other user: set DATABASE_URL');
  }
  return account;
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
