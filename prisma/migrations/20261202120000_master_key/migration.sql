-- The secret is encrypted with a master key, which is outside the database. The next process that starts encrypts an existing one.
ALTER TABLE "installation"
    ALTER COLUMN "secret" DROP NOT NULL,
    ADD COLUMN "sealed_secret" TEXT,
    ADD CONSTRAINT "installation_has_one_secret" CHECK (("secret" IS NULL) <> ("sealed_secret" IS NULL));
