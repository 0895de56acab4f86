/**
 * Returns the delivery queue of a target. A slow or hanging destination delays only its own lane. Each endpoint of a
 * tenant is a lane, and so is each host of a tenant's plain URLs.
 */
export function laneOf(tenantId: string, target: { endpointId: string } | { url: string }): string {
  return 'endpointId' in target ? target.endpointId : `${tenantId} ${new URL(target.url).host}`;
}
