package dev.quiver.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.embed.Embedders;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.filter.Bm25;
import dev.quiver.engine.query.VectorInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns the texts of a request into vectors. All texts of a request are embedded together, one call
 * for each model, and a text that occurs twice is embedded once. {@link Bm25} needs no model and is
 * computed where a vector is asked for. Thread-safe; {@link Batch} is not.
 */
public final class Inference {
  /** Longest wait when the caller gives no limit of its own. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  /** The models on board. */
  @FunctionalInterface
  public interface Models {
    /**
     * Embeds texts; blocks.
     *
     * @return {@code float[texts.size()][dimension]}, in the order of the texts
     * @throws QuiverException with the code that the caller shall see
     */
    float[][] embed(String model, List<String> texts, Duration timeout);
  }

  private final Models models;

  public Inference(Models models) {
    this.models = models;
  }

  /** Inference by the models of a registry, which stays the caller's to close. */
  public static Inference with(Embedders embedders) {
    return new Inference(new EmbedModels(embedders));
  }

  /** Starts the inference of one request. */
  public Batch batch() {
    return new Batch();
  }

  /**
   * What no model on board turns into a vector.
   *
   * @param what {@code image} or {@code object}
   */
  static QuiverException noModelFor(String what) {
    return QuiverException.badRequest(
        what
            + " input: no model of this server embeds an "
            + what
            + " (expected: a vector, or a Document with text and the name of a text model)");
  }

  /**
   * What this version cannot turn into a vector.
   *
   * @param what the form, as the request names it: {@code Image}, ...
   */
  public static QuiverException unsupported(String what) {
    return QuiverException.notImplemented(
        what
            + " inputs come in a later version; this one takes vectors and Document objects (text +"
            + " model)");
  }

  /**
   * The texts of one request: first {@link #add} every input, then {@link #run} once, then read
   * each with {@link #resolve}.
   */
  public final class Batch {
    private final Set<VectorInput.Document> waiting = new LinkedHashSet<>();
    private final Map<VectorInput.Document, float[]> done = new HashMap<>();

    private Batch() {}

    public void add(VectorInput input) {
      if (input instanceof VectorInput.Document document && !Bm25.isModel(document.model())) {
        waiting.add(document);
      }
    }

    public void add(PointInput point) {
      for (VectorInput input : point.vectors().values()) {
        add(input);
      }
    }

    /** Whether there is nothing to embed, so that {@link #run} returns without blocking. */
    public boolean isEmpty() {
      return waiting.isEmpty();
    }

    /** Embeds everything that was added; blocks, so never call it on an event loop. */
    public void run(Duration timeout) {
      Map<String, List<VectorInput.Document>> byModel = new LinkedHashMap<>();
      for (VectorInput.Document document : waiting) {
        byModel.computeIfAbsent(document.model(), _ -> new ArrayList<>()).add(document);
      }
      long deadlineNanos = System.nanoTime() + timeout.toNanos();
      for (Map.Entry<String, List<VectorInput.Document>> entry : byModel.entrySet()) {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
          throw new QuiverException(
              ErrorCode.TIMEOUT, "inference did not end within " + timeout.toMillis() + " ms");
        }
        List<VectorInput.Document> documents = entry.getValue();
        List<String> texts = documents.stream().map(VectorInput.Document::text).toList();
        float[][] vectors =
            models.embed(entry.getKey(), texts, Duration.ofNanos(Math.max(leftNanos, 1)));
        for (int i = 0; i < vectors.length; i++) {
          done.put(documents.get(i), vectors[i]);
        }
      }
      waiting.clear();
    }

    /** The vector of a point's input that was added before {@link #run}. */
    public VectorValue resolve(VectorInput input) {
      return switch (input) {
        case VectorInput.Dense(float[] values) -> new VectorValue.Dense(values);
        case VectorInput.Sparse(VectorValue.Sparse sparse) -> sparse;
        case VectorInput.Multi(VectorValue.Multi multi) -> multi;
        case VectorInput.Document(String text, String model, ObjectNode options)
            when Bm25.isModel(model) ->
            Bm25.of(options).document(text);
        case VectorInput.Document document -> {
          float[] vector = done.get(document);
          if (vector == null) {
            throw new IllegalStateException("the text was not embedded: " + document.model());
          }
          yield new VectorValue.Dense(vector);
        }
        case VectorInput.ById _ ->
            throw new IllegalStateException("a point's id stands only in a query");
      };
    }

    /**
     * A vector in place of a query's text that was added before {@link #run}; other inputs as they
     * are.
     */
    public VectorInput embedded(VectorInput input) {
      if (input instanceof VectorInput.Document(String text, String model, ObjectNode options)
          && Bm25.isModel(model)) {
        return new VectorInput.Sparse(Bm25.of(options).query(text));
      }
      return input instanceof VectorInput.Document ? VectorInput.of(resolve(input)) : input;
    }

    /** The vectors of a point that was added before {@link #run}. */
    public Map<String, VectorValue> resolve(PointInput point) {
      Map<String, VectorInput> inputs = point.vectors();
      if (inputs.size() == 1) {
        Map.Entry<String, VectorInput> only = inputs.entrySet().iterator().next();
        return Map.of(only.getKey(), resolve(only.getValue()));
      }
      Map<String, VectorValue> vectors = LinkedHashMap.newLinkedHashMap(inputs.size());
      inputs.forEach((name, input) -> vectors.put(name, resolve(input)));
      return vectors;
    }
  }
}
