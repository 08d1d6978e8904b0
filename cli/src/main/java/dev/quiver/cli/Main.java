package dev.quiver.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The {@code quiver} command's entry. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Terminal terminal = Terminal.ofProcess(out, err);
    int code = Quiver.run(arguments, new Context(out, err, System.in, System.getenv(), terminal));
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Runs a command in this process with given streams and environment; for tests. */
  static int run(
      PrintWriter out, PrintWriter err, Map<String, String> environment, String... args) {
    return Quiver.run(
        args,
        new Context(
            out, err, java.io.InputStream.nullInputStream(), environment, Terminal.none(err)));
  }
}
