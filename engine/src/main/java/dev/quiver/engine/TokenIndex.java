package dev.quiver.engine;

import dev.quiver.engine.filter.PayloadIndexer;
import dev.quiver.engine.wal.FileOps;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.IOUtils;

/**
 * The inverted fields of a segment's payloads, written anew from the stored payloads with the same
 * document ids, in a folder of its own that is deleted on {@link #close}. It is made on disk, with
 * a bounded buffer, since a segment's tokens may take more than memory has.
 */
final class TokenIndex implements Closeable {
  /** The Lucene fields that it has in place of the segment's. */
  static final Set<String> FIELDS = PayloadIndexer.INVERTED_FIELDS;

  private static final double BUFFER_MEGABYTES = 16;

  private final FileOps files;
  private final Path folder;
  private final Directory directory;
  private final DirectoryReader reader;

  private TokenIndex(FileOps files, Path folder, Directory directory, DirectoryReader reader) {
    this.files = files;
    this.folder = folder;
    this.directory = directory;
    this.reader = reader;
  }

  /**
   * @param folder made for it, and deleted with it
   */
  static TokenIndex of(LeafReader segment, PayloadIndexer indexer, FileOps files, Path folder)
      throws IOException {
    files.createDirectories(folder);
    Directory directory = files.directory(folder);
    try {
      write(segment, indexer, directory);
      return new TokenIndex(files, folder, directory, DirectoryReader.open(directory));
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileHandlingException(() -> delete(files, folder, directory));
      throw e;
    }
  }

  private static void write(LeafReader segment, PayloadIndexer indexer, Directory directory)
      throws IOException {
    IndexWriterConfig settings = new IndexWriterConfig();
    settings.setCodec(new Lucene104Codec());
    settings.setRAMBufferSizeMB(BUFFER_MEGABYTES);
    // Only neighbours are merged, so that documents keep their order and with it their ids.
    settings.setMergePolicy(new LogDocMergePolicy());
    settings.setMergeScheduler(new SerialMergeScheduler());
    try (IndexWriter writer = new IndexWriter(directory, settings)) {
      BinaryDocValues payloads = DocValues.getBinary(segment, Fields.PAYLOAD);
      for (int doc = 0; doc < segment.maxDoc(); doc++) {
        Document document = new Document();
        if (payloads.advanceExact(doc)) {
          Document all = new Document();
          indexer.addTo(all, LeafPoints.payload(payloads.binaryValue()).json());
          for (IndexableField field : all) {
            if (FIELDS.contains(field.name())) {
              document.add(field);
            }
          }
        }
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      writer.commit();
    }
  }

  /** As many documents as the segment has, deleted ones too. */
  LeafReader reader() {
    return reader.leaves().getFirst().reader();
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(reader, () -> delete(files, folder, directory));
  }

  private static void delete(FileOps files, Path folder, Directory directory) throws IOException {
    for (String file : directory.listAll()) {
      directory.deleteFile(file);
    }
    directory.close();
    files.delete(folder);
  }
}
