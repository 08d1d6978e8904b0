package dev.quiver.api;

import dev.quiver.engine.PointId;
import dev.quiver.engine.PointIds;
import dev.quiver.engine.QuiverException;
import io.qdrant.client.grpc.Common;
import java.util.ArrayList;
import java.util.List;

/** Point ids between their wire form and ours. */
final class GrpcIds {
  private GrpcIds() {}

  static PointId read(Common.PointId id) {
    return switch (id.getPointIdOptionsCase()) {
      case NUM -> PointId.of(id.getNum());
      case UUID -> uuid(id.getUuid());
      case POINTIDOPTIONS_NOT_SET -> throw GrpcFaults.malformed("No ID options provided");
    };
  }

  private static PointId uuid(String text) {
    try {
      return PointIds.parseUuid(text);
    } catch (QuiverException e) {
      String shown = text.length() <= 100 ? text : text.substring(0, 100) + "...";
      throw new QuiverException(e.code(), "Unable to parse UUID: " + shown, e);
    }
  }

  static List<PointId> read(List<Common.PointId> ids) {
    List<PointId> read = new ArrayList<>(ids.size());
    for (Common.PointId id : ids) {
      read.add(read(id));
    }
    return read;
  }

  static Common.PointId write(PointId id) {
    return switch (id) {
      case PointId.Num(long value) -> Common.PointId.newBuilder().setNum(value).build();
      case PointId.Uuid uuid -> Common.PointId.newBuilder().setUuid(uuid.toString()).build();
    };
  }
}
