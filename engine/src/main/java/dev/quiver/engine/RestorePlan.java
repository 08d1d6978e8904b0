package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is to be read to have a store, or one collection of it, as it was at a moment.
 *
 * @param micros the moment; for a collection restored by an operation's number, when that was
 *     logged
 * @param backup id of the backup that it begins with
 */
record RestorePlan(long micros, String backup, Map<String, String> aliases, List<Item> items) {

  /**
   * One collection.
   *
   * @param id of the folder that it had
   * @param base the files to begin with; null: it begins empty, with its log's first record
   * @param first its configuration where the files end: the log is applied under it
   * @param config its configuration at the moment
   * @param target every operation before this offset is to be in it
   */
  record Item(
      String name,
      String id,
      BackupManifest.@Nullable Entry base,
      ObjectNode first,
      ObjectNode config,
      long target) {
    long from() {
      return base == null ? 0 : base.baseOffset();
    }

    long bytes() {
      return base == null ? 0 : base.bytes();
    }
  }

  RestorePlan {
    aliases = Collections.unmodifiableMap(new TreeMap<>(aliases));
    items = List.copyOf(items);
  }

  long bytes() {
    return items.stream().mapToLong(Item::bytes).sum();
  }
}
