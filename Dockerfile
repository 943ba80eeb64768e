# One image for every role; the command says which: node dist/workers/<role>.js
FROM node:24-slim AS build
WORKDIR /app
# The sources come before the installation, since it builds them (prepare).
COPY . .
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production \
    HTTP_HOST=0.0.0.0 \
    DATA_DIR=/var/lib/ringmaster
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE /app/README.md /app/CHANGELOG.md ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/samples ./samples
RUN mkdir -p /var/lib/ringmaster && chown node:node /var/lib/ringmaster
USER node
EXPOSE 8080
VOLUME /var/lib/ringmaster
# SIGTERM drains: no new work, what runs is finished, queues are closed, then the store.
STOPSIGNAL SIGTERM
CMD ["node", "--enable-source-maps", "dist/workers/all.js"]
