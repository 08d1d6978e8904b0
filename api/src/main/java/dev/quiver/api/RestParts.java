package dev.quiver.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.OrderBy;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.Datetimes;
import dev.quiver.engine.filter.Filter;
import dev.quiver.engine.filter.FilterJson;
import dev.quiver.engine.filter.PayloadPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads the parts that many bodies share: filters, selections, search parameters, order_by. */
final class RestParts {
  private RestParts() {}

  static @Nullable Filter optionalFilter(JsonIn in) throws IOException {
    if (in.isNull()) {
      return null;
    }
    String path = in.path();
    JsonNode tree = in.tree();
    return labelled(() -> FilterJson.parse(tree, path));
  }

  /** Gives an error of a reader in the engine the words that a REST body's errors begin with. */
  static <T> T labelled(Supplier<T> parse) {
    try {
      return parse.get();
    } catch (QuiverException e) {
      throw switch (e.code()) {
        case FORMAT, VALIDATION ->
            new QuiverException(
                e.code(),
                (e.code() == ErrorCode.FORMAT ? "Format" : "Validation")
                    + " error in JSON body: "
                    + e.getMessage(),
                e);
        default -> e;
      };
    }
  }

  static String payloadPath(JsonIn in) throws IOException {
    String text = in.string();
    try {
      PayloadPath.parse(text);
    } catch (QuiverException e) {
      throw in.error(Shape.abbreviate(String.valueOf(e.getMessage())));
    }
    return text;
  }

  static List<String> payloadPaths(JsonIn in) throws IOException {
    List<String> paths = new ArrayList<>();
    in.array(() -> paths.add(payloadPath(in)));
    return paths;
  }

  /** WithPayloadInterface. */
  static PayloadSelection withPayload(JsonIn in) throws IOException {
    if (in.isBoolean()) {
      return in.bool() ? PayloadSelection.ALL : PayloadSelection.NONE;
    }
    if (in.isArray()) {
      return new PayloadSelection.Include(payloadPaths(in));
    }
    if (!in.isObject()) {
      throw in.error(
          "Expected a boolean, an array of strings, or an object with an include/exclude field");
    }
    List<PayloadSelection> selections = new ArrayList<>(1);
    in.object(
        "PayloadSelector",
        name -> {
          switch (name) {
            case "include" -> selections.add(new PayloadSelection.Include(payloadPaths(in)));
            case "exclude" -> selections.add(new PayloadSelection.Exclude(payloadPaths(in)));
            default ->
                throw in.error(
                    "unknown field `"
                        + Shape.abbreviate(name)
                        + "`, expected one of `include`, `exclude`");
          }
          return true;
        });
    if (selections.size() != 1) {
      throw in.error(
          "Expected a boolean, an array of strings, or an object with an include/exclude field");
    }
    return selections.getFirst();
  }

  /** WithVector. */
  static VectorSelection withVector(JsonIn in) throws IOException {
    if (in.isBoolean()) {
      return in.bool() ? VectorSelection.ALL : VectorSelection.NONE;
    }
    if (!in.isArray()) {
      throw in.error("Expected a boolean, or an array of strings");
    }
    return new VectorSelection.Names(in.strings());
  }

