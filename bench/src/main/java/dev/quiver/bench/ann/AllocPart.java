package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.Figure;
import dev.quiver.bench.TextTable;
import dev.quiver.bench.ann.AnnData.QuerySet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a query allocates on the Java heap once everything is compiled. */
final class AllocPart {
  private static final int WARM_PASSES = 10;

  private AllocPart() {}

  static void run(Site site, List<Entry> all, ObjectNode details) throws IOException {
    QuerySet set = site.data().querySets().getFirst();
    ObjectNode node = details.putObject("alloc");
    List<List<String>> rows = new ArrayList<>();
    for (Entry entry : all.stream().filter(each -> !each.python()).toList()) {
      try (Worker worker = site.opened(entry)) {
        site.lab().say(site.data().name() + ": allocations of " + entry.name());
        for (int i = 0; i < WARM_PASSES; i++) {
          site.search(worker, set, Site.Search.plain(BuildPart.EFFORT), false);
        }
        Pass pass = site.search(worker, set, Site.Search.plain(BuildPart.EFFORT), false);
        rows.add(List.of(entry.name(), String.format(Locale.ROOT, "%,.0f", pass.allocatedBytes())));
        node.put(entry.name(), pass.allocatedBytes());
        String figure = site.data().name() + ": " + entry.name() + ": allocated per query";
        if (entry.name().equals("quiver")) {
          site.lab().atMost(figure, pass.allocatedBytes(), "bytes", Goals.RESULT_BYTES);
        } else {
          site.lab().report().add(Figure.of(figure, pass.allocatedBytes(), "bytes"));
        }
      }
    }
    site.lab()
        .report()
        .table(
            new TextTable(
                site.data().name() + ": heap bytes per query, k 10, ef " + BuildPart.EFFORT,
                List.of("contender", "bytes"),
                rows));
  }
}
