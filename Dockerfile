# Builds the program and puts it, and nothing else that runs, into an image.
#
#   docker build -t mooring .
#
# The image has no repository to read its version from. Give it both:
#
#   docker build -t mooring --build-arg VERSION="$(git describe --tags --always)" \
#     --build-arg COMMIT="$(git rev-parse HEAD)" .
#
# The base is named by its tag, so that fixes of Go come by building again. Where
# a build must be the same for ever, put the digest behind it:
# golang:1.26@sha256:... (docker buildx imagetools inspect golang:1.26 shows it).
FROM golang:1.26 AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION="" COMMIT=""
RUN CGO_ENABLED=0 go build -trimpath -tags nogallery -ldflags="-s -w -X main.version=$VERSION -X main.commit=$COMMIT" \
    -o /out/mooring ./cmd/mooring
RUN mkdir -m 0770 /out/data

FROM scratch
# For reaching Azure over TLS, and for TZ=Europe/Berlin in the log's times.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo
COPY --from=build /out/mooring /mooring
COPY LICENSE THIRD_PARTY_NOTICES.md /
# A new volume takes over the owner of the folder that it covers. Group 0 may do
# what the owner may, because OpenShift runs an image as a user of its own choice
# in that group.
COPY --from=build --chown=65532:0 --chmod=0770 /out/data /data
ENV MOORING_DATA=/data \
    MOORING_LISTEN=0.0.0.0:8080
USER 65532:0
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s CMD ["/mooring", "health"]
ENTRYPOINT ["/mooring"]
CMD ["serve"]
