package dev.quiver.bench;

/** One benchmark or fault campaign. Runs alone in its process. */
public interface Benchmark {
  /** The name after {@code ./quiver bench} or {@code ./quiver campaign}. */
  String name();

  String description();

  /**
   * @throws Exception whatever went wrong: a run that cannot finish fails, it reports no partial
   *     figures as whole
   */
  void run(BenchOptions options, Report report) throws Exception;
}
