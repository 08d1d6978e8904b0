package dev.quiver.api;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.quiver.engine.DistanceMatrix;
import dev.quiver.engine.FacetHit;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointId;
import dev.quiver.engine.PointRecord;
import dev.quiver.engine.ScoredPoint;
import dev.quiver.engine.VectorSelection;
import io.qdrant.client.grpc.Common;
import io.qdrant.client.grpc.Points;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Groups, facets and matrices between their wire form and ours. */
final class GrpcGroups {
  private static final int DEFAULT_LIMIT = 10;
  private static final int DEFAULT_GROUP_SIZE = 3;

  /** What says how to group, or what to return of a group's points. */
  private static final Set<String> OF_GROUPS = Set.of("limit", "with_payload", "with_vectors");

  private GrpcGroups() {}

  /** The search whose points are grouped. */
  static Points.SearchPoints search(Points.SearchPointGroups request) {
    return ungrouped(request, Points.SearchPoints.newBuilder().setLimit(1)).build();
  }

  /** The recommendation whose points are grouped. */
  static Points.RecommendPoints recommend(Points.RecommendPointGroups request) {
    return ungrouped(request, Points.RecommendPoints.newBuilder().setLimit(1)).build();
  }

  /** The query whose points are grouped. */
  static Points.QueryPoints query(Points.QueryPointGroups request) {
    return ungrouped(request, Points.QueryPoints.newBuilder()).build();
  }

  /** Copies the fields that both messages have under the same names. */
  private static <B extends Message.Builder> B ungrouped(Message request, B plain) {
    request
        .getAllFields()
        .forEach(
            (field, value) -> {
              FieldDescriptor own = plain.getDescriptorForType().findFieldByName(field.getName());
              if (own != null && !OF_GROUPS.contains(field.getName())) {
                plain.setField(own, value);
              }
            });
    return plain;
  }

  static Groups.Request request(Points.SearchPointGroups request, ApiLimits limits) {
    return request(
        request.getGroupBy(),
        Integer.toUnsignedLong(request.getGroupSize()),
        Integer.toUnsignedLong(request.getLimit()),
        request.hasWithLookup() ? lookup(request.getWithLookup()) : null,
        GrpcReads.payload(
            request.hasWithPayload(), request.getWithPayload(), PayloadSelection.NONE),
        GrpcReads.vectors(request.hasWithVectors(), request.getWithVectors()),
        limits);
  }

  static Groups.Request request(Points.RecommendPointGroups request, ApiLimits limits) {
    return request(
        request.getGroupBy(),
        Integer.toUnsignedLong(request.getGroupSize()),
        Integer.toUnsignedLong(request.getLimit()),
        request.hasWithLookup() ? lookup(request.getWithLookup()) : null,
        GrpcReads.payload(
            request.hasWithPayload(), request.getWithPayload(), PayloadSelection.NONE),
        GrpcReads.vectors(request.hasWithVectors(), request.getWithVectors()),
        limits);
  }

  static Groups.Request request(Points.QueryPointGroups request, ApiLimits limits) {
    return request(
        request.getGroupBy(),
        request.hasGroupSize() ? request.getGroupSize() : DEFAULT_GROUP_SIZE,
        request.hasLimit() ? request.getLimit() : DEFAULT_LIMIT,
        request.hasWithLookup() ? lookup(request.getWithLookup()) : null,
        GrpcReads.payload(
            request.hasWithPayload(), request.getWithPayload(), PayloadSelection.NONE),
        GrpcReads.vectors(request.hasWithVectors(), request.getWithVectors()),
        limits);
  }

  private static Groups.Request request(
      String groupBy,
      long groupSize,
      long limit,
      Groups.@Nullable Lookup lookup,
      PayloadSelection payload,
      VectorSelection vectors,
      ApiLimits limits) {
    if (groupBy.isEmpty()) {
      throw GrpcFaults.invalid("group_by", "value \"\" invalid, must be at least 1 characters");
    }
    GrpcFaults.checkAtLeast("group_size", groupSize, 1);
    GrpcFaults.checkAtLeast("limit", limit, 1);
    checkProduct("limit", limit, "group_size", groupSize, limits.resultsMax());
    return new Groups.Request(
        GrpcFilters.path(groupBy), (int) groupSize, (int) limit, lookup, payload, vectors);
  }

