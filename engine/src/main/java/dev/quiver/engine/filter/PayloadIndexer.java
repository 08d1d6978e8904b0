package dev.quiver.engine.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.filter.Condition.GeoPoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.lucene.document.BinaryPoint;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;

/**
 * Adds a payload's values to a Lucene document, every one by its type, whether an index is declared
 * on its path or not. The number of Lucene fields is constant (see {@link Terms}); the work and the
 * terms are linear in the payload.
 *
 * <p>Declarations matter for texts only: while a text index is declared, its tokens are written
 * too. Documents written before the declaration need not be written again for right results: the
 * compiler notices them ({@link FilterCompiler#untokenised}) and reads their payloads instead.
 * Writing their inverted fields again makes text matching fast; no other type of index gains
 * anything from it.
 *
 * <p>Thread-safe.
 */
public final class PayloadIndexer {
  private static final FieldType EXACT = inverted(IndexOptions.DOCS);
  private static final FieldType POSITIONS = inverted(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
  private static final FieldType PLACE = new FieldType();

  static {
    PLACE.setDimensions(3, Long.BYTES);
    PLACE.freeze();
  }

  /** Positions left free between two texts, so that no phrase spans them. */
  private static final int TEXT_GAP = 2;

  /** The Lucene fields that depend on declarations, and those that share a field with them. */
  public static final Set<String> INVERTED_FIELDS =
      Set.of(Terms.EXACT, Terms.TOKENS, Terms.PHRASES);

  private final PayloadIndexes indexes;

  public PayloadIndexer(PayloadIndexes indexes) {
    this.indexes = indexes;
  }

  /** Adds the fields. The payload must not change until the document is written. */
  public void addTo(Document document, ObjectNode payload) {
    Run run = new Run(document);
    payload
        .properties()
        .forEach(member -> run.node(Location.ROOT.key(member.getKey()), member.getValue()));
    List<BytesRef> tokens = new ArrayList<>();
    List<BytesRef> phrases = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    for (Map.Entry<PayloadPath, TextAnalysis> index : indexes.texts().entrySet()) {
      if (!index.getKey().hasIndex()) {
        texts(run, payload, index.getKey(), index.getValue(), tokens, phrases, steps);
      }
    }
    if (!run.terms.isEmpty()) {
      document.add(new Field(Terms.EXACT, TermStream.of(run.terms), EXACT));
    }
    if (!tokens.isEmpty()) {
      document.add(new Field(Terms.TOKENS, TermStream.of(tokens), EXACT));
    }
    if (!phrases.isEmpty()) {
      document.add(new Field(Terms.PHRASES, TermStream.of(phrases, steps), POSITIONS));
    }
  }

  private static void texts(
      Run run,
      ObjectNode payload,
      PayloadPath path,
      TextAnalysis analysis,
      List<BytesRef> tokens,
      List<BytesRef> phrases,
      List<Integer> steps) {
    List<JsonNode> values = path.valuesIn(payload);
    Location at = Location.of(path);
    if (values.stream().anyMatch(PayloadIndexer::holdsValue)) {
      run.terms.add(Terms.tokenised(at, analysis));
    }
    Set<String> seen = new HashSet<>();
    for (String text : FilterEvaluator.texts(values)) {
      int step = TEXT_GAP;
      for (String token : analysis.documentTokens(text)) {
        BytesRef term = Terms.token(at, analysis, token);
        if (seen.add(token)) {
          tokens.add(term);
        }
        if (analysis.phrases()) {
          phrases.add(term);
          steps.add(step);
          step = 1;
        }
      }
    }
  }

  private static boolean holdsValue(JsonNode node) {
    return switch (kind(node)) {
      case VALUE, FULL_ARRAY, MIXED_ARRAY -> true;
      case NULL, EMPTY_ARRAY, NULL_ARRAY -> false;
    };
  }

  private static Terms.Kind kind(JsonNode node) {
    if (node.isNull()) {
      return Terms.Kind.NULL;
    }
    if (!node.isArray()) {
      return Terms.Kind.VALUE;
    }
    int nulls = 0;
    for (JsonNode element : node) {
      nulls += element.isNull() ? 1 : 0;
    }
    if (node.isEmpty()) {
      return Terms.Kind.EMPTY_ARRAY;
    }
    return nulls == 0
        ? Terms.Kind.FULL_ARRAY
        : nulls == node.size() ? Terms.Kind.NULL_ARRAY : Terms.Kind.MIXED_ARRAY;
  }

  /** The walk over one payload. */
  private static final class Run {
    private final Document document;
    private final Set<BytesRef> terms = new HashSet<>();

    /** Children's locations by their parents', since arrays repeat them. */
    private final Map<Location, Map<String, Location>> children = new HashMap<>();

    /** Points that the document has, by field: an array may repeat a value. */
    private final Map<String, Set<BytesRef>> points = new HashMap<>();

    Run(Document document) {
      this.document = document;
    }

    private void point(String field, byte[] point) {
      if (points.computeIfAbsent(field, _ -> new HashSet<>()).add(new BytesRef(point))) {
        document.add(
            field.equals(Terms.PLACES)
                ? new Field(field, new BytesRef(point), PLACE)
                : new BinaryPoint(field, point));
      }
    }

    void node(Location at, JsonNode node) {
      terms.add(Terms.kind(at, kind(node)));
      if (node.isArray()) {
        terms.add(Terms.length(at, node.size()));
        if (!node.isEmpty()) {
          Location below = at.element();
          for (JsonNode element : node) {
            value(at, element);
            node(below, element);
          }
        }
        return;
      }
      value(at, node);
      if (node.isObject()) {
        Map<String, Location> known = children.computeIfAbsent(at, _ -> new HashMap<>());
        for (Map.Entry<String, JsonNode> member : node.properties()) {
          node(known.computeIfAbsent(member.getKey(), at::key), member.getValue());
        }
      }
    }

    /** What conditions on {@code at} compare with: scalars and places, nothing for arrays. */
    private void value(Location at, JsonNode node) {
      switch (node.getNodeType()) {
        case STRING -> {
          String text = node.textValue();
          terms.add(Terms.string(at, text));
          OptionalLong micros = Datetimes.parseMicros(text);
          if (micros.isPresent()) {
            point(Terms.TIMES, at.point(micros.getAsLong()));
          }
        }
        case NUMBER -> {
          if (ValueMatch.isInteger(node)) {
            terms.add(Terms.integer(at, node.longValue()));
            point(Terms.INTEGERS, at.point(node.longValue()));
          } else {
            point(Terms.FLOATS, at.point(Terms.sortable(node.doubleValue())));
          }
        }
        case BOOLEAN -> terms.add(Terms.bool(at, node.booleanValue()));
        case OBJECT -> {
          GeoPoint place = Geo.point(node);
          if (place != null) {
            point(Terms.PLACES, place(at, place));
          }
        }
        case ARRAY, NULL, BINARY, MISSING, POJO -> {
          // The kind says all there is to say.
        }
      }
    }
  }

  private static byte[] place(Location at, GeoPoint place) {
    byte[] point = new byte[3 * Long.BYTES];
    NumericUtils.longToSortableBytes(at.hash(), point, 0);
    NumericUtils.longToSortableBytes(Terms.sortable(place.lat()), point, Long.BYTES);
    NumericUtils.longToSortableBytes(Terms.sortable(place.lon()), point, 2 * Long.BYTES);
    return point;
  }

  private static FieldType inverted(IndexOptions options) {
    FieldType type = new FieldType();
    type.setIndexOptions(options);
    type.setTokenized(true);
    type.setOmitNorms(true);
    type.freeze();
    return type;
  }
}
