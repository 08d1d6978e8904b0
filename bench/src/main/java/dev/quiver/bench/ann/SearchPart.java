package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.util.List;

/** Speed at a given recall, unfiltered, of everybody. */
final class SearchPart {
  private SearchPart() {}

  static void run(Site site, List<Entry> entries, ObjectNode details) throws IOException {
    Lab lab = site.lab();
    AnnData data = site.data();
    List<Integer> threads = lab.options().threads();
    try (Runners runners = Runners.of(site, entries)) {
      for (QuerySet set : data.querySets()) {
        List<List<Series>> all =
            new Race(site, set, set.truth(), null)
                .run(runners.list(), threads, lab.options().rounds());
        for (int i = 0; i < threads.size(); i++) {
          int count = threads.get(i);
          String title = data.name() + " " + set.name() + ", threads: " + count;
          RecallTable table = new RecallTable(title, all.get(i), count);
          table.addTo(lab);
          ObjectNode node =
              details.withObjectProperty("search").putObject(set.name() + ", threads: " + count);
          node.put("clock", table.clock().name());
          ObjectNode contenders = node.putObject("contenders");
          all.get(i).forEach(series -> series.writeTo(contenders));
          List<CurvePlot.Line> lines =
              all.get(i).stream()
                  .map(each -> new CurvePlot.Line(each.name(), each.curve(table.clock())))
                  .toList();
          lab.report()
              .plot(data.name() + "-" + set.name() + "-" + count, CurvePlot.of(title, lines));
        }
      }
    }
  }
}
