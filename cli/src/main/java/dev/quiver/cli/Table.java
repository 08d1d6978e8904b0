package dev.quiver.cli;

import java.io.PrintWriter;
import java.util.List;

/** Plain columns, aligned with blanks. */
final class Table {
  private static final String GAP = "  ";

  private Table() {}

  /** Every row has as many cells as the head. */
  static void print(PrintWriter out, List<String> head, List<List<String>> rows) {
    int[] widths = new int[head.size()];
    measure(widths, head);
    rows.forEach(row -> measure(widths, row));
    printRow(out, widths, head);
    rows.forEach(row -> printRow(out, widths, row));
  }

  private static void measure(int[] widths, List<String> row) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], width(row.get(i)));
    }
  }

  private static void printRow(PrintWriter out, int[] widths, List<String> row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      line.append(i == 0 ? "" : GAP).append(cell);
      if (i < widths.length - 1) {
        line.repeat(' ', widths[i] - width(cell));
      }
    }
    out.println(line.toString().stripTrailing());
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
