package dev.quiver.lucene;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.LockFactory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.store.ReadOnceHint;
import org.apache.lucene.util.IOUtils;

/**
 * A folder of mapped files in which searches by vectors are fastest. Thread-safe as every directory
 * is.
 *
 * <p>{@link MMapDirectory} maps a file that is read once for one thread alone. HotSpot counts for
 * all of a process together how often memory belongs to one thread: a few thousand reads of such a
 * file, and from then on each load in the loops of a walk is compiled with a look at which thread
 * is running, which costs 10 to 20 % of a search. Here files that are read once aren't mapped but
 * read.
 */
public final class SharedMappings extends FilterDirectory {
  private final NIOFSDirectory readOnce;

  /**
   * @throws IOException if the folder can't be created
   */
  public SharedMappings(Path folder, LockFactory locks) throws IOException {
    super(new MMapDirectory(folder, locks));
    this.readOnce = new NIOFSDirectory(folder, locks);
  }

  @Override
  public IndexInput openInput(String name, IOContext context) throws IOException {
    ensureOpen();
    return context.hints().contains(ReadOnceHint.INSTANCE)
        ? readOnce.openInput(name, context)
        : super.openInput(name, context);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(super::close, readOnce);
  }
}
