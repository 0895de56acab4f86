-- A job carries its trace to the worker: the permits in Redis have no content.
ALTER TABLE "jobs" ADD COLUMN "trace_context" TEXT;
