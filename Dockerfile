# Sprocket in a container: one executable, ffmpeg, a shell, and the libraries that these link; nothing else.
# Runs as any user (`user: 1000`), or starts as root and becomes PUID:PGID. A read-only root works: all that is written
# goes to /data, and to /tmp where there is one.
#   docker build --build-arg COMMIT=$(git rev-parse HEAD) -t sprocket .
#   docker run -p 8420:8420 -v sprocket:/data -v /srv/photos:/media/photos:ro sprocket serve /media/photos

FROM debian:trixie-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates nodejs npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /sprocket
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
ARG COMMIT=
RUN node src/bun.mjs src/build.ts --outfile=/out/sprocket --commit="$COMMIT"

# Debian's ffmpeg brings hundreds of megabytes for desktops, and Debian's base brings perl and apt. What is taken is
# programs and, as `ldd` names them, their libraries; the last six are what sharp and ONNX Runtime link.
FROM debian:trixie-slim AS parts
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg \
 && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /out/usr/local/bin /out/etc /out/data /out/tmp \
 && programs="/usr/bin/ffmpeg /usr/bin/ffprobe /usr/bin/setpriv /usr/bin/ionice /usr/bin/nice /usr/bin/true /usr/bin/sh /usr/bin/id /usr/bin/stat /usr/bin/chown /usr/bin/mkdir" \
 && cp -L --parents $programs /out \
 && ldd $programs | sed -nE 's|^.*\s(/[^ ]+) \(0x.*|\1|p' > /libraries \
 && for name in libstdc++.so.6 libgcc_s.so.1 libm.so.6 librt.so.1 libdl.so.2 libpthread.so.0; do \
      ldconfig -p | sed -nE "s|^\s*$name .* => ||p" | head -n 1 >> /libraries; \
    done \
 && sort -u /libraries | xargs cp -L --parents -t /out \
 && ln -s usr/bin /out/bin \
 && printf 'root:x:0:0:root:/:/bin/sh\nsprocket:x:1000:1000:sprocket:/data:/bin/sh\n' > /out/etc/passwd \
 && printf 'root:x:0:\nsprocket:x:1000:\n' > /out/etc/group \
 && chmod 1777 /out/data /out/tmp
# /data is open to all, so that a fresh volume can be written whatever `user:` says.
COPY --from=build /out/sprocket /out/usr/local/bin/sprocket
COPY --chmod=0755 src/container-entrypoint.sh /out/usr/local/bin/container-entrypoint

FROM scratch
ARG COMMIT=
LABEL org.opencontainers.image.title="Sprocket" \
      org.opencontainers.image.description="Self-hosted media job server" \
      org.opencontainers.image.revision="$COMMIT"
COPY --from=parts /out/ /
ENV PATH=/usr/local/bin:/usr/bin SPROCKET_DATA=/data SPROCKET_HOST=0.0.0.0
VOLUME /data
EXPOSE 8420
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["sprocket", "healthcheck"]
ENTRYPOINT ["container-entrypoint"]
CMD ["serve"]
