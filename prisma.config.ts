import { defineConfig } from 'prisma/config';

// The CLI alone reads this, for `prisma generate` and for developing migrations; the running processes never do.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://127.0.0.1:5432/pagehive' },
});
