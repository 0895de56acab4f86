-- Indexes for the filters of the audit log. Nearly all outcomes are OK, so only the others need an index.
CREATE INDEX "audit_log_action_id_idx" ON "audit_log" ("action", "id" DESC);
CREATE INDEX "audit_log_failures_idx" ON "audit_log" ("outcome", "id" DESC) WHERE "outcome" <> 'OK';
