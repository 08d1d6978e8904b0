package dev.quiver.api;

import dev.quiver.engine.QuiverException;
import dev.quiver.engine.VectorValue;
import dev.quiver.engine.query.VectorInput;
import io.qdrant.client.grpc.Points;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Vectors between their wire form and ours. Input may come in the {@code vector} oneof or in the
 * older flat {@code data}; output fills the oneof alone.
 */
final class GrpcVectors {
  private static final String SPARSE = "sparse vector";
  private static final String MULTI = "multivector";
  private static final String IMAGE = "Image";
  private static final String OBJECT = "InferenceObject";

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
      case SPARSE -> throw Inference.unsupported(SPARSE);
      case MULTI_DENSE -> throw Inference.unsupported(MULTI);
      case IMAGE -> throw Inference.unsupported(IMAGE);
      case OBJECT -> throw Inference.unsupported(OBJECT);
      case VECTOR_NOT_SET -> {
        if (vector.hasIndices()) {
          throw Inference.unsupported(SPARSE);
        }
        if (vector.hasVectorsCount()) {
          throw Inference.unsupported(MULTI);
        }
        float[] values = new float[vector.getDataCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = vector.getData(i);
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
      case SPARSE -> throw Inference.unsupported(SPARSE);
      case MULTI_DENSE -> throw Inference.unsupported(MULTI);
      case IMAGE -> throw Inference.unsupported(IMAGE);
      case OBJECT -> throw Inference.unsupported(OBJECT);
      case VARIANT_NOT_SET -> throw GrpcFaults.malformed("VectorInput variant is missing");
    };
  }

  /** The flat vector of the older search calls. */
  static VectorInput read(Points.SearchPoints search) {
    if (search.hasSparseIndices()) {
      throw Inference.unsupported(SPARSE);
    }
    float[] values = new float[search.getVectorCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = search.getVector(i);
    }
    return new VectorInput.Dense(finite(values));
  }

  private static VectorInput dense(Points.DenseVector vector) {
    float[] values = new float[vector.getDataCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = vector.getData(i);
    }
    return new VectorInput.Dense(finite(values));
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
    GrpcFaults.refuse(document.getOptionsCount() > 0, "options of a Document");
    if (document.getModel().isEmpty()) {
      throw GrpcFaults.malformed("Document without a model; name one");
    }
    return new VectorInput.Document(document.getText(), document.getModel());
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
    };
  }
}
