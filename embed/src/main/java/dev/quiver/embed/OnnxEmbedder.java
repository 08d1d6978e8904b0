package dev.quiver.embed;

import ai.onnxruntime.OrtException;
import dev.quiver.embed.EmbedException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An embedder over an {@link OnnxModel} that is loaded by the first text and freed by {@link
 * #close}.
 *
 * <p>Lock order: {@code lifecycle} (shared by texts in work, held alone by close), then {@code
 * loading}. A load that fails is tried again by the next text.
 */
final class OnnxEmbedder implements Embedder {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxEmbedder.class);

  private final ModelCatalog.Entry entry;
  private final ClassLoader loader;
  private final EmbedPool pool;
  private final ReadWriteLock lifecycle = new ReentrantReadWriteLock();
  private final Object loading = new Object();

  private volatile @Nullable OnnxModel loaded;
  private volatile boolean closed;

  private final LongAdder calls = new LongAdder();
  private final LongAdder texts = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final LongAdder busyNanos = new LongAdder();
  private final LongAdder failedCalls = new LongAdder();
  private final LongAdder overloadedCalls = new LongAdder();

  OnnxEmbedder(ModelCatalog.Entry entry, ClassLoader loader, EmbedPool pool) {
    this.entry = entry;
    this.loader = loader;
    this.pool = pool;
  }

  @Override
  public ModelInfo model() {
    return entry.info();
  }

  @Override
  public float[][] embed(List<String> texts) {
    return embed(texts, pool.defaultTimeout()).vectors();
  }

  @Override
  public Embeddings embed(List<String> texts, Duration timeout) {
    List<CharSequence> bounded = bounded(texts);
    float[][] vectors = new float[bounded.size()][];
    LongAdder callTokens = new LongAdder();
    try {
      if (closed) {
        throw EmbedPool.closed();
      }
      pool.run(
          vectors.length,
          index -> vectors[index] = embedOne(bounded.get(index), callTokens),
          timeout);
    } catch (EmbedException e) {
      failedCalls.increment();
      if (e.reason() == Reason.OVERLOADED) {
        overloadedCalls.increment();
      }
      throw e;
    }
    calls.increment();
    return new Embeddings(vectors, callTokens.sum());
  }

  private static List<CharSequence> bounded(List<String> texts) {
    List<CharSequence> bounded = new ArrayList<>(texts.size());
    for (String text : texts) {
      if (text == null) {
        throw new NullPointerException("texts[" + bounded.size() + "] is null");
      }
      bounded.add(text.length() <= MAX_TEXT_CHARS ? text : text.subSequence(0, MAX_TEXT_CHARS));
    }
    return bounded;
  }

  private float[] embedOne(CharSequence text, LongAdder callTokens) throws OrtException {
    Lock inUse = lifecycle.readLock();
    inUse.lock();
    try {
      if (closed) {
        throw EmbedPool.closed();
      }
      OnnxModel model = loadedModel();
      long start = System.nanoTime();
      long[] ids = model.tokenizer().encode(text);
      float[] vector = model.vector(ids);
      busyNanos.add(System.nanoTime() - start);
      texts.increment();
      tokens.add(ids.length);
      callTokens.add(ids.length);
      return vector;
    } finally {
      inUse.unlock();
    }
  }

  private OnnxModel loadedModel() {
    OnnxModel model = loaded;
    if (model != null) {
      return model;
    }
    synchronized (loading) {
      model = loaded;
      if (model == null) {
        model = load();
        loaded = model;
      }
      return model;
    }
  }

  private OnnxModel load() {
    long start = System.nanoTime();
    OnnxModel model;
    try {
      model = OnnxModel.load(entry, loader);
    } catch (IOException | OrtException | LinkageError e) {
      throw new EmbedException(
          Reason.INTERNAL, "model " + entry.info().name() + " could not be loaded: " + e, e);
    }
    LOG.info(
        "Embedding model {} loaded in {} ms",
        entry.info().name(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    return model;
  }

  ModelMetrics metrics() {
    return new ModelMetrics(
        entry.info().name(),
        loaded != null,
        calls.sum(),
        texts.sum(),
        tokens.sum(),
        TimeUnit.NANOSECONDS.toMicros(busyNanos.sum()),
        failedCalls.sum(),
        overloadedCalls.sum());
  }

  @Override
  public void close() {
    // Before the lock: texts that still wait for it see the flag and give up.
    closed = true;
    lifecycle.writeLock().lock();
    try {
      OnnxModel model = loaded;
      loaded = null;
      if (model != null) {
        model.close();
      }
    } finally {
      lifecycle.writeLock().unlock();
    }
  }
}
