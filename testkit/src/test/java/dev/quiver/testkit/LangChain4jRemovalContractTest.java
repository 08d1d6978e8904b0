package dev.quiver.testkit;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.EmbeddingStoreWithRemovalIT;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's own contract of what stores remove, run by its Qdrant store against a server. */
class LangChain4jRemovalContractTest extends EmbeddingStoreWithRemovalIT {
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

  @BeforeEach
  void emptyStore() {
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
