package dev.quiver.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.cli.input.Row;
import dev.quiver.cli.input.RowReader;
import dev.quiver.cli.input.RowSource;
import java.util.Iterator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * WordNet's definitions as rows of an import.
 *
 * @param all every definition instead of the {@code limit} best known ones
 */
record QuickstartData(boolean all, int limit) implements RowSource {
  /** The field that is embedded. */
  static final String TEXT = "definition";

  /** Definitions that WordNet 3.1 has. */
  static final int ALL = 117_791;

  @Override
  public String name() {
    return "WordNet";
  }

  @Override
  public String identity() {
    return "WordNet 3.1 " + (all ? "all" : "sample of " + limit);
  }

  @Override
  public boolean vectorsOnly() {
    return false;
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public RowReader open(LongAdder bytesRead) {
    Iterator<WordNetGloss> glosses =
        (all ? WordNetGlosses.all() : WordNetGlosses.sample(limit)).iterator();
    return new RowReader() {
      private long number;

      @Override
      public @Nullable Row next() {
        if (!glosses.hasNext()) {
          return null;
        }
        long row = number++;
        return new Row(row, row + 1, fields(glosses.next()), null);
      }

      @Override
      public long totalRows() {
        return all ? ALL : Math.min(limit, ALL);
      }

      @Override
      public void close() {
        // It reads from memory.
      }
    };
  }

  private static ObjectNode fields(WordNetGloss gloss) {
    ObjectNode fields = Json.object();
    fields.put("id", gloss.id());
    gloss.lemmas().forEach(fields.putArray("words")::add);
    fields.put("part_of_speech", gloss.partOfSpeech());
    fields.put("category", gloss.category());
    fields.put(TEXT, gloss.definition());
    gloss.examples().forEach(fields.putArray("examples")::add);
    return fields;
  }
}
