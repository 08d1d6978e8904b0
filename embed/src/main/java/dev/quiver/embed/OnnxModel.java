package dev.quiver.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A loaded model: ONNX Runtime's session and the tokeniser that goes with it. Safe for any thread,
 * except that nothing may run while or after {@link #close} does.
 *
 * <p><b>One text per run.</b> The weights are quantised dynamically: for each matrix product the
 * runtime scales all activations of the run by their common range. Texts that share a run therefore
 * change each other's vectors (cosine down to 0.97 in runs of 8), and a vector would depend on what
 * happened to be asked at the same time. Alone, a text always gets the same vector, padding costs
 * nothing, and with one thread per run the cores are kept busy by running texts beside each other.
 * docs/adr/0008-embedding.md has the figures.
 */
final class OnnxModel implements AutoCloseable {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";

  private final OrtSession session;
  private final WordPieceTokenizer tokenizer;
  private final Pooling pooling;
  private final int dimension;
  private final boolean wantsTypes;

  /**
   * Constant inputs, native and as long as the longest text: every token counts; all are one text.
   */
  private final LongBuffer ones;

  private final LongBuffer zeros;

  private OnnxModel(
      OrtSession session,
      WordPieceTokenizer tokenizer,
      Pooling pooling,
      int dimension,
      int maxTokens)
      throws OrtException {
    this.session = session;
    this.tokenizer = tokenizer;
    this.pooling = pooling;
    this.dimension = dimension;
    Set<String> inputs = session.getInputNames();
    this.wantsTypes = inputs.contains(TYPES);
    if (!inputs.contains(IDS)
        || !inputs.contains(MASK)
        || !Set.of(IDS, MASK, TYPES).containsAll(inputs)) {
      throw new OrtException("inputs: " + inputs + " (expected: those of a BERT model)");
    }
    this.ones = nativeLongs(maxTokens);
    for (int i = 0; i < maxTokens; i++) {
      ones.put(i, 1);
    }
    this.zeros = nativeLongs(maxTokens);
  }

  /** Reads both resources of the entry; takes some tenths of a second. */
  static OnnxModel load(ModelCatalog.Entry entry, ClassLoader loader)
      throws IOException, OrtException {
    WordPieceTokenizer tokenizer;
    try (InputStream in = connect(loader, entry.tokenizer()).getInputStream()) {
      tokenizer = new WordPieceTokenizer(TokenizerFile.read(in), entry.info().maxTokens());
    }
    OrtSession session = openSession(loader, entry.weights());
    try {
      return new OnnxModel(
          session, tokenizer, entry.pooling(), entry.info().dimension(), entry.info().maxTokens());
    } catch (OrtException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static OrtSession openSession(ClassLoader loader, String weights)
      throws IOException, OrtException {
    // Off the heap and only for the moment: the runtime keeps its own copy. Shared, because
    // searches
    // in a process that has used confined memory are slower (docs/performance.md).
    try (Arena arena = Arena.ofShared();
        OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      return NativeRuntime.ENVIRONMENT.createSession(readNative(loader, weights, arena), options);
    }
  }

  private static ByteBuffer readNative(ClassLoader loader, String resource, Arena arena)
      throws IOException {
    URLConnection connection = connect(loader, resource);
    long bytes = connection.getContentLengthLong();
    if (bytes <= 0 || bytes > Integer.MAX_VALUE) {
      throw new IOException(resource + ": length: " + bytes + " (expected: 1 to 2^31 - 1)");
    }
    ByteBuffer buffer = arena.allocate(bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    try (InputStream in = connection.getInputStream();
        ReadableByteChannel channel = Channels.newChannel(in)) {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new EOFException(
              resource + ": ends after " + buffer.position() + " of " + bytes + " bytes");
        }
      }
    }
    return buffer.flip();
  }

  private static URLConnection connect(ClassLoader loader, String resource) throws IOException {
    URL url = loader.getResource(resource);
    if (url == null) {
      throw new FileNotFoundException(resource + ": not on the class path");
    }
    URLConnection connection = url.openConnection();
    // A cached jar connection would hold the jar open for good.
    connection.setUseCaches(false);
    return connection;
  }

  private static LongBuffer nativeLongs(int count) {
    return ByteBuffer.allocateDirect(count * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .asLongBuffer();
  }

  WordPieceTokenizer tokenizer() {
    return tokenizer;
  }

  /** The vector, of length 1, of a text given as ids; keeps the calling thread busy. */
  float[] vector(long[] ids) throws OrtException {
    long[] shape = {1, ids.length};
    try (OnnxTensor idTensor =
            OnnxTensor.createTensor(NativeRuntime.ENVIRONMENT, LongBuffer.wrap(ids), shape);
        OnnxTensor maskTensor =
            OnnxTensor.createTensor(NativeRuntime.ENVIRONMENT, ones.slice(0, ids.length), shape);
        OnnxTensor typeTensor =
            OnnxTensor.createTensor(NativeRuntime.ENVIRONMENT, zeros.slice(0, ids.length), shape)) {
      Map<String, OnnxTensor> inputs = HashMap.newHashMap(3);
      inputs.put(IDS, idTensor);
      inputs.put(MASK, maskTensor);
      if (wantsTypes) {
        inputs.put(TYPES, typeTensor);
      }
      try (OrtSession.Result result = session.run(inputs)) {
        OnnxTensor output = (OnnxTensor) result.get(0);
        long[] seen = output.getInfo().getShape();
        if (seen.length != 3 || seen[1] != ids.length || seen[2] != dimension) {
          throw new OrtException(
              "output: %s (expected: [1, %d, %d])"
                  .formatted(Arrays.toString(seen), ids.length, dimension));
        }
        return pool(output.getFloatBuffer().array(), ids.length);
      }
    }
  }

  /** {@code tokenVectors}: float[tokens * dimension], row-major. */
  private float[] pool(float[] tokenVectors, int tokens) throws OrtException {
    float[] pooled = Arrays.copyOf(tokenVectors, dimension);
    if (pooling == Pooling.MEAN) {
      for (int token = 1, at = dimension; token < tokens; token++) {
        for (int i = 0; i < dimension; i++) {
          pooled[i] += tokenVectors[at++];
        }
      }
    }
    // The mean's divisor falls out here.
    double squares = 0;
    for (float value : pooled) {
      squares += (double) value * value;
    }
    double length = Math.sqrt(squares);
    if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
      throw new OrtException("vector's length: " + length + " (expected: positive and finite)");
    }
    for (int i = 0; i < dimension; i++) {
      pooled[i] = (float) (pooled[i] / length);
    }
    return pooled;
  }

  /** The process's one environment; its first use unpacks and loads ONNX Runtime's native code. */
  private static final class NativeRuntime {
    static final OrtEnvironment ENVIRONMENT = open();

    private NativeRuntime() {}

    private static OrtEnvironment open() {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "quiver");
      try {
        environment.setTelemetry(false);
      } catch (OrtException e) {
        throw new ExceptionInInitializerError(e);
      }
      return environment;
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new EmbedException(
          EmbedException.Reason.INTERNAL, "the model's session did not close", e);
    }
  }
}
