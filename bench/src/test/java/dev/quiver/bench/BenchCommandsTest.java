package dev.quiver.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(CommandLine command, String... arguments) {
    return command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "query --help", "ann --help", "ann -h"})
  void helpListsTheOptionsAndRunsNothing(String line) {
    int code = execute(new BenchCommands().command(), line.split(" "));

    assertThat(code).isZero();
    assertThat(out.toString()).startsWith("Usage:").contains("--short").contains("--json=FILE");
  }

  @Test
  void campaignsHaveHelpToo() {
    assertThat(execute(new CampaignCommands().command(), "simulate", "--help")).isZero();
    assertThat(out.toString()).contains("Breaks things on purpose");
  }

  @Test
  void anUnknownPartIsNamedWithThoseThatThereAre() {
    int code = execute(new BenchCommands().command(), "ann", "--part", "serach");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .contains("--part: serach (expected: search, build, memory, filtered, churn, scale, alloc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nope", "pom.xml"})
  void aDataSetThatIsNoneIsNamedWithWhatIsExpected(String name) {
    int code = execute(new BenchCommands().command(), "ann", "--data-set", name);

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .contains("data set: " + name + " (expected: ")
        .contains(".hdf5, .fvecs or .bvecs");
  }

  @Test
  void anUnknownNameIsAnsweredWithThoseThatThereAre() {
    int code = execute(new CampaignCommands().command(), "crush");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("no campaign called crush; there are: crash, ");
  }
}
