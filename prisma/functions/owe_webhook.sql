-- owe_webhook: records a delivery, if the webhook subscribes to the event and its endpoint still exists.
--
-- Parameters: hook, the webhook of a job or batch; happened, the event, or null for none; job and batch, the subject of the event:
-- only batch for an event of a batch; facts, the row as the transition left it.
-- Called by: owe_job_webhook, owe_batch_webhook.
-- The id is a UUIDv7, as all ids are: it sorts by creation time.
CREATE OR REPLACE FUNCTION owe_webhook(hook uuid, happened text, job uuid, batch uuid, facts json) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO webhook_deliveries (id, tenant_id, event, url, endpoint_id, lane, job_id, batch_id, snapshot)
    SELECT overlay(
               overlay(replace(gen_random_uuid()::text, '-', '')
                       PLACING lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') FROM 1)
               PLACING '7' FROM 13)::uuid,
           w.tenant_id, happened::"WebhookEvent", w.url, w.endpoint_id, w.lane, job, batch, facts
      FROM webhooks w
     WHERE w.id = hook AND happened::"WebhookEvent" = ANY (w.events)
       AND (w.endpoint_id IS NULL OR EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = w.endpoint_id AND e.tenant_id = w.tenant_id))
$$;
