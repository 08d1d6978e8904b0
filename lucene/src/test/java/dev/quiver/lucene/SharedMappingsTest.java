package dev.quiver.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.apache.lucene.store.NoLockFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMappingsTest {
  @TempDir Path folder;

  @Test
  void mapsWhatIsReadOftenAndReadsWhatIsReadOnce() throws Exception {
    try (SharedMappings directory = new SharedMappings(folder, NoLockFactory.INSTANCE)) {
      try (IndexOutput out = directory.createOutput("文件", IOContext.DEFAULT)) {
        out.writeLong(42);
      }
      try (IndexInput often = directory.openInput("文件", IOContext.DEFAULT);
          IndexInput once = directory.openInput("文件", IOContext.READONCE);
          IndexInput checked = directory.openChecksumInput("文件")) {
        assertThat(often).isInstanceOf(MemorySegmentAccessInput.class);
        assertThat(once).isNotInstanceOf(MemorySegmentAccessInput.class);
        assertThat(often.readLong()).isEqualTo(42);
        assertThat(once.readLong()).isEqualTo(42);
        assertThat(checked.readLong()).isEqualTo(42);
      }
    }
  }

  @Test
  void opensNothingOnceItIsClosed() throws Exception {
    SharedMappings directory = new SharedMappings(folder, NoLockFactory.INSTANCE);
    directory.close();
    for (IOContext context : new IOContext[] {IOContext.DEFAULT, IOContext.READONCE}) {
      assertThatThrownBy(() -> directory.openInput("a", context))
          .isInstanceOf(AlreadyClosedException.class);
    }
  }
}
