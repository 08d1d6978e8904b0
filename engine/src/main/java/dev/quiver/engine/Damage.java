package dev.quiver.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A place where stored bytes are not what was written.
 *
 * @param collection null: a file of the whole store
 * @param file below the data folder
 * @param section the part of the file, such as a file inside a compound one; null: not known more
 *     closely
 * @param offset of the first byte that may be damaged
 * @param length of the bytes that may be damaged
 * @param segment the index segment that the file belongs to; null: it belongs to none
 * @param segmentId its random id, in hexadecimal digits
 * @param points how many points the segment holds; 0 without one
 */
public record Damage(
    @Nullable String collection,
    String file,
    @Nullable String section,
    long offset,
    long length,
    String what,
    @Nullable String segment,
    @Nullable String segmentId,
    long points) {

  @Override
  public String toString() {
    return (collection == null ? "" : "collection `" + collection + "`: ")
        + file
        + (section == null ? "" : ", section " + section)
        + ", bytes "
        + offset
        + " to "
        + (offset + length - 1)
        + ": "
        + what
        + (segment == null ? "" : "; segment " + segment + " of " + points + " points");
  }

  /** As reports show it; what is null is left out. */
  public ObjectNode toJson() {
    ObjectNode node = Payload.JSON.createObjectNode();
    put(node, "collection", collection);
    node.put("file", file);
    put(node, "section", section);
    node.put("offset", offset);
    node.put("length", length);
    node.put("what", what);
    put(node, "segment", segment);
    node.put("points", points);
    return node;
  }

  private static void put(ObjectNode node, String name, @Nullable String value) {
    if (value != null) {
      node.put(name, value);
    }
  }

  Damage in(@Nullable String newCollection, String newFile) {
    return new Damage(
        newCollection, newFile, section, offset, length, what, segment, segmentId, points);
  }
}
