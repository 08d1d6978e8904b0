package dev.quiver.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.MultiVectors;
import dev.quiver.engine.QuiverException;
import dev.quiver.engine.SparseVectors;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.filter.Bm25;
import dev.quiver.engine.query.VectorInput;
import io.qdrant.client.grpc.Points;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Vectors between their wire form and ours. Input may come in the {@code vector} oneof or in the
 * older flat {@code data}; output fills the oneof alone.
 */
final class GrpcVectors {

  private GrpcVectors() {}

  /** The vectors of a point: one for the default name, or several by name. */
  static Map<String, VectorInput> read(Points.Vectors vectors) {
    return switch (vectors.getVectorsOptionsCase()) {
      case VECTOR -> Map.of("", read(vectors.getVector()));
      case VECTORS -> {
        Map<String, Points.Vector> named = vectors.getVectors().getVectorsMap();
        Map<String, VectorInput> read = LinkedHashMap.newLinkedHashMap(named.size());
        for (Map.Entry<String, Points.Vector> entry : named.entrySet()) {
          read.put(entry.getKey(), read(entry.getValue()));
        }
        yield read;
      }
      case VECTORSOPTIONS_NOT_SET -> throw GrpcFaults.malformed("No Vector Provided");
    };
  }

  @SuppressWarnings("deprecation") // Older clients send the flat form, and Qdrant takes both.
  static VectorInput read(Points.Vector vector) {
    return switch (vector.getVectorCase()) {
      case DENSE -> dense(vector.getDense());
      case DOCUMENT -> document(vector.getDocument());
      case SPARSE -> sparse(vector.getSparse());
      case MULTI_DENSE -> multi(vector.getMultiDense());
      case IMAGE -> throw Inference.noModelFor("image");
      case OBJECT -> throw Inference.noModelFor("object");
      case VECTOR_NOT_SET -> {
        if (vector.hasIndices() && vector.hasVectorsCount()) {
          throw GrpcFaults.invalid(
              "indices", "`indices` and `vectors_count` cannot be both specified");
        }
        float[] values = floats(vector.getDataList());
        if (vector.hasIndices()) {
          yield sparse(ints(vector.getIndices().getDataList()), values);
        }
        if (vector.hasVectorsCount()) {
          yield flatMulti(vector.getVectorsCount(), values);
        }
        yield new VectorInput.Dense(finite(values));
      }
    };
  }

  /** The input of a query. */
  static VectorInput read(Points.VectorInput input) {
    return switch (input.getVariantCase()) {
      case DENSE -> dense(input.getDense());
      case ID -> new VectorInput.ById(GrpcIds.read(input.getId()));
      case DOCUMENT -> document(input.getDocument());
      case SPARSE -> sparse(input.getSparse());
      case MULTI_DENSE -> multi(input.getMultiDense());
      case IMAGE -> throw Inference.noModelFor("image");
      case OBJECT -> throw Inference.noModelFor("object");
      case VARIANT_NOT_SET -> throw GrpcFaults.malformed("VectorInput variant is missing");
    };
  }

  /** The flat vector of the older search calls. */
  static VectorInput read(Points.SearchPoints search) {
    float[] values = floats(search.getVectorList());
    return search.hasSparseIndices()
        ? sparse(ints(search.getSparseIndices().getDataList()), values)
        : new VectorInput.Dense(finite(values));
  }

  private static VectorInput dense(Points.DenseVector vector) {
    return new VectorInput.Dense(finite(floats(vector.getDataList())));
  }

  private static VectorInput sparse(Points.SparseVector vector) {
    return sparse(ints(vector.getIndicesList()), floats(vector.getValuesList()));
  }

  private static VectorInput sparse(int[] indices, float[] values) {
    String wrong = SparseVectors.wrong(indices, finite(values));
    if (wrong != null) {
      int colon = wrong.indexOf(':');
      throw GrpcFaults.invalid(wrong.substring(0, colon), wrong.substring(colon + 2));
    }
    return new VectorInput.Sparse(SparseVectors.sorted(indices, values));
  }

