package dev.quiver.lucene;

import java.util.List;
import java.util.Locale;

/**
 * What one component of a vector is stored as. The id is written to files: a new one goes to the
 * end.
 */
enum StoredElement {
  FLOAT32(VectorAttributes.FLOAT32, Float.BYTES),
  FLOAT16(VectorAttributes.FLOAT16, Short.BYTES),
  UINT8(VectorAttributes.UINT8, Byte.BYTES),
  /** The signed byte of Lucene's own byte fields; no attribute names it. */
  INT8("int8", Byte.BYTES);

  /** All, by id. */
  static final List<StoredElement> BY_ID = List.of(FLOAT32, FLOAT16, UINT8, INT8);

  private final String attribute;
  private final int bytes;

  StoredElement(String attribute, int bytes) {
    this.attribute = attribute;
    this.bytes = bytes;
  }

  int id() {
    return BY_ID.indexOf(this);
  }

  /** Returns the size of one component. */
  int bytes() {
    return bytes;
  }

  static StoredElement ofAttribute(String field, String value) {
    for (StoredElement element : values()) {
      if (element != INT8 && element.attribute.equals(value.toLowerCase(Locale.ROOT))) {
        return element;
      }
    }
    throw new IllegalArgumentException(
        "attribute \""
            + VectorAttributes.ELEMENT
            + "\" of field \""
            + field
            + "\": "
            + value
            + " (expected: float32, float16 or uint8)");
  }
}
