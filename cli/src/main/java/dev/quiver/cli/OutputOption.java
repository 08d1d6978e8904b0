package dev.quiver.cli;

import picocli.CommandLine.Option;

/** The form of a command's result. */
final class OutputOption {
  enum Form {
    text,
    json
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      description = "Form of the result: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Form form = Form.text;

  boolean json() {
    return form == Form.json;
  }
}
