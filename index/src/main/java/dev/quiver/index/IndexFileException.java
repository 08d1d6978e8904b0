package dev.quiver.index;

import java.io.IOException;

/** A stored index can't be opened. The message names the file and the versions. */
public abstract sealed class IndexFileException extends IOException {
  private static final long serialVersionUID = 1;

  private IndexFileException(String message) {
    super(message);
  }

  /** The bytes are not what was written: wrong magic, checksum or fields. */
  public static final class Corrupt extends IndexFileException {
    private static final long serialVersionUID = 1;

    Corrupt(String file, int supportedVersion, String problem) {
      super(
          file
              + ": corrupt: "
              + problem
              + " (this software reads versions up to "
              + supportedVersion
              + "); restore the file or build it again");
    }
  }

  /** The file ends too early. */
  public static final class Truncated extends IndexFileException {
    private static final long serialVersionUID = 1;

    Truncated(String file, int version, long bytes, long expectedBytes) {
      super(
          file
              + ": truncated: "
              + bytes
              + " bytes (expected: "
              + expectedBytes
              + ", version "
              + version
              + "); restore the file or build it again");
    }
  }

  /** A later version of this software wrote the file. */
  public static final class TooNew extends IndexFileException {
    private static final long serialVersionUID = 1;

    TooNew(String file, int version, int supportedVersion) {
      super(
          file
              + ": too new: version "
              + version
              + " (supported: 1 to "
              + supportedVersion
              + "); upgrade this software");
    }
  }
}
