package dev.quiver.embed;

import dev.quiver.embed.EmbedException.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The embedding models on board, found by name, and the threads that run them.
 *
 * <p>A model is on board if its Maven artifact is on the class path. Nothing is loaded and no
 * thread started until the first text comes. One instance serves a whole process:
 *
 * <pre>{@code
 * try (Embedders embedders = Embedders.open()) {
 *   Embedder embedder = embedders.find("sentence-transformers/all-MiniLM-L6-v2");
 *   float[][] vectors = embedder.embed(List.of("a small boat moved by oars", "猫"));
 * }
 * }</pre>
 *
 * <p>Safe for any thread. {@link #close} belongs to whoever opened it.
 */
public final class Embedders implements AutoCloseable {
  private final EmbedPool pool;

  /** In the catalogue's order, so the first is the default. */
  private final List<OnnxEmbedder> onBoard = new ArrayList<>();

  private final Map<String, OnnxEmbedder> byName = new HashMap<>();

  private Embedders(EmbedSettings settings, List<ModelCatalog.Entry> entries, ClassLoader loader) {
    this.pool = new EmbedPool(settings);
    for (ModelCatalog.Entry entry : entries) {
      if (entry.onBoard(loader)) {
        OnnxEmbedder embedder = new OnnxEmbedder(entry, loader, pool);
        onBoard.add(embedder);
        byName.put(key(entry.info().name()), embedder);
        entry.info().aliases().forEach(alias -> byName.put(key(alias), embedder));
      }
    }
  }

  /** Opens with {@link EmbedSettings#defaults}. */
  public static Embedders open() {
    return open(EmbedSettings.defaults());
  }

  /** Opens with limits of one's own. */
  public static Embedders open(EmbedSettings settings) {
    return open(settings, ModelCatalog.ENTRIES, Embedders.class.getClassLoader());
  }

  static Embedders open(
      EmbedSettings settings, List<ModelCatalog.Entry> entries, ClassLoader loader) {
    return new Embedders(settings, entries, loader);
  }

  /**
   * The model of this name or alias, in any case.
   *
   * @throws EmbedException {@link Reason#UNKNOWN_MODEL} if it is not on board; the message names
   *     those that are
   */
  public Embedder find(String name) {
    OnnxEmbedder embedder = byName.get(key(name));
    if (embedder == null) {
      throw new EmbedException(
          Reason.UNKNOWN_MODEL,
          "model \"" + shortened(name) + "\" is not on board; " + onBoardNames());
    }
    return embedder;
  }

  /**
   * The model to use where none is named.
   *
   * @throws EmbedException {@link Reason#UNKNOWN_MODEL} if no model at all is on board
   */
  public Embedder defaultEmbedder() {
    if (onBoard.isEmpty()) {
      throw new EmbedException(Reason.UNKNOWN_MODEL, onBoardNames());
    }
    return onBoard.getFirst();
  }

  /** The models on board, the default first. */
  public List<ModelInfo> models() {
    return onBoard.stream().map(OnnxEmbedder::model).toList();
  }

  /** One snapshot per model on board, in the order of {@link #models}. */
  public List<ModelMetrics> metrics() {
    return onBoard.stream().map(OnnxEmbedder::metrics).toList();
  }

  /** Texts waiting or in work right now, over all models and callers. */
  public int pendingTexts() {
    return pool.pendingTexts();
  }

  private String onBoardNames() {
    if (onBoard.isEmpty()) {
      return "no embedding model is on board; add a model's artifact to the class path";
    }
    StringJoiner names = new StringJoiner(", ", "models on board: ", "");
    onBoard.forEach(embedder -> names.add(embedder.model().name()));
    return names.toString();
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** A name may come from a hostile request and goes into a message. */
  private static String shortened(String name) {
    return name.length() <= 100 ? name : name.substring(0, 100) + "...";
  }

  /**
   * Fails the calls that wait, waits for the texts in work, frees all native memory. Idempotent.
   */
  @Override
  public void close() {
    pool.close();
    onBoard.forEach(OnnxEmbedder::close);
  }
}
