package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.Snapshots;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where snapshots are restored from: a file in the folder of snapshots ({@code file:///...}),
 * another server ({@code http://...}, {@code https://...}), or, for a shard, the name of one of its
 * snapshots.
 */
final class SnapshotLocations {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** For the answer to begin; the loading itself has the caller's patience. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);

  private final Snapshots snapshots;

  SnapshotLocations(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /** Refuses an address that can lead nowhere, before anything is begun. */
  void check(Snapshots.Scope scope, String location) {
    URI uri = uri(location);
    if (uri == null || uri.getScheme() == null) {
      if (!scope.shard()) {
        throw QuiverException.badRequest(
            "Invalid snapshot location: `"
                + Shape.abbreviate(location)
                + "` (expected: file:///..., http://... or https://...)");
      }
      snapshots.file(scope, location);
    } else if (uri.getScheme().equals("file")) {
      file(uri);
    } else if (!uri.getScheme().equals("http") && !uri.getScheme().equals("https")) {
      throw QuiverException.badRequest(
          "Invalid snapshot location: scheme `"
              + uri.getScheme()
              + "` (expected: file, http or https)");
    }
  }

  private static @Nullable URI uri(String location) {
    try {
      return URI.create(location);
    } catch (IllegalArgumentException e) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST, "Invalid snapshot location: " + Shape.abbreviate(location), e);
    }
  }

  /** The file that an address names; it must lie in the folder of snapshots. */
  private Path file(URI uri) {
    Path file = Path.of(uri.getPath()).toAbsolutePath().normalize();
    Path allowed = snapshots.folder().toAbsolutePath().normalize();
    if (!file.startsWith(allowed)) {
      throw QuiverException.badRequest(
          "Snapshot file "
              + file
              + " is outside the snapshots directory (expected: in "
              + allowed
              + ")");
    }
    if (!Files.isRegularFile(file)) {
      throw QuiverException.notFound("Snapshot file " + file + " doesn't exist!");
    }
    return file;
  }

  void recover(
      Snapshots.Scope scope, String location, @Nullable String checksum, @Nullable String apiKey) {
    String collection = scope.collection();
    if (collection == null) {
      throw new IllegalStateException("only a collection is recovered");
    }
    URI uri = uri(location);
    try {
      if (uri == null || uri.getScheme() == null) {
        recover(collection, snapshots.file(scope, location), checksum);
      } else if (uri.getScheme().equals("file")) {
        recover(collection, file(uri), checksum);
      } else {
        load(collection, uri, checksum, apiKey);
      }
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST, "Snapshot cannot be read from " + location + ": " + e, e);
    }
  }

  private void recover(String collection, Path file, @Nullable String checksum) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      snapshots.recover(collection, in, checksum);
    }
  }

  private void load(String collection, URI uri, @Nullable String checksum, @Nullable String apiKey)
      throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ANSWER_TIMEOUT).GET();
    if (apiKey != null) {
      request.header("api-key", apiKey);
    }
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build()) {
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        if (response.statusCode() != 200) {
          throw QuiverException.badRequest(
              "Snapshot cannot be loaded from " + uri + ": HTTP status " + response.statusCode());
        }
        snapshots.recover(collection, in, checksum);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(
          ErrorCode.UNAVAILABLE, "interrupted while a snapshot was loaded from " + uri, e);
    }
  }
}
