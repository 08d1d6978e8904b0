package dev.quiver.bench.ann;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.bench.DataSet;
import dev.quiver.bench.Exact;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiltersTest {
  private static final AnnData DATA = AnnDataReader.of(DataSet.synthetic(500, 8, 30));
  private static final float[][] QUERIES = DATA.querySets().getFirst().queries();

  @TempDir Path folder;

  private final Filters filters = new Filters(DATA, QUERIES);

  @Test
  void everyFilterKeepsItsShare() {
    for (Filters.Kind kind : Filters.Kind.values()) {
      assertThat(filters.of(kind, 0.1).filters())
          .isNotEmpty()
          .allSatisfy(set -> assertThat(set.cardinality()).isEqualTo(50));
      assertThat(filters.of(kind, 0.0001).filters())
          .allSatisfy(set -> assertThat(set.cardinality()).isEqualTo(1));
    }
  }

  @Test
  void correlatedRowsAreTheClosestToTheAnchorAndAntiCorrelatedTheFarthest() {
    FilterGroups near = filters.of(Filters.Kind.CORRELATED, 0.1);
    FilterGroups far = filters.of(Filters.Kind.ANTI_CORRELATED, 0.1);
    // The first queries are the anchors of the groups.
    for (int group = 0; group < near.filters().size(); group++) {
      int[] ordered = Exact.nearest(DATA.base(), QUERIES[group], DATA.distance(), 500, null);
      assertThat(near.filters().get(group).rows().stream().toArray())
          .containsExactlyInAnyOrder(Arrays.copyOf(ordered, 50));
      assertThat(far.filters().get(group).rows().stream().toArray())
          .containsExactlyInAnyOrder(Arrays.copyOfRange(ordered, 450, 500));
    }
  }

  @Test
  void whatAProcessReadsIsWhatWasWritten() throws Exception {
    FilterGroups written = filters.of(Filters.Kind.UNCORRELATED, 0.3);
    Path filterFile = folder.resolve("filters");
    Path groupFile = folder.resolve("groups");
    int bytes = written.write(filterFile, groupFile, DATA.base().length);
    ObjectNode request =
        new ObjectMapper()
            .createObjectNode()
            .put("filters", filterFile.toString())
            .put("groups", groupFile.toString())
            .put("filterBytes", bytes);

    FilterGroups read = FilterGroups.read(request);

    assertThat(read.filters()).isEqualTo(written.filters());
    assertThat(read.groupOf()).containsExactly(written.groupOf());
  }
}
