# The image: one bundle on a Node without a shell, run as nobody.

# Both bases can be replaced, by a mirror or by a stand-in where there is no network.
ARG BUILD_IMAGE=docker.io/library/node:26-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:latest

# The bundle is the same for every platform, so the machine that builds makes it for all of them and
# emulates none. This is the one stage that needs a network, for `npm ci`.
FROM --platform=${BUILDPLATFORM} ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# No package runs a script of its own: the bundler needs none of them.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tools tools
COPY src src
COPY explorer explorer
# The entry point is the bundle behind another first line. A shebang can carry one argument: here the
# share of the container's memory that V8 may fill, because by default that is more than all of a
# small container, and the kernel kills what a collection would have saved. The bundle starts itself
# anew where it lacks this or what is set below: here it need not.
RUN node tools/build.ts \
    && sed '1s|.*|#!/nodejs/bin/node --max-old-space-size-percentage=60|' dist/kubestate.cjs \
    > dist/kube-state-metrics

FROM ${RUNTIME_IMAGE}
# What differs from one release to the next is set by tools/release.ts: version, revision, source.
LABEL org.opencontainers.image.title="kubestate" \
      org.opencontainers.image.description="Cluster state exporter, a drop-in for kube-state-metrics" \
      org.opencontainers.image.licenses="Apache-2.0"
# SIGUSR1 must not open Node's debugger. By default glibc keeps freed blocks of the store's size for
# itself, and other freed memory in an arena for each thread: the last three make it give blocks
# back, and have one arena.
ENV NODE_ENV=production \
    NODE_OPTIONS="--max-semi-space-size=4 --disable-sigusr1" \
    MALLOC_MMAP_THRESHOLD_=32768 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    MALLOC_ARENA_MAX=1
COPY --chmod=0444 LICENSE /LICENSE
COPY --from=build --chmod=0444 /src/dist/THIRD-PARTY-LICENSES /THIRD-PARTY-LICENSES
# Named as in kube-state-metrics' image, for manifests that give it as their command.
COPY --from=build --chmod=0555 /src/dist/kube-state-metrics /kube-state-metrics
EXPOSE 8080 8081
# A number, because a kubelet cannot tell from a name that it is not root.
USER 65534:65534
ENTRYPOINT ["/kube-state-metrics"]