  /** Refuses two unsigned numbers, 1 or more each, whose product is too large. */
  static void checkProduct(String a, long first, String b, long second, int max) {
    if (first < 0 || second < 0 || first > max || second > max || first * second > max) {
      throw GrpcFaults.invalid(
          a,
          a
              + " * "
              + b
              + " is "
              + Long.toUnsignedString(first)
              + " * "
              + Long.toUnsignedString(second)
              + ", must be "
              + max
              + " or smaller");
    }
  }

  private static Groups.Lookup lookup(Points.WithLookup lookup) {
    return new Groups.Lookup(
        lookup.getCollection(),
        GrpcReads.payload(lookup.hasWithPayload(), lookup.getWithPayload(), PayloadSelection.ALL),
        GrpcReads.vectors(lookup.hasWithVectors(), lookup.getWithVectors()));
  }

  static Points.GroupsResult write(List<Groups.Group> groups) {
    Points.GroupsResult.Builder result = Points.GroupsResult.newBuilder();
    for (Groups.Group group : groups) {
      Points.PointGroup.Builder written = result.addGroupsBuilder().setId(write(group.key()));
      for (ScoredPoint hit : group.hits()) {
        written.addHits(GrpcReads.write(hit));
      }
      PointRecord lookup = group.lookup();
      if (lookup != null) {
        written.setLookup(GrpcReads.write(lookup));
      }
    }
    return result.build();
  }

  private static Points.GroupId write(Groups.Key key) {
    Points.GroupId.Builder id = Points.GroupId.newBuilder();
    switch (key) {
      case Groups.Key.Text(String text) -> id.setStringValue(text);
      case Groups.Key.Whole(BigInteger number) -> {
        if (number.signum() < 0) {
          id.setIntegerValue(number.longValue());
        } else {
          id.setUnsignedValue(number.longValue());
        }
      }
    }
    return id.build();
  }

  static Points.FacetHit write(FacetHit hit) {
    Points.FacetValue.Builder value = Points.FacetValue.newBuilder();
    switch (hit.value()) {
      case FacetHit.Value.Keyword(String text) -> value.setStringValue(text);
      case FacetHit.Value.Int(long number) -> value.setIntegerValue(number);
      case FacetHit.Value.Bool(boolean flag) -> value.setBoolValue(flag);
    }
    return Points.FacetHit.newBuilder().setValue(value).setCount(hit.count()).build();
  }

  static Points.SearchMatrixPairs pairs(DistanceMatrix matrix) {
    Points.SearchMatrixPairs.Builder pairs = Points.SearchMatrixPairs.newBuilder();
    List<Common.PointId> ids = ids(matrix);
    for (int row = 0; row < ids.size(); row++) {
      for (DistanceMatrix.Neighbour neighbour : matrix.neighbours().get(row)) {
        pairs
            .addPairsBuilder()
            .setA(ids.get(row))
            .setB(ids.get(neighbour.index()))
            .setScore(neighbour.score());
      }
    }
    return pairs.build();
  }

  static Points.SearchMatrixOffsets offsets(DistanceMatrix matrix) {
    Points.SearchMatrixOffsets.Builder offsets =
        Points.SearchMatrixOffsets.newBuilder().addAllIds(ids(matrix));
    for (int row = 0; row < matrix.ids().size(); row++) {
      for (DistanceMatrix.Neighbour neighbour : matrix.neighbours().get(row)) {
        offsets.addOffsetsRow(row).addOffsetsCol(neighbour.index()).addScores(neighbour.score());
      }
    }
    return offsets.build();
  }

  private static List<Common.PointId> ids(DistanceMatrix matrix) {
    List<PointId> ids = matrix.ids();
    return ids.stream().map(GrpcIds::write).toList();
  }
}
