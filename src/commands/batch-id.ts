/** Whether an id from the command line is a batch's. */
export function isBatchId(id: string): boolean {
  return id.startsWith('batch_');
}
