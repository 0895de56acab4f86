-- URLs with a user name or password, as earlier versions stored them: maintenance encrypts or erases these.
CREATE INDEX "sources_plain_credentials_idx" ON "sources"("id") WHERE "url" ~ '^[^:]*:[/\\\s]*[^/\\?#]*@';
