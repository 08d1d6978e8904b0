package dev.quiver.testkit;

import dev.quiver.engine.blob.BlobStore;
import dev.quiver.engine.blob.DirectoryBlobStore;
import dev.quiver.engine.wal.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract, by the form in a directory. */
class DirectoryBlobStoreTest extends BlobStoreContract {
  @TempDir Path folder;

  @Override
  protected BlobStore open() throws IOException {
    return DirectoryBlobStore.open(folder.resolve("store"), DiskFiles.INSTANCE);
  }
}
