package dev.quiver.api;

import dev.quiver.engine.Payload;
import dev.quiver.engine.PointId;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads points in column form: ids, vectors and payloads of equal length. */
final class UpsertColumns {
  private @Nullable List<PointId> ids;
  private @Nullable List<Map<String, VectorInput>> vectors;
  private @Nullable List<Payload> payloads;
  private final List<Integer> columnSizes = new ArrayList<>();

  private UpsertColumns() {}

  static List<PointInput> read(JsonIn in) throws IOException {
    String path = in.path();
    UpsertColumns columns = new UpsertColumns();
    in.object("Batch", name -> columns.member(in, name));
    return columns.points(in, path);
  }

  private boolean member(JsonIn in, String name) throws IOException {
    switch (name) {
      case "ids" -> ids = in.pointIds();
      case "vectors" -> vectors = RestVectors.columns(in, columnSizes::add);
      case "payloads" -> {
        if (!in.isNull()) {
          List<Payload> read = new ArrayList<>();
          in.array(() -> read.add(RestWrites.payload(in)));
          payloads = read;
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private List<PointInput> points(JsonIn in, String path) {
    if (ids == null) {
      throw in.missing("ids");
    }
    if (vectors == null) {
      throw in.missing("vectors");
    }
    String batch = path.isEmpty() ? "batch" : path + ".batch";
    int count = ids.size();
    for (int size : columnSizes) {
      if (size != count) {
        in.invalid(
            batch, "number of ids and vectors must be equal (" + count + " != " + size + ")");
      }
    }
    if (payloads != null && payloads.size() != count) {
      in.invalid(
          batch,
          "number of ids and payloads must be equal (" + count + " != " + payloads.size() + ")");
    }
    List<PointInput> points = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      points.add(
          new PointInput(
              ids.get(i),
              i < vectors.size() ? vectors.get(i) : Map.of(),
              payloads != null && i < payloads.size() ? payloads.get(i) : Payload.EMPTY));
    }
    return points;
  }
}
