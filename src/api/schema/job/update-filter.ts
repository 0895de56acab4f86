import { decodeId } from '../../../ids.ts';
import { foldText } from '../../../jobs/fold-text.ts';
import type { ProgressState } from '../../../progress/state.ts';
import type { JobFilterInput } from './connection.ts';

type Status = ProgressState['status'];

/** The possible previous statuses of a job; docs/job-states.md has every transition. */
const cameFrom: Record<Status, Status[]> = {
  PENDING: ['RUNNING', 'FAILED', 'CANCELLED'],
  RUNNING: ['PENDING', 'RETRYING'],
  RETRYING: ['RUNNING'],
  COMPLETED: ['RUNNING'],
  FAILED: ['RUNNING'],
  CANCELLED: ['PENDING', 'RUNNING', 'RETRYING'],
};

/**
 * Returns whether a subscriber with this filter gets an event: events of matching jobs, and the transition by which a
 * job stops matching, so that lists can remove it. A job's previous state is not stored per subscriber, so a transition
 * that *may* have left the filter counts as one that did.
 */
export function acceptsUpdates(filter: JobFilterInput | null | undefined): (state: ProgressState) => boolean {
  const { status, failureCode, name, batch, createdAfter, createdBefore } = filter ?? {};
  const batchId = batch == null ? null : decodeId('batch', batch);
  const part = name == null ? null : foldText(name);

  function matchesForGood(state: ProgressState): boolean {
    const created = madeAt(state.jobId);
    return (
      (batch == null || (state.batchId !== null && state.batchId === batchId)) &&
      (!part || (state.name !== null && foldText(state.name).includes(part))) &&
      (createdAfter == null || created >= createdAfter.getTime()) &&
      (createdBefore == null || created < createdBefore.getTime())
    );
  }
  function matchesNow(state: ProgressState): boolean {
    return (
      (status == null || status.includes(state.status)) &&
      (failureCode == null || (state.failure !== null && failureCode.includes(state.failure.code)))
    );
  }
  function mayLeave(state: ProgressState): boolean {
    const isTransition = state.seq === 0 && state.revision > 1;
    return isTransition && (status == null || cameFrom[state.status].some((before) => status.includes(before)));
  }
  return (state) => matchesForGood(state) && (matchesNow(state) || mayLeave(state));
}

/** A UUIDv7 begins with its creation time in milliseconds. */
function madeAt(jobId: string): number {
  return Number.parseInt(jobId.replaceAll('-', '').slice(0, 12), 16);
}
