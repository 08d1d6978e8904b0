package dev.quiver.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.server.QuiverServer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a command that was run in this process printed and how it ended. */
record Ran(int code, String out, String err) {
  static Ran quiver(Map<String, String> environment, String... arguments) {
    return run(environment, InputStream.nullInputStream(), arguments);
  }

  static Ran quiverReading(Map<String, String> environment, String input, String... arguments) {
    return run(
        environment, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), arguments);
  }

  private static Ran run(Map<String, String> environment, InputStream input, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    PrintWriter errWriter = new PrintWriter(err, true);
    Context context =
        new Context(
            new PrintWriter(out, true), errWriter, input, environment, Terminal.none(errWriter));
    int code = Quiver.run(arguments, context);
    return new Ran(code, out.toString(), err.toString());
  }

  /** Variables that make commands talk to a server. */
  static Map<String, String> environment(QuiverServer server, String apiKey) {
    return Map.of(
        "QUIVER_URL", "http://127.0.0.1:" + server.httpPort(),
        "QUIVER_GRPC_URL", "http://127.0.0.1:" + server.grpcPort(),
        "QUIVER_API_KEY", apiKey,
        "XDG_CACHE_HOME", System.getProperty("java.io.tmpdir") + "/quiver-test-cache");
  }

  JsonNode json() {
    return Json.parse(out, "output");
  }
}
