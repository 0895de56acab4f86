-- What an attempt that failed had read the document with: a later one of its run knows what ran out of time or memory, whatever
-- became of those in between.
ALTER TABLE "job_attempts" ADD COLUMN "engine" "Engine";
