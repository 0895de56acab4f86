-- owe_webhook: as before, but nothing is owed to an endpoint that was deleted: jobs and batches may still name it.
CREATE OR REPLACE FUNCTION "owe_webhook"(hook uuid, happened text, job uuid, batch uuid, facts jsonb) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO "webhook_deliveries" ("id", "tenant_id", "event", "url", "endpoint_id", "lane", "job_id", "batch_id", "snapshot")
    SELECT overlay(
               overlay(replace(gen_random_uuid()::text, '-', '')
                       PLACING lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') FROM 1)
               PLACING '7' FROM 13)::uuid,
           w."tenant_id", happened::"WebhookEvent", w."url", w."endpoint_id", w."lane", job, batch, facts
      FROM "webhooks" w
     WHERE w."id" = hook AND happened::"WebhookEvent" = ANY (w."events")
       AND (w."endpoint_id" IS NULL OR EXISTS (SELECT FROM "webhook_endpoints" e WHERE e."id" = w."endpoint_id"))
$$;
