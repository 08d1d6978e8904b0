package dev.quiver.bench.ann;

import com.google.errorprone.annotations.FormatMethod;
import dev.quiver.bench.Report;
import java.util.List;
import java.util.Locale;

/** Queries per second (logarithmic) over recall as an SVG document, one line per contender. */
final class CurvePlot {
  private static final List<String> COLOURS =
      List.of(
          "#c03d3e", "#3274a1", "#3a923a", "#e1812c", "#9372b2", "#845b53", "#d684bd", "#7f7f7f",
          "#a9aa35", "#2eabb8");
  private static final int WIDTH = 960;
  private static final int HEIGHT = 560;
  private static final int LEFT = 70;
  private static final int RIGHT = 720;
  private static final int TOP = 40;
  private static final int BOTTOM = 500;

  /** What one line shows. */
  record Line(String name, Curve curve) {}

  private final double recallMin;
  private final double qpsMin;
  private final double qpsMax;
  private final StringBuilder svg = new StringBuilder();

  private CurvePlot(List<Line> lines) {
    double lowest = 1;
    double slowest = Double.MAX_VALUE;
    double fastest = 0;
    for (Line line : lines) {
      for (Curve.Point point : line.curve().points()) {
        lowest = Math.min(lowest, point.recall());
        slowest = Math.min(slowest, point.qps());
        fastest = Math.max(fastest, point.qps());
      }
    }
    recallMin = Math.min(0.95, Math.max(0.7, Math.floor(lowest * 20) / 20));
    qpsMin = fastest == 0 ? 1 : slowest / 1.1;
    qpsMax = fastest == 0 ? 10 : fastest * 1.1;
  }

  static String of(String title, List<Line> lines) {
    CurvePlot plot = new CurvePlot(lines);
    plot.draw(title, lines);
    return plot.svg.toString();
  }

  private void draw(String title, List<Line> lines) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
            + "<text x=\"%d\" y=\"24\" font-size=\"15\">%s</text>%n",
        WIDTH, HEIGHT, LEFT, Report.escape(title));
    axes();
    for (int i = 0; i < lines.size(); i++) {
      line(lines.get(i), COLOURS.get(i % COLOURS.size()), i >= COLOURS.size(), TOP + 20 * i);
    }
    svg.append("</svg>\n");
  }

  private void axes() {
    for (int i = (int) Math.round(recallMin * 20); i <= 20; i++) {
      double recall = i / 20.0;
      grid(x(recall), TOP, x(recall), BOTTOM);
      text(x(recall) - 12, BOTTOM + 18, String.format(Locale.ROOT, "%.2f", recall));
    }
    for (double decade = 1; decade < qpsMax; decade *= 10) {
      for (int factor : new int[] {1, 2, 5}) {
        double qps = decade * factor;
        if (qps >= qpsMin && qps <= qpsMax) {
          grid(LEFT, y(qps), RIGHT, y(qps));
          text(8, y(qps) + 4, String.format(Locale.ROOT, "%,.0f", qps));
        }
      }
    }
    text((LEFT + RIGHT) / 2.0 - 30, BOTTOM + 40, "recall@" + Race.K);
    text(8, TOP - 8, "queries/s");
  }

  private void line(Line line, String colour, boolean dashed, double legend) {
    StringBuilder path = new StringBuilder();
    for (Curve.Point point : line.curve().points()) {
      if (point.recall() >= recallMin) {
        path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.recall()), y(point.qps())));
      }
    }
    String style = dashed ? " stroke-dasharray=\"6 3\"" : "";
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
        path.toString().strip(), colour, style);
    for (Curve.Point point : line.curve().points()) {
      if (point.recall() >= recallMin) {
        add(
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
            x(point.recall()), y(point.qps()), colour);
      }
    }
    add(
        "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
        RIGHT + 16, legend, RIGHT + 46, legend, colour, style);
    text(RIGHT + 52, legend + 4, line.name());
  }

  private void grid(double x1, double y1, double x2, double y2) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
        x1, y1, x2, y2);
  }

  private void text(double x, double y, String text) {
    add("<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x, y, Report.escape(text));
  }

  @FormatMethod
  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }

  private double x(double recall) {
    return LEFT + (recall - recallMin) / (1 - recallMin) * (RIGHT - LEFT);
  }

  private double y(double qps) {
    double share = Math.log(qps / qpsMin) / Math.log(qpsMax / qpsMin);
    return BOTTOM - share * (BOTTOM - TOP);
  }
}
