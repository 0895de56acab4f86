-- What maintenance finds wrong with the installation. An alert is raised once, and cleared when it is over.
CREATE TABLE "alerts" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cleared_at" TIMESTAMPTZ(3),
    "tries" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "alerts_raised_idx" ON "alerts"("kind") WHERE "cleared_at" IS NULL;
CREATE INDEX "alerts_due_idx" ON "alerts"("due_at") WHERE "due_at" IS NOT NULL;
CREATE INDEX "webhook_deliveries_dead_idx" ON "webhook_deliveries"("finished_at") WHERE "status" = 'DEAD';
CREATE INDEX "alerts_raised_at_idx" ON "alerts"("raised_at" DESC);

-- Each claim and forecast looks for tenants whose queue is paused.
CREATE INDEX "tenants_paused_idx" ON "tenants"("queue_paused_at") WHERE "queue_paused_at" IS NOT NULL;
