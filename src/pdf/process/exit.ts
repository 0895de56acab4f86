import { constants } from 'node:os';

/** The exit of a process. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why the process was killed: it violated the protocol, which only a document that has taken it over causes. */
  violation?: string;
}

/** Signals that a process causes by its own fault. */
const crashSignals: NodeJS.Signals[] = [
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
  'SIGSYS',
  'SIGXFSZ',
  'SIGXCPU',
];

/** Whether a dead process caused its end itself, and was not killed from outside. */
export function isOwnFault({ code, signal, violation }: Exit): boolean {
  return violation !== undefined || code !== null || (signal !== null && crashSignals.includes(signal));
}

/** Returns the exit of a process from that of a shell that ran it: the code stands for a signal above 128. */
export function exitOfShell(code: number | null, signal: NodeJS.Signals | null): Exit {
  const [name = null] = signalNames.filter((each) => constants.signals[each] + 128 === code);
  return name === null ? { code, signal } : { code: null, signal: name };
}

const signalNames = Object.keys(constants.signals).filter((name): name is NodeJS.Signals => name in constants.signals);
