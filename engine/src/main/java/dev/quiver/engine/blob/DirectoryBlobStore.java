package dev.quiver.engine.blob;

import dev.quiver.engine.Background;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.wal.AtomicFiles;
import dev.quiver.engine.wal.DurableFolders;
import dev.quiver.engine.wal.FileOps;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@link BlobStore} in a directory, which several processes may use at once:
 *
 * <pre>
 * blobs/&lt;key&gt;       a blob: its bytes as they are
 * documents/&lt;key&gt;   a document: a line "version &lt;n&gt; &lt;SHA-256 of the content&gt;", then the content
 * tmp/&lt;millis&gt;-&lt;uuid&gt;  what is being written; it gets its name by an atomic renaming
 * .lock              see {@link StoreLock}
 * </pre>
 *
 * <p>A file is written and synced under {@code tmp}, then renamed, then its folder is synced, so a
 * crash leaves it whole or not there. The lock is held for the looking and the renaming, not for
 * the writing. Works on every file system that renames atomically and has advisory locks.
 */
public final class DirectoryBlobStore implements BlobStore {
  private static final Pattern KEY =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
  private static final int KEY_LENGTH_MAX = 512;
  private static final int BUFFER_BYTES = 1 << 18;
  private static final String HEADER = "version ";
  private static final int HEADER_LIMIT = 128;

  private final Path folder;
  private final Path blobs;
  private final Path documents;
  private final Path temporary;
  private final FileOps files;
  private final StoreLock lock;
  private final Background background;

  /** Folders whose names this object made durable; whoever deletes one from outside is seen. */
  private final Set<Path> durableFolders = ConcurrentHashMap.newKeySet();

  private DirectoryBlobStore(Path folder, FileOps files, StoreLock lock, Background background) {
    this.folder = folder;
    this.blobs = folder.resolve("blobs");
    this.documents = folder.resolve("documents");
    this.temporary = folder.resolve("tmp");
    this.files = files;
    this.lock = lock;
    this.background = background;
  }

  /** Opens a store in a folder, which is made when it is missing. */
  public static DirectoryBlobStore open(Path folder, FileOps files) throws IOException {
    return open(new DirectoryBlobStore(folder, files, StoreLock.of(folder), Background.THREADS));
  }

  /**
   * The same where no other process looks, and nobody else in this one: without a lock file, so
   * that the folder need not be of the system's file system.
   *
   * @param background gives times and names
   */
  public static DirectoryBlobStore openAlone(Path folder, FileOps files, Background background)
      throws IOException {
    return open(new DirectoryBlobStore(folder, files, StoreLock.inProcess(), background));
  }

  private static DirectoryBlobStore open(DirectoryBlobStore store) throws IOException {
    FileOps files = store.files;
    DurableFolders.create(files, store.folder);
    for (Path each : List.of(store.blobs, store.documents, store.temporary)) {
      files.createDirectories(each);
    }
    files.syncDirectory(store.folder);
    return store;
  }

  /** Whether a folder is, or was once meant to be, a store. */
  public static boolean isStore(Path folder, FileOps files) {
    return files.exists(folder.resolve("documents"));
  }

  private static Path resolve(Path root, String key) {
    checkKey(key);
    return root.resolve(key);
  }

  private static void checkKey(String key) {
    if (key.length() > KEY_LENGTH_MAX || !KEY.matcher(key).matches()) {
      throw new QuiverException(
          ErrorCode.BAD_REQUEST,
          "blob key `"
              + key
              + "` (expected: up to "
              + KEY_LENGTH_MAX
              + " letters, digits, `.`, `_`, `-` in parts joined by `/`)");
    }
  }

  @Override
  public boolean putIfAbsent(String key, BlobContent content) throws IOException {
    Path target = resolve(blobs, key);
    if (files.exists(target)) {
      // Whoever put it may not have come to this yet.
      createParents(target);
      files.syncDirectory(DurableFolders.parent(target));
      return false;
    }
    Path draft = temporary.resolve(background.now().toEpochMilli() + "-" + background.randomId());
    try {
      write(draft, content);
      createParents(target);
      boolean isNew;
      try (StoreLock.Held _ = lock.acquire()) {
        isNew = !files.exists(target);
        if (isNew) {
          files.rename(draft, target);
        } else {
          files.delete(draft);
        }
      }
      files.syncDirectory(DurableFolders.parent(target));
      return isNew;
    } catch (IOException | RuntimeException e) {
      discard(draft, e);
      throw e;
    }
  }

