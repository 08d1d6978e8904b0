package dev.quiver.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of one benchmark run, as a table, as JSON and as an SVG bar chart. Not thread-safe.
 */
public final class Report {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String kind;
  private final String name;
  private final List<Figure> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<TextTable> tables = new ArrayList<>();
  private final Map<String, String> plots = new LinkedHashMap<>();
  private final ObjectNode details = JSON.createObjectNode();

  public Report(String kind, String name) {
    this.kind = kind;
    this.name = name;
  }

  public void add(Figure figure) {
    rows.add(figure);
  }

  /** Something a reader must know: data that was missing, a shortened run, the machine. */
  public void note(String note) {
    notes.add(note);
  }

  /** A table to print in place of the single figures. */
  public void table(TextTable table) {
    tables.add(table);
  }

  /** An SVG document to write in place of the bars; {@code name} becomes part of its file's. */
  public void plot(String name, String svg) {
    plots.put(name, svg);
  }

  /** What the JSON holds beside the figures, under {@code details}; to be filled. */
  public ObjectNode details() {
    return details;
  }

  public List<Figure> rows() {
    return List.copyOf(rows);
  }

  public boolean allMet() {
    return rows.stream().allMatch(row -> row.met() == null || row.met());
  }

  public void print(PrintStream out) {
    for (TextTable table : tables) {
      out.println(table.text());
    }
    List<Figure> shown =
        tables.isEmpty() ? rows : rows.stream().filter(row -> row.goal() != null).toList();
    if (!shown.isEmpty()) {
      printFigures(out, shown);
    }
    for (String note : notes) {
      out.println("note: " + note);
    }
    out.flush();
  }

  private static void printFigures(PrintStream out, List<Figure> rows) {
    int width = rows.stream().mapToInt(row -> row.figure().length()).max().orElse(6);
    String format = "%-" + Math.max(width, 6) + "s  %14s %-10s %-12s %s%n";
    out.printf(Locale.ROOT, format, "figure", "value", "unit", "goal", "met");
    for (Figure row : rows) {
      out.printf(
          Locale.ROOT,
          format,
          row.figure(),
          number(row.value()),
          row.unit(),
          row.goal() == null ? "" : row.goal(),
          row.met() == null ? "" : row.met() ? "yes" : "NO");
    }
  }

  public void writeJson(Path file) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("name", name);
    ArrayNode array = root.putArray("rows");
    for (Figure row : rows) {
      ObjectNode node = array.addObject();
      node.put("figure", row.figure());
      node.put("value", row.value());
      node.put("unit", row.unit());
      node.put("goal", row.goal());
      node.put("met", row.met());
    }
    ArrayNode lines = root.putArray("notes");
    notes.forEach(lines::add);
    if (!details.isEmpty()) {
      root.set("details", details);
    }
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }

  /**
   * Writes the plots that were added, each beside {@code file} with its name before the suffix, or
   * the bars if there are none.
   *
   * @return the files written
   */
  public List<Path> writePlots(Path file) throws IOException {
    if (plots.isEmpty()) {
      writeSvg(file);
      return List.of(file);
    }
    String name = String.valueOf(file.getFileName());
    String stem = name.endsWith(".svg") ? name.substring(0, name.length() - 4) : name;
    List<Path> written = new ArrayList<>();
    for (Map.Entry<String, String> plot : plots.entrySet()) {
      Path path = file.resolveSibling(stem + "-" + plot.getKey() + ".svg");
      Files.writeString(path, plot.getValue());
      written.add(path);
    }
    return written;
  }

  /** One bar per figure, scaled within its unit: bars of different units are not comparable. */
  public void writeSvg(Path file) throws IOException {
    int rowHeight = 22;
    int labelWidth = 420;
    int barWidth = 360;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                + "font-family=\"sans-serif\" font-size=\"12\">%n",
            labelWidth + barWidth + 180,
            rowHeight * (rows.size() + 2)));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"8\" y=\"18\" font-weight=\"bold\">quiver %s %s</text>%n",
            kind,
            escape(name)));
    int y = rowHeight + 8;
    for (Figure row : rows) {
      double scale =
          rows.stream()
              .filter(other -> other.unit().equals(row.unit()))
              .mapToDouble(other -> Math.abs(other.value()))
              .max()
              .orElse(1);
      double width = scale == 0 ? 0 : Math.abs(row.value()) / scale * barWidth;
      String colour = row.met() == null ? "#4878a8" : row.met() ? "#3a923a" : "#c03d3e";
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"8\" y=\"%d\">%s</text><rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\""
                  + " fill=\"%s\"/><text x=\"%.1f\" y=\"%d\">%s %s</text>%n",
              y + 12,
              escape(row.figure()),
              labelWidth,
              y,
              width,
              colour,
              labelWidth + width + 6,
              y + 12,
              number(row.value()),
              escape(row.unit())));
      y += rowHeight;
    }
    svg.append("</svg>\n");
    Files.writeString(file, svg);
  }

  public static String number(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e15) {
      return String.format(Locale.ROOT, "%,d", (long) value);
    }
    return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 1 ? "%.2f" : "%.4f", value);
  }

  /** Text as XML wants it. */
  public static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
