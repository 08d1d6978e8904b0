package dev.quiver.testkit;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.EmbeddingStoreIT;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * LangChain4j's own contract of embedding stores, run by its Qdrant store against a server: the one
 * that LangChain4j runs it by itself. Its contract of filters is wider than what that store sends:
 * it refuses lists of floats and of booleans, and a negation of Qdrant leaves out points without
 * the key.
 */
class LangChain4jContractTest extends EmbeddingStoreIT {
  @TempDir static Path folder;
  private static LangChain4jFixture fixture;
  private EmbeddingStore<TextSegment> store;

  @BeforeAll
  static void start() throws Exception {
    fixture = new LangChain4jFixture(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    fixture.close();
  }

  @Override
  protected void clearStore() {
    store = fixture.emptyStore();
  }

  @Override
  protected EmbeddingStore<TextSegment> embeddingStore() {
    return store;
  }

  @Override
  protected EmbeddingModel embeddingModel() {
    return fixture.model();
  }
}
