package dev.quiver.index;

/**
 * What a {@link SimdCodes} computes.
 *
 * @param lanes 16-bit lanes of its registers; divides the words of a row
 * @param words of a row, so that loops over them are unrolled; 0 for any number
 */
record CodeForm(CodeType type, int lanes, int words) {
  /** As this, for rows of any length. */
  CodeForm anyWords() {
    return new CodeForm(type, lanes, 0);
  }
}
