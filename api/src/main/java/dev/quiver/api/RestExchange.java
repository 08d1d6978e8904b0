package dev.quiver.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.Database;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import dev.quiver.engine.QuiverException;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** One REST call: its parameters and body on the way in, its answer on the way out. */
final class RestExchange {
  private static final int FIRST_BYTES = 8 << 10;
  private static final long NO_LENGTH = -1;

  /** Longer bodies are not kept for the list of slow requests. */
  private static final int KEPT_BYTES = 16 << 10;

  private static final HeaderName EXPLAIN = HeaderNames.create(ExplainLog.HEADER);

  /** Counted, never sent: the caller closed the connection. */
  private static final int ABORTED_STATUS = 499;

  private static final Pattern JSON_SUFFIX = Pattern.compile("[a-z]+/[a-z0-9.-]+\\+json");

  private final ServerRequest request;
  private final ServerResponse response;
  private final Map<String, String> pathParameters;
  private final Caller caller;
  private final ApiLimits limits;
  private final JsonFactory json;
  private final long startNanos;
  private ExplainLog explains = ExplainLog.OFF;
  private int status = 200;
  private byte @Nullable [] kept;
  private Runnable beforeSending = () -> {};

  RestExchange(
      ServerRequest request,
      ServerResponse response,
      Map<String, String> pathParameters,
      Caller caller,
      ApiLimits limits,
      JsonFactory json,
      long startNanos) {
    this.request = request;
    this.response = response;
    this.pathParameters = pathParameters;
    this.caller = caller;
    this.limits = limits;
    this.json = json;
    this.startNanos = startNanos;
  }

  /** Where the call's searches are recorded. Reads the header that asks for it. */
  ExplainLog explains() {
    explains = ExplainLog.ofHeader(request.headers().first(EXPLAIN).orElse(null));
    return explains;
  }

  /** Runs the call's one search on the pool. */
  <T> T search(SearchPool pool, String operation, Duration timeout, Supplier<T> search) {
    ExplainLog log = explains();
    return pool.run(operation, timeout, () -> log.recorded(0, search));
  }

  /** Runs when the answer is known and about to be sent. */
  void beforeSending(Runnable action) {
    beforeSending = action;
  }

  Access access() {
    return caller.access();
  }

  Caller caller() {
    return caller;
  }

  ApiLimits limits() {
    return limits;
  }

  /** What was answered. */
  int status() {
    return status;
  }

  // ---- path

