interface Closing {
  readonly closed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** Calls back when a response or socket closes, or at once if it is closed: its event does not come again. */
export function onClose(stream: Closing, callback: () => void): void {
  if (stream.closed) callback();
  else stream.once('close', callback);
}
