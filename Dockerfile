# Collector in an image without a shell: one file, not root, nothing to write to but two volumes.
#   docker build -t collector .
#   docker run -p 5514:5514/udp -p 5514:5514/tcp -p 4317:4317 -p 4318:4318 -p 8000:8000 --read-only --cap-drop=all collector
# Builds for the architecture that it runs on, amd64 or arm64, since Native AOT links with that architecture's own libraries; for another
# one under emulation: docker buildx build --platform linux/amd64,linux/arm64 .

# The SDK that the lock files were made with: another one brings another compiler and runtime.
FROM mcr.microsoft.com/dotnet/sdk:10.0.401-noble-aot AS build
WORKDIR /source
COPY .editorconfig BannedSymbols.txt Directory.Build.props Directory.Packages.props global.json ./
COPY models models
COPY src src
# NativeRuntime: the ONNX Runtime that is embedded has to be for the same architecture.
RUN runtime="linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" \
 && dotnet publish -c Release -r "$runtime" "-p:NativeRuntime=$runtime" src/Collector -o /out \
 && mkdir /out/state /out/logs

# A binary that was linked on noble asks for glibc 2.38 or newer: debian12 has 2.36, debian13 has 2.41.
FROM gcr.io/distroless/cc-debian13:nonroot
LABEL org.opencontainers.image.title="Collector" \
      org.opencontainers.image.description="Log collection that understands what it carries" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.documentation="docs/operations.md"
COPY --from=build /out/collector /usr/bin/collector
COPY --from=build --chown=65532:65532 /out/state /var/lib/collector
COPY --from=build --chown=65532:65532 /out/logs /var/log/collector
USER 65532:65532
VOLUME ["/var/lib/collector", "/var/log/collector"]
# Syslog, OTLP over gRPC and HTTP, metrics and health. The status page listens on loopback only.
EXPOSE 5514/udp 5514/tcp 4317/tcp 4318/tcp 8000/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/usr/bin/collector", "healthcheck"]
ENTRYPOINT ["/usr/bin/collector"]
