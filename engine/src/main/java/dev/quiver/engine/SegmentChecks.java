package dev.quiver.engine;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.store.BufferedChecksumIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.jspecify.annotations.Nullable;

/**
 * Compares the files of an index's segments with their checksums. Every file of Lucene and of the
 * vector format ends with the CRC-32 of all bytes before it. Stateless.
 */
final class SegmentChecks {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final String COMPOUND_SUFFIX = ".cfs";

  private SegmentChecks() {}

  /** Told of bytes that were read; may wait, or end the check by an exception. */
  interface Progress {
    Progress NONE = bytes -> {};

    void read(long bytes) throws IOException;
  }

  /** Which files are looked at. */
  interface Choice {
    Choice ALL = (segment, file, bytes) -> true;

    boolean wants(SegmentCommitInfo segment, String file, long bytes);
  }

  /**
   * Checks the files of one segment.
   *
   * @return what is damaged; without a collection
   * @throws IOException when a file cannot be read for another reason than what it holds
   */
  static List<Damage> check(
      Directory directory, SegmentCommitInfo segment, Choice choice, Progress progress)
      throws IOException {
    List<Damage> found = new ArrayList<>();
    Collection<String> files = new TreeSet<>(segment.files());
    for (String file : files) {
      try {
        long length = directory.fileLength(file);
        if (choice.wants(segment, file, length)) {
          Damage damage = checkFile(directory, segment, file, length, progress);
          if (damage != null) {
            found.add(damage);
          }
        }
      } catch (NoSuchFileException | FileNotFoundException e) {
        found.add(damage(segment, file, null, 0, 0, "it is missing"));
      }
    }
    return found;
  }

  private static @Nullable Damage checkFile(
      Directory directory, SegmentCommitInfo segment, String file, long length, Progress progress)
      throws IOException {
    String what = damageOf(directory, file, progress);
    if (what == null) {
      return null;
    }
    String section = null;
    if (file.toLowerCase(Locale.ROOT).endsWith(COMPOUND_SUFFIX)) {
      section = damagedSection(directory, segment);
    }
    return damage(segment, file, section, 0, length, what);
  }

  /** Reads a file through; returns what is wrong with it, or null. */
  static @Nullable String damageOf(Directory directory, String file, Progress progress)
      throws IOException {
    try (IndexInput input = directory.openInput(file, IOContext.READONCE)) {
      long body = input.length() - CodecUtil.footerLength();
      if (body < 0) {
        return "it has " + input.length() + " bytes (expected: at least " + -body + " more)";
      }
      BufferedChecksumIndexInput sum = new BufferedChecksumIndexInput(input);
      byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, Math.max(body, 1))];
      for (long done = 0; done < body; ) {
        int count = (int) Math.min(chunk.length, body - done);
        sum.readBytes(chunk, 0, count);
        done += count;
        progress.read(count);
      }
      CodecUtil.checkFooter(sum);
      return null;
    } catch (CorruptIndexException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | EOFException e) {
      return "its bytes do not fit its checksum (" + e.getMessage() + ")";
    }
  }

  /** The file inside a compound one that is damaged; null when it is the space between them. */
  private static @Nullable String damagedSection(Directory directory, SegmentCommitInfo segment)
      throws IOException {
    List<String> damaged = new ArrayList<>();
    try (Directory inside =
        segment.info.getCodec().compoundFormat().getCompoundReader(directory, segment.info)) {
      for (String file : inside.listAll()) {
        if (damageOf(inside, file, Progress.NONE) != null) {
          damaged.add(file);
        }
      }
    } catch (CorruptIndexException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | EOFException e) {
      return "header";
    }
    return damaged.isEmpty() ? null : String.join(", ", damaged);
  }

  /** A segment's random id: names may be given again, ids are not. */
  static String idOf(SegmentCommitInfo segment) {
    return HexFormat.of().formatHex(segment.info.getId());
  }

  private static Damage damage(
      SegmentCommitInfo segment,
      String file,
      @Nullable String section,
      long offset,
      long length,
      String what) {
    long points = segment.info.maxDoc() - segment.getDelCount() - (long) segment.getSoftDelCount();
    return new Damage(
        null, file, section, offset, length, what, segment.info.name, idOf(segment), points);
  }
}
