package dev.quiver.embed;

import java.util.List;

/**
 * The models that Quiver knows how to run, the default first. One is on board if its two resources
 * are on the class path, that is, if its Maven artifact is.
 *
 * <p>The aliases are the names under which Qdrant's own world runs the same weights: fastembed's
 * model names and the Hugging Face repositories behind them (Python and Rust), fastembed-js's
 * {@code fast-} names, Qdrant Cloud's inference names (which differ in case only), and the bare
 * names.
 */
final class ModelCatalog {
  /**
   * One model and where it is.
   *
   * @param info the public part
   * @param pooling from the model card
   * @param weights resource name of the ONNX file
   * @param tokenizer resource name of the Hugging Face tokenizer.json
   */
  record Entry(ModelInfo info, Pooling pooling, String weights, String tokenizer) {
    boolean onBoard(ClassLoader loader) {
      return loader.getResource(weights) != null && loader.getResource(tokenizer) != null;
    }
  }

  static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              new ModelInfo(
                  "sentence-transformers/all-MiniLM-L6-v2",
                  List.of(
                      "all-MiniLM-L6-v2",
                      "Qdrant/all-MiniLM-L6-v2",
                      "Qdrant/all-MiniLM-L6-v2-onnx",
                      "Xenova/all-MiniLM-L6-v2",
                      "fast-all-MiniLM-L6-v2"),
                  384,
                  // Its tokenizer.json cuts at 128, the length that it was trained with; fastembed
                  // and LangChain4j cut there too, so vectors agree with theirs on long texts.
                  128,
                  "English sentences and short paragraphs; 6 layers, weights quantised to 8 bits",
                  "Apache-2.0"),
              Pooling.MEAN,
              "all-minilm-l6-v2-q.onnx",
              "all-minilm-l6-v2-q-tokenizer.json"),
          new Entry(
              new ModelInfo(
                  "BAAI/bge-small-en-v1.5",
                  List.of(
                      "bge-small-en-v1.5",
                      "Qdrant/bge-small-en-v1.5",
                      "Qdrant/bge-small-en-v1.5-onnx",
                      "Qdrant/bge-small-en-v1.5-onnx-Q",
                      "Xenova/bge-small-en-v1.5",
                      "fast-bge-small-en-v1.5"),
                  384,
                  512,
                  "English, retrieval; 12 layers, weights quantised to 8 bits",
                  "MIT"),
              Pooling.CLS,
              "bge-small-en-v1.5-q.onnx",
              "bge-small-en-v1.5-q-tokenizer.json"),
          new Entry(
              new ModelInfo(
                  "BAAI/bge-small-zh-v1.5",
                  List.of(
                      "bge-small-zh-v1.5",
                      "Qdrant/bge-small-zh-v1.5",
                      "Xenova/bge-small-zh-v1.5",
                      "fast-bge-small-zh-v1.5"),
                  512,
                  512,
                  "Chinese, retrieval; 4 layers, weights quantised to 8 bits",
                  "MIT"),
              Pooling.CLS,
              "bge-small-zh-v1.5-q.onnx",
              "bge-small-zh-v1.5-q-tokenizer.json"));

  private ModelCatalog() {}
}
