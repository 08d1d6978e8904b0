package dev.quiver.engine;

import java.nio.charset.StandardCharsets;

/** Which names a new collection may have. */
final class CollectionNames {
  private static final int MOST_BYTES = 255;
  private static final String FORBIDDEN = "<>:\"/\\|?*\0\u001F";

  private CollectionNames() {}

  /**
   * @throws QuiverException {@link ErrorCode#VALIDATION} when a new collection cannot be called so
   */
  static void checkNew(String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MOST_BYTES) {
      throw new QuiverException(
          ErrorCode.VALIDATION,
          "Validation error in path parameters: [name: value \""
              + name
              + "\" invalid, length must be in range [1, 255]]");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (FORBIDDEN.indexOf(c) >= 0) {
        throw new QuiverException(
            ErrorCode.VALIDATION,
            "Validation error in path parameters: [name: value \""
                + name
                + "\" invalid, collection name cannot contain \""
                + c
                + "\" char]");
      }
    }
  }

  static QuiverException missing(String name) {
    return QuiverException.notFound("Collection `" + name + "` doesn't exist!");
  }
}
