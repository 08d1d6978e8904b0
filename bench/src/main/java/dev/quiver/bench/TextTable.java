package dev.quiver.bench;

import java.util.List;
import java.util.Locale;

/**
 * A table for people.
 *
 * @param header one cell per column
 * @param rows as many cells each as the header; the first column is text, the others are numbers
 */
public record TextTable(String title, List<String> header, List<List<String>> rows) {
  public TextTable {
    for (List<String> row : rows) {
      if (row.size() != header.size()) {
        throw new IllegalArgumentException(
            "row of " + row.size() + " cells (expected: " + header.size() + "): " + row);
      }
    }
  }

  /** The table in Markdown, columns aligned, with its title above. */
  public String text() {
    int[] widths = new int[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = Math.max(3, header.get(column).length());
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder(title).append("\n\n");
    append(text, header, widths);
    for (int column = 0; column < widths.length; column++) {
      String dashes = "-".repeat(widths[column] - (column == 0 ? 0 : 1));
      text.append("| ").append(dashes).append(column == 0 ? " " : ": ");
    }
    text.append("|\n");
    for (List<String> row : rows) {
      append(text, row, widths);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> cells, int[] widths) {
    for (int column = 0; column < widths.length; column++) {
      String format = column == 0 ? "| %-" : "| %";
      text.append(String.format(Locale.ROOT, format + widths[column] + "s ", cells.get(column)));
    }
    text.append("|\n");
  }
}