  private void write(Path draft, BlobContent content) throws IOException {
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, content.size()))];
    long written = 0;
    try (InputStream in = content.open();
        FileOps.Appender out = files.create(draft)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
        written += read;
      }
      String expected = content.sha256();
      String actual = Sha256.hex(digest.digest());
      if (written != content.size() || (expected != null && !expected.equals(actual))) {
        throw new QuiverException(
            ErrorCode.CHECKSUM_MISMATCH,
            "content has "
                + written
                + " bytes, SHA-256 "
                + actual
                + " (expected: "
                + content.size()
                + " bytes, "
                + expected
                + ")");
      }
      out.sync();
    }
  }

  private void createParents(Path file) throws IOException {
    Path parent = DurableFolders.parent(file);
    if (!durableFolders.contains(parent) || !files.exists(parent)) {
      DurableFolders.create(files, folder, parent);
      durableFolders.add(parent);
    }
  }

  private void discard(Path draft, Exception cause) {
    try {
      files.delete(draft);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public long size(String key) throws IOException {
    Path file = resolve(blobs, key);
    if (!files.exists(file)) {
      return -1;
    }
    try (FileOps.Reader reader = files.read(file)) {
      return reader.size();
    }
  }

  @Override
  public InputStream read(String key, long from, long length) throws IOException {
    Path file = resolve(blobs, key);
    if (!files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    return new RangeStream(files.read(file), from, length);
  }

  /** A part of a file as a stream. */
  private static final class RangeStream extends InputStream {
    private final FileOps.Reader reader;
    private long position;
    private long left;

    RangeStream(FileOps.Reader reader, long from, long length) {
      this.reader = reader;
      this.position = from;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int wanted = (int) Math.min(length, left);
      int read = wanted == 0 ? 0 : reader.read(position, target, offset, wanted);
      if (read <= 0) {
        return -1;
      }
      position += read;
      left -= read;
      return read;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  @Override
  public List<BlobInfo> list(String prefix) throws IOException {
    List<BlobInfo> found = new ArrayList<>();
    int slash = prefix.lastIndexOf('/');
    Path start = slash < 0 ? blobs : resolve(blobs, prefix.substring(0, slash));
    collect(start, slash < 0 ? "" : prefix.substring(0, slash + 1), prefix, found);
    found.sort(Comparator.comparing(BlobInfo::key));
    return found;
  }

  private void collect(Path directory, String path, String prefix, List<BlobInfo> found)
      throws IOException {
    for (String name : files.list(directory)) {
      String key = path + name;
      boolean inside = key.startsWith(prefix);
      if (!inside && !prefix.startsWith(key)) {
        continue;
      }
      Path file = directory.resolve(name);
      if (files.isDirectory(file)) {
        collect(file, key + "/", prefix, found);
      } else if (inside) {
        try (FileOps.Reader reader = files.read(file)) {
          found.add(new BlobInfo(key, reader.size()));
        } catch (IOException e) {
          if (files.exists(file)) {
            throw e;
          }
          // Deleted since the folder was listed.
        }
      }
    }
  }

  @Override
  public void delete(Collection<String> keys) throws IOException {
    Set<Path> touched = new LinkedHashSet<>();
    for (String key : keys) {
      Path file = resolve(blobs, key);
      if (files.exists(file)) {
        files.delete(file);
        touched.add(DurableFolders.parent(file));
      }
    }
    for (Path each : touched) {
      files.syncDirectory(each);
    }
  }

  @Override
  public @Nullable BlobDocument document(String key) throws IOException {
    return documentAt(resolve(documents, key));
  }

  private @Nullable BlobDocument documentAt(Path file) throws IOException {
    if (!files.exists(file)) {
      return null;
    }
    byte[] bytes = AtomicFiles.read(files, file);
    int end = 0;
    while (end < Math.min(bytes.length, HEADER_LIMIT) && bytes[end] != '\n') {
      end++;
    }
    String header = new String(bytes, 0, end, StandardCharsets.US_ASCII);
    int space = header.lastIndexOf(' ');
    if (end == bytes.length || !header.startsWith(HEADER) || space < HEADER.length()) {
      throw damaged(file, "its first line is no version");
    }
    byte[] content = Arrays.copyOfRange(bytes, end + 1, bytes.length);
    if (!Sha256.of(content).equals(header.substring(space + 1))) {
      throw damaged(file, "its content does not fit its checksum");
    }
    return new BlobDocument(header.substring(HEADER.length(), space), content);
  }

  private static QuiverException damaged(Path file, String what) {
    return new QuiverException(ErrorCode.CORRUPT, file + " is damaged: " + what);
  }

  @Override
  public @Nullable String replace(String key, @Nullable String expectedVersion, byte[] content)
      throws IOException {
    Path file = resolve(documents, key);
    if (content.length > MAX_DOCUMENT_BYTES) {
      throw new QuiverException(
          ErrorCode.TOO_LARGE,
          "document of "
              + content.length
              + " bytes (expected: at most "
              + MAX_DOCUMENT_BYTES
              + ")");
    }
    createParents(file);
    try (StoreLock.Held _ = lock.acquire()) {
      BlobDocument before = documentAt(file);
      String version = before == null ? null : before.version();
      if (version == null ? expectedVersion != null : !version.equals(expectedVersion)) {
        return null;
      }
      String next = Long.toString(version == null ? 1 : Long.parseLong(version) + 1);
      byte[] header =
          (HEADER + next + " " + Sha256.of(content) + "\n").getBytes(StandardCharsets.US_ASCII);
      byte[] bytes = Arrays.copyOf(header, header.length + content.length);
      System.arraycopy(content, 0, bytes, header.length, content.length);
      AtomicFiles.write(files, file, bytes);
      return next;
    }
  }

  @Override
  public int removeLeftovers(Instant before) throws IOException {
    int removed = 0;
    for (String name : files.list(temporary)) {
      int dash = name.indexOf('-');
      boolean old =
          dash > 0
              && name.substring(0, dash).chars().allMatch(Character::isDigit)
              && Long.parseLong(name.substring(0, dash)) < before.toEpochMilli();
      if (old) {
        files.delete(temporary.resolve(name));
        removed++;
      }
    }
    return removed;
  }

  @Override
  public String location() {
    return folder.toAbsolutePath().toString();
  }

  @Override
  public void close() {
    // Nothing is kept open.
  }
}