  /**
   * SearchParams. Quantization and ACORN settings are hints: there is no quantised form yet, and
   * filtered searches choose their way by themselves.
   */
  static SearchParams searchParams(JsonIn in, String label, ApiLimits limits) throws IOException {
    Params params = new Params();
    in.object(
        "SearchParams",
        name -> {
          if (in.isNull()) {
            return List.of("hnsw_ef", "quantization", "acorn", "idf").contains(name);
          }
          switch (name) {
            case "hnsw_ef" -> params.hnswEf = bounded(in, label + ".hnsw_ef", limits.resultsMax());
            case "exact" -> params.exact = in.bool();
            case "indexed_only" -> params.indexedOnly = in.bool();
            case "quantization" -> {
              JsonNode quantization = check(in, QUANTIZATION, label + ".quantization");
              JsonNode rescore = quantization.path("rescore");
              JsonNode oversampling = quantization.path("oversampling");
              params.quantization =
                  new SearchParams.Quantization(
                      quantization.path("ignore").asBoolean(false),
                      rescore.isBoolean() ? rescore.booleanValue() : null,
                      oversampling.isNumber() ? oversampling.doubleValue() : null);
            }
            case "acorn" -> check(in, ACORN, label + ".acorn");
            case "idf" -> params.idfCorpus = idfCorpus(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    return new SearchParams(
        params.hnswEf, params.exact, params.indexedOnly, params.quantization, params.idfCorpus);
  }

  /** IdfParams: {@code "global"}, or the filter of a corpus. */
  private static @Nullable Filter idfCorpus(JsonIn in) throws IOException {
    if (in.isString()) {
      if (!in.string().equals("global")) {
        throw in.error("data did not match any variant of untagged enum IdfParams");
      }
      return null;
    }
    AtomicReference<@Nullable Filter> corpus = new AtomicReference<>();
    in.object(
        "IdfCorpusParams",
        name -> {
          if (!name.equals("corpus")) {
            return false;
          }
          corpus.set(optionalFilter(in));
          return true;
        });
    Filter given = corpus.get();
    if (given == null) {
      throw in.error("data did not match any variant of untagged enum IdfParams");
    }
    return given;
  }

  private static final Shape QUANTIZATION =
      Shape.struct("QuantizationSearchParams")
          .optional(Shape.bool(), "ignore")
          .optional(Shape.bool(), "rescore")
          .optional(Shape.realAtLeast(1.0), "oversampling");

  private static final Shape ACORN =
      Shape.struct("AcornSearchParams")
          .optional(Shape.bool(), "enable")
          .optional(Shape.real(0.0, 1.0), "max_selectivity");

  private static JsonNode check(JsonIn in, Shape shape, String label) throws IOException {
    JsonNode tree = in.tree();
    shape.check(tree, label, in.problems());
    return tree;
  }

  private static final class Params {
    private @Nullable Integer hnswEf;
    private boolean exact;
    private boolean indexedOnly;
    private @Nullable Filter idfCorpus;
    private SearchParams.Quantization quantization = SearchParams.Quantization.DEFAULT;
  }

  /**
   * A number from 1 to a maximum.
   *
   * @return 1 when it is out of range, which has been noted
   */
  static int bounded(JsonIn in, String label, int max) throws IOException {
    return bounded(in, label, max, "usize");
  }

  /**
   * @param type what Qdrant's reader calls the number
   */
  static int bounded(JsonIn in, String label, int max, String type) throws IOException {
    long value = in.unsigned(type);
    if (value < 1) {
      in.invalid(label, "value " + value + " invalid, must be 1 or larger");
      return 1;
    }
    if (value > max) {
      in.invalid(label, "value " + value + " invalid, must be from 1 to " + max);
      return 1;
    }
    return (int) value;
  }

  /** OrderByInterface: a key, or a key with direction and start. */
  static OrderBy orderBy(JsonIn in) throws IOException {
    if (in.isString()) {
      return new OrderBy(payloadPath(in), false, null);
    }
    Order order = new Order();
    in.object(
        "OrderBy",
        name -> {
          switch (name) {
            case "key" -> order.key = payloadPath(in);
            case "direction" -> order.descending = !in.isNull() && descending(in);
            case "start_from" -> order.startFrom = in.isNull() ? null : startFrom(in);
            default -> {
              return false;
            }
          }
          return true;
        });
    String key = order.key;
    if (key == null) {
      throw in.missing("key");
    }
    return new OrderBy(key, order.descending, order.startFrom);
  }

  private static final class Order {
    private @Nullable String key;
    private boolean descending;
    private OrderBy.@Nullable StartFrom startFrom;
  }

  private static boolean descending(JsonIn in) throws IOException {
    String direction = in.string();
    return switch (direction) {
      case "asc" -> false;
      case "desc" -> true;
      default ->
          throw in.error(
              "unknown variant `" + Shape.abbreviate(direction) + "`, expected `asc` or `desc`");
    };
  }

  private static OrderBy.StartFrom startFrom(JsonIn in) throws IOException {
    JsonNode value = in.tree();
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return new OrderBy.StartFrom.Int(value.longValue());
    }
    if (value.isNumber()) {
      return new OrderBy.StartFrom.Real(value.doubleValue());
    }
    if (!value.isTextual()) {
      throw in.wrongType("an integer, a float or a datetime");
    }
    OptionalLong micros = Datetimes.parseMicros(value.textValue());
    if (micros.isEmpty()) {
      throw in.error(
          "\""
              + Shape.abbreviate(value.textValue())
              + "\" is no datetime (expected: RFC 3339, as 2026-01-31T12:00:00Z)");
    }
    return new OrderBy.StartFrom.Datetime(micros.getAsLong());
  }
}
