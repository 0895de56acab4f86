/** Whether an id on the command line is that of a batch. */
export function isBatchId(id: string): boolean {
  return id.startsWith('batch_');
}
