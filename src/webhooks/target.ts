/**
 * Deliveries of one lane go to one place: a place that is slow or hangs holds up its own lane only. A tenant's endpoint is a
 * lane; so is a host that a tenant names URLs of.
 */
export function laneOf(tenantId: string, target: { endpointId: string } | { url: string }): string {
  return 'endpointId' in target ? target.endpointId : `${tenantId} ${new URL(target.url).host}`;
}