  String pathParameter(String name) {
    String value = pathParameters.get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no parameter " + name);
    }
    return value;
  }

  boolean hasPathParameter(String name) {
    return pathParameters.containsKey(name);
  }

  /** The collection's name, checked as any other call than create does. */
  String collection() {
    String name = pathParameter("collection_name");
    CollectionDocuments.checkName(name);
    return name;
  }

  /** The collection of the call when there is one of that name; null when not. */
  @Nullable String existing(Database database) {
    String name = pathParameters.get("collection_name");
    return name != null && database.collectionExists(name) ? name : null;
  }

  PointId pointId() {
    String text = pathParameter("id");
    try {
      return PointIds.parse(text);
    } catch (QuiverException e) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST,
          "Can not recognize \"" + Shape.abbreviate(text) + "\" as point id",
          e);
    }
  }

  // ---- query parameters

  @Nullable String parameter(String name) {
    List<String> values = request.query().all(name, List::of);
    if (values.size() > 1) {
      throw Problems.format(Problems.QUERY, "", "duplicate field `" + name + "`");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  /** A parameter as it is; null when there is none. */
  @Nullable String text(String name) {
    return parameter(name);
  }

  boolean flag(String name, boolean byDefault) {
    String value = parameter(name);
    if (value == null) {
      return byDefault;
    }
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw Problems.format(Problems.QUERY, "", "provided string was not `true` or `false`");
    };
  }

  String text(String name, String byDefault) {
    String value = parameter(name);
    return value == null ? byDefault : value;
  }

  long number(String name, long byDefault) {
    String value = parameter(name);
    return value == null ? byDefault : parseUnsigned(value);
  }

  private static long parseUnsigned(String value) {
    if (value.isEmpty()) {
      throw Problems.format(Problems.QUERY, "", "cannot parse integer from empty string");
    }
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > '9') {
        throw Problems.format(Problems.QUERY, "", "invalid digit found in string");
      }
    }
    try {
      return Long.parseUnsignedLong(value) < 0 ? Long.MAX_VALUE : Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw Problems.format(Problems.QUERY, "", "number too large to fit in target type");
    }
  }

  /** The {@code timeout} of a call that changes something; null when there is none. */
  @Nullable Duration updateTimeout() {
    String value = parameter("timeout");
    if (value == null) {
      return null;
    }
    long seconds = parseUnsigned(value);
    if (seconds < 1) {
      throw Problems.validation(
          Problems.QUERY, "timeout", "value " + seconds + " invalid, must be 1 or larger");
    }
    return bounded(seconds);
  }

  /** The {@code timeout} that the call names; null when it names none. */
  @Nullable Duration namedTimeout() {
    return parameter("timeout") == null ? null : readTimeout();
  }

  /** The {@code timeout} and {@code consistency} of a read; the server's timeout by default. */
  Duration readTimeout() {
    checkConsistency();
    String value = parameter("timeout");
    if (value == null) {
      return limits.searchTimeout();
    }
    long seconds = parseUnsigned(value);
    if (seconds < 1) {
      throw Problems.format(
          Problems.QUERY, "", "invalid value: integer `0`, expected a nonzero u64");
    }
    return bounded(seconds);
  }

  private Duration bounded(long seconds) {
    Duration max = limits.timeoutMax();
    return seconds > max.toSeconds() ? max : Duration.ofSeconds(seconds);
  }

  /** One replica satisfies every consistency; but what is no consistency at all is refused. */
  private void checkConsistency() {
    String value = parameter("consistency");
    if (value == null
        || value.isEmpty()
        || value.equals("majority")
        || value.equals("quorum")
        || value.equals("all")) {
      return;
    }
    boolean digits = value.length() <= 19 && value.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || Long.parseLong(value) < 1) {
      throw Problems.format(
          Problems.QUERY,
          "",
          "failed to deserialize read consistency query parameter value '"
              + Shape.abbreviate(value)
              + "'");
    }
  }

  /** One replica satisfies every ordering; but what is no ordering at all is refused. */
  void checkOrdering() {
    String value = parameter("ordering");
    if (value == null) {
      return;
    }
    switch (value) {
      case "weak", "medium", "strong" -> {}
      default ->
          throw Problems.format(
              Problems.QUERY,
              "",
              "unknown variant `"
                  + Shape.abbreviate(value)
                  + "`, expected one of `weak`, `medium`, `strong`");
    }
  }

  // ---- body

  /** Reads the JSON body. */
  <T> T body(JsonIn.Reader<T> reader) {
    checkContentType();
    byte[] bytes = bodyBytes();
    kept = bytes.length <= KEPT_BYTES ? bytes : null;
    return JsonIn.read(json, bytes, bytes.length, reader);
  }

  /** Reads the JSON body into a tree. */
  JsonNode bodyTree() {
    return body(JsonIn::tree);
  }

  /** The body that was read, if it was short JSON. */
  @Nullable JsonNode keptBody() {
    byte[] bytes = kept;
    if (bytes == null || bytes.length == 0) {
      return null;
    }
    try {
      return JsonIn.read(json, bytes, bytes.length, JsonIn::tree);
    } catch (QuiverException e) {
      // It was refused for what it is.
      return null;
    }
  }

  /** The same, for a call that may come without a body; null then. */
  @Nullable JsonNode optionalBodyTree() {
    if (declaredLength() == 0 || !request.content().hasEntity()) {
      return null;
    }
    return bodyTree();
  }

  /** Reads a body that says nothing, so that it is not taken for the next request. */
  void ignoreBody() {
    bodyBytes();
  }

  private void checkContentType() {
    if (!request.headers().contains(HeaderNames.CONTENT_TYPE)) {
      return;
    }
    String given = request.headers().get(HeaderNames.CONTENT_TYPE).get();
    int parameters = given.indexOf(';');
    String type =
        (parameters < 0 ? given : given.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    if (!type.equals("application/json") && !JSON_SUFFIX.matcher(type).matches()) {
      throw new QuiverException(ErrorCode.FORMAT, "Content type error");
    }
  }

  private byte[] bodyBytes() {
    int max = limits.bodyBytesMax();
    long declared = declaredLength();
    if (declared > max) {
      throw new QuiverException(
          ErrorCode.TOO_LARGE,
          "JSON payload ("
              + declared
              + " bytes) is larger than allowed (limit: "
              + max
              + " bytes).");
    }
    if (declared == 0 || !request.content().hasEntity()) {
      return new byte[0];
    }
    try {
      InputStream raw = request.content().inputStream();
      try {
        return decodedBytes(raw, max, declared);
      } finally {
        // What stays unread would be taken for the next request of the connection.
        drain(raw, max);
      }
    } catch (IOException | UncheckedIOException | DataReader.InsufficientDataAvailableException e) {
      status = ABORTED_STATUS;
      throw new RestAborted(e);
    } catch (CloseConnectionException e) {
      status = ABORTED_STATUS;
      throw e;
    }
  }

  private byte[] decodedBytes(InputStream raw, int max, long declared) throws IOException {
    String encoding = request.headers().first(HeaderNames.CONTENT_ENCODING).orElse("identity");
    try (InputStream in = RestEncoding.decoded(raw, encoding)) {
      // What is declared is only a claim: the buffer grows with what arrives.
      byte[] bytes = new byte[(int) Math.min(Math.max(declared + 1, FIRST_BYTES), 1 << 20)];
      int count = 0;
      while (true) {
        int read = in.read(bytes, count, bytes.length - count);
        if (read < 0) {
          return Arrays.copyOf(bytes, count);
        }
        count += read;
        if (count > max) {
          throw new QuiverException(
              ErrorCode.TOO_LARGE, "JSON payload has exceeded limit (" + max + " bytes).");
        }
        if (count == bytes.length) {
          bytes = Arrays.copyOf(bytes, (int) Math.min(bytes.length * 2L, max + 1L));
        }
      }
    } catch (ZipException | EOFException e) {
      throw new QuiverException(
          ErrorCode.FORMAT, "Format error in JSON body: the body is not what its encoding says", e);
    }
  }

  private void drain(InputStream raw, int max) throws IOException {
    byte[] sink = new byte[FIRST_BYTES];
    long drained = 0;
    int read = raw.read(sink);
    while (read >= 0 && drained <= max) {
      drained += read;
      read = raw.read(sink);
    }
    if (read >= 0) {
      response.header(HeaderNames.CONNECTION, "close");
    }
  }

  private long declaredLength() {
    if (request.headers().contains(HeaderNames.CONTENT_ENCODING)) {
      return NO_LENGTH;
    }
    return request.headers().contentLength().orElse(NO_LENGTH);
  }

  // ---- answer

  void ok(RestOut.Result result) {
    json(200, RestOut.ok(result, explains, startNanos));
  }

  /** Says that the work goes on after the answer. */
  void accepted() {
    json(202, RestOut.accepted(startNanos));
  }

  /** Sends a file's bytes, of which only a part is in memory at a time. */
  void file(Path file, String name) {
    try (InputStream in = Files.newInputStream(file)) {
      response.status(200);
      response.header(HeaderNames.CONTENT_TYPE, "application/octet-stream");
      response.header(
          HeaderNames.create("Content-Disposition"), "attachment; filename=\"" + name + "\"");
      response.header(HeaderNames.CONTENT_LENGTH, Long.toString(Files.size(file)));
      try (OutputStream out = response.outputStream()) {
        in.transferTo(out);
      }
    } catch (IOException | UncheckedIOException e) {
      status = ABORTED_STATUS;
      throw new RestAborted(e);
    }
  }

  /**
   * Reads the part of a form that is called so, or the whole body when it is no form; it may be of
   * any size.
   */
  <T> T upload(String part, RestSnapshots.Upload<T> reader) {
    try {
      String type = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
      InputStream raw = request.content().inputStream();
      InputStream in =
          type.startsWith("multipart/form-data") ? FormPart.open(raw, type, part) : raw;
      T result = reader.read(in);
      raw.transferTo(OutputStream.nullOutputStream());
      return result;
    } catch (IOException | UncheckedIOException | DataReader.InsufficientDataAvailableException e) {
      status = ABORTED_STATUS;
      throw new RestAborted(e);
    } catch (QuiverException e) {
      // What is unread may be gigabytes.
      response.header(HeaderNames.CONNECTION, "close");
      throw e;
    }
  }

  void json(int httpStatus, byte[] body) {
    send(httpStatus, "application/json", body);
  }

  void text(int httpStatus, String body) {
    send(httpStatus, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
  }

  private void send(int httpStatus, String contentType, byte[] body) {
    status = httpStatus;
    response.status(httpStatus);
    response.header(HeaderNames.CONTENT_TYPE, contentType);
    beforeSending.run();
    response.send(RestEncoding.encoded(request, response, body));
  }

  /** Answers with an error, in the envelope or, from the authentication, as plain text. */
  void error(QuiverException e) {
    ErrorCode code = e.code();
    String retryAfter = e.retryAfter();
    if (retryAfter != null) {
      response.header(HeaderNames.RETRY_AFTER, retryAfter);
    }
    String text = String.valueOf(e.getMessage());
    if (code == ErrorCode.UNAUTHENTICATED || code == ErrorCode.TOKEN_REFUSED) {
      text(code.httpStatus(), text);
    } else {
      json(code.httpStatus(), RestOut.error(text, startNanos));
    }
  }
}
