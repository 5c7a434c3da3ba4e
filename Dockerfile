# Gatewatch: one image for every role; the command decides (run, collector, server, simulate).
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-save --no-audit --no-fund
COPY . .
RUN node node_modules/vite/bin/vite.js build && npm prune --omit=dev --no-audit --no-fund --no-save

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production GATEWATCH_HTTP_HOST=0.0.0.0 GATEWATCH_DATA_DIR=/data
COPY --from=build --chown=node:node /app /app
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "gatewatch.ts"]
CMD ["run"]
