package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.Explain;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.StageReport;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the searches of one request did, when its caller wants to know; else it records nothing and
 * costs nothing. Thread-safe: searches of a batch run beside each other.
 */
final class ExplainLog {
  /** Name of the header that asks for it, and of gRPC's metadata in lower case. */
  static final String HEADER = "Quiver-Explain";

  /** Records nothing. */
  static final ExplainLog OFF = new ExplainLog(false, 0);

  /** What a client takes of metadata by default is 8 KiB, with all other trailers. */
  private static final int DEFAULT_TRAILER_BYTES = 7 << 10;

  private static final int TRAILER_BYTES_MAX = 1 << 20;

  private final boolean on;
  private final int trailerBytes;
  private final ConcurrentSkipListMap<Integer, Search> searches = new ConcurrentSkipListMap<>();

  /**
   * A search.
   *
   * @param nanos from beginning to end, on its thread
   */
  record Search(long nanos, List<StageReport> reads) {}

  private ExplainLog(boolean on, int trailerBytes) {
    this.on = on;
    this.trailerBytes = trailerBytes;
  }

  /**
   * What a header's value asks for.
   *
   * @param value null: nothing
   */
  static ExplainLog ofHeader(@Nullable String value) {
    return switch (value) {
      case null -> OFF;
      case "false" -> OFF;
      case "true" -> new ExplainLog(true, DEFAULT_TRAILER_BYTES);
      default -> throw refused(value, "true or false");
    };
  }

  /** What metadata ask for: as a header, or how many bytes the trailer may have. */
  static ExplainLog ofMetadata(@Nullable String value) {
    if (value == null || !value.matches("[0-9]{1,7}")) {
      return ofHeader(value);
    }
    int bytes = Integer.parseInt(value);
    if (bytes < 1_024 || bytes > TRAILER_BYTES_MAX) {
      throw refused(value, "true, false, or 1024 to " + TRAILER_BYTES_MAX + " bytes");
    }
    return new ExplainLog(true, bytes);
  }

  private static QuiverException refused(String value, String expected) {
    return new QuiverException(
        ErrorCode.BAD_REQUEST,
        HEADER + ": \"" + Shape.abbreviate(value) + "\" (expected: " + expected + ")");
  }

  boolean isOn() {
    return on;
  }

  int trailerBytes() {
    return trailerBytes;
  }

  /**
   * Runs a search on this thread.
   *
   * @param index its place in the request
   */
  <T> T recorded(int index, Supplier<T> search) {
    if (!on) {
      return search.get();
    }
    Explain explain = new Explain();
    long startNanos = System.nanoTime();
    T result = explain.record(search);
    searches.put(index, new Search(System.nanoTime() - startNanos, explain.reads()));
    return result;
  }

  /** The searches that were recorded, in the request's order. */
  List<Search> searches() {
    return List.copyOf(searches.values());
  }
}