  private static VectorInput multi(Points.MultiDenseVector vector) {
    List<float[]> rows = new ArrayList<>(vector.getVectorsCount());
    for (Points.DenseVector row : vector.getVectorsList()) {
      rows.add(finite(floats(row.getDataList())));
    }
    String wrong = MultiVectors.wrong(rows);
    if (wrong != null) {
      throw GrpcFaults.invalid("data", wrong);
    }
    return new VectorInput.Multi(MultiVectors.of(rows));
  }

  /** The rows of the older form stand behind each other. */
  private static VectorInput flatMulti(int rows, float[] values) {
    if (rows == 0) {
      throw GrpcFaults.invalid("data", "vectors count must be greater than 0");
    }
    if (values.length == 0) {
      throw GrpcFaults.invalid("data", "multi vector must not be empty");
    }
    if (values.length >= VectorValue.Multi.FLOATS_MAX) {
      throw GrpcFaults.invalid("data", "Vector size is too large");
    }
    if (rows < 0 || values.length % rows != 0) {
      throw GrpcFaults.invalid("data", "invalid dense vector length for vectors count");
    }
    return new VectorInput.Multi(new VectorValue.Multi(rows, values.length / rows, finite(values)));
  }

  private static float[] floats(List<Float> list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return values;
  }

  private static int[] ints(List<Integer> list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return values;
  }

  private static float[] finite(float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw QuiverException.wrongInput(
            "vector component " + i + ": " + values[i] + " (expected: a finite number)");
      }
    }
    return values;
  }

  private static VectorInput document(Points.Document document) {
    boolean isBm25 = Bm25.isModel(document.getModel());
    GrpcFaults.refuse(
        document.getOptionsCount() > 0 && !isBm25, "options of a Document of this model");
    if (document.getModel().isEmpty()) {
      throw GrpcFaults.malformed("Document without a model; name one");
    }
    if (document.getOptionsCount() == 0) {
      return new VectorInput.Document(document.getText(), document.getModel());
    }
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    document.getOptionsMap().forEach((name, value) -> options.set(name, GrpcValues.read(value)));
    return new VectorInput.Document(document.getText(), document.getModel(), options);
  }

  /** Bare when the default vector is the only one, by name otherwise. */
  static Points.VectorsOutput write(Map<String, VectorValue> vectors) {
    Points.VectorsOutput.Builder output = Points.VectorsOutput.newBuilder();
    VectorValue unnamed = vectors.get("");
    if (unnamed != null && vectors.size() == 1) {
      return output.setVector(write(unnamed)).build();
    }
    Points.NamedVectorsOutput.Builder named = output.getVectorsBuilder();
    for (Map.Entry<String, VectorValue> entry : vectors.entrySet()) {
      named.putVectors(entry.getKey(), write(entry.getValue()));
    }
    return output.build();
  }

  private static Points.VectorOutput write(VectorValue vector) {
    return switch (vector) {
      case VectorValue.Dense(float[] values) -> {
        Points.DenseVector.Builder dense = Points.DenseVector.newBuilder();
        for (float value : values) {
          dense.addData(value);
        }
        yield Points.VectorOutput.newBuilder().setDense(dense).build();
      }
      case VectorValue.Sparse(int[] indices, float[] values) -> {
        Points.SparseVector.Builder sparse = Points.SparseVector.newBuilder();
        for (int i = 0; i < values.length; i++) {
          sparse.addIndices(indices[i]).addValues(values[i]);
        }
        yield Points.VectorOutput.newBuilder().setSparse(sparse).build();
      }
      case VectorValue.Multi multi -> {
        Points.MultiDenseVector.Builder rows = Points.MultiDenseVector.newBuilder();
        for (int row = 0; row < multi.rows(); row++) {
          Points.DenseVector.Builder dense = rows.addVectorsBuilder();
          for (int i = 0; i < multi.dimension(); i++) {
            dense.addData(multi.values()[row * multi.dimension() + i]);
          }
        }
        yield Points.VectorOutput.newBuilder().setMultiDense(rows).build();
      }
    };
  }
}
