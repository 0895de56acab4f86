-- What separates the extractors of a worker from the rest of its machine. Null until its first extractor is ready.
CREATE TYPE "SandboxLevel" AS ENUM ('NAMESPACES', 'USER', 'PROCESS', 'OFF');
ALTER TABLE "workers" ADD COLUMN "sandbox" "SandboxLevel";
