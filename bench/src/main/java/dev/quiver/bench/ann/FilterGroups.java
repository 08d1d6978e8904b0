package dev.quiver.bench.ann;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Filters, and which of them goes with which query.
 *
 * @param filters accepted rows
 * @param groupOf for each query an index of {@code filters}; empty: no query has a filter
 */
record FilterGroups(List<RowSet> filters, int[] groupOf) {
  static final FilterGroups NONE = new FilterGroups(List.of(), new int[0]);

  /** The filters in a contender's own form, one entry per query; null where nothing is filtered. */
  <F> @Nullable List<F> forContender(Contender<F> contender) {
    if (groupOf.length == 0) {
      return null;
    }
    List<F> own = filters.stream().map(contender::filter).toList();
    List<F> perQuery = new ArrayList<>();
    for (int group : groupOf) {
      perQuery.add(own.get(group));
    }
    return perQuery;
  }

  /** Reads what {@link #write} wrote, as a request names it. */
  static FilterGroups read(JsonNode request) throws IOException {
    if (!request.hasNonNull("filters")) {
      return NONE;
    }
    byte[] bytes = Files.readAllBytes(Path.of(request.path("filters").asText()));
    int[] groups = RowNumbers.read(Path.of(request.path("groups").asText()));
    int filterBytes = request.path("filterBytes").asInt();
    List<RowSet> filters = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += filterBytes) {
      ByteBuffer filter =
          ByteBuffer.wrap(bytes, at, filterBytes).slice().order(ByteOrder.LITTLE_ENDIAN);
      filters.add(RowSet.of(BitSet.valueOf(filter)));
    }
    return new FilterGroups(filters, groups);
  }

  /**
   * Writes the filters one after the other, bit {@code i & 7} of byte {@code i >> 3} is row {@code
   * i}.
   *
   * @return bytes of each filter
   */
  int write(Path filterFile, Path groupFile, int rows) throws IOException {
    int filterBytes = (rows + 63) / 64 * Long.BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(filters.size(), filterBytes));
    for (int i = 0; i < filters.size(); i++) {
      bytes.put(i * filterBytes, filters.get(i).rows().toByteArray());
    }
    Files.write(filterFile, bytes.array());
    RowNumbers.write(groupFile, groupOf);
    return filterBytes;
  }
}
