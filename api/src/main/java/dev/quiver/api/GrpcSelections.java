package dev.quiver.api;

import dev.quiver.engine.OrderBy;
import dev.quiver.engine.PayloadSelection;
import dev.quiver.engine.PointSelector;
import dev.quiver.engine.SearchParams;
import dev.quiver.engine.VectorSelection;
import dev.quiver.engine.filter.Datetimes;
import io.qdrant.client.grpc.Points;
import java.util.List;
import java.util.OptionalLong;

/** What a request selects: points, payload, vectors, order and search parameters. */
final class GrpcSelections {
  private GrpcSelections() {}

  static PayloadSelection payload(Points.WithPayloadSelector selector) {
    return switch (selector.getSelectorOptionsCase()) {
      case ENABLE -> selector.getEnable() ? PayloadSelection.ALL : PayloadSelection.NONE;
      case INCLUDE -> new PayloadSelection.Include(paths(selector.getInclude().getFieldsList()));
      case EXCLUDE -> new PayloadSelection.Exclude(paths(selector.getExclude().getFieldsList()));
      case SELECTOROPTIONS_NOT_SET -> throw GrpcFaults.malformed("No PayloadSelector");
    };
  }

  static List<String> paths(List<String> paths) {
    paths.forEach(GrpcFilters::path);
    return List.copyOf(paths);
  }

  static VectorSelection vectors(Points.WithVectorsSelector selector) {
    return switch (selector.getSelectorOptionsCase()) {
      case ENABLE -> selector.getEnable() ? VectorSelection.ALL : VectorSelection.NONE;
      case INCLUDE -> new VectorSelection.Names(List.copyOf(selector.getInclude().getNamesList()));
      case SELECTOROPTIONS_NOT_SET -> VectorSelection.NONE;
    };
  }

  static PointSelector points(Points.PointsSelector selector) {
    return switch (selector.getPointsSelectorOneOfCase()) {
      case POINTS -> new PointSelector.ByIds(GrpcIds.read(selector.getPoints().getIdsList()));
      case FILTER -> new PointSelector.ByFilter(GrpcFilters.read(selector.getFilter()));
      case POINTSSELECTORONEOF_NOT_SET ->
          throw GrpcFaults.malformed("Malformed PointsSelector type");
    };
  }

  /** What changes nothing in the answers is checked and accepted as a hint: ACORN. */
  static SearchParams params(Points.SearchParams params) {
    Integer ef = null;
    if (params.hasHnswEf()) {
      GrpcFaults.checkAtLeast("params.hnsw_ef", params.getHnswEf(), 1);
      ef = GrpcFilters.saturated(params.getHnswEf());
    }
    if (params.hasAcorn() && params.getAcorn().hasMaxSelectivity()) {
      double selectivity = params.getAcorn().getMaxSelectivity();
      if (!(selectivity >= 0 && selectivity <= 1)) {
        throw GrpcFaults.invalid(
            "params.acorn.max_selectivity",
            "value " + selectivity + " invalid, must be from 0.0 to 1.0");
      }
    }
    GrpcFilters.refuseUnknown(params.getUnknownFields(), "SearchParams");
    return new SearchParams(ef, params.getExact(), params.getIndexedOnly(), quantization(params));
  }

  private static SearchParams.Quantization quantization(Points.SearchParams params) {
    if (!params.hasQuantization()) {
      return SearchParams.Quantization.DEFAULT;
    }
    Points.QuantizationSearchParams given = params.getQuantization();
    Double oversampling = given.hasOversampling() ? given.getOversampling() : null;
    if (oversampling != null && !(oversampling >= 1)) {
      throw GrpcFaults.invalid(
          "params.quantization.oversampling",
          "value " + oversampling + " invalid, must be 1.0 or larger");
    }
    return new SearchParams.Quantization(
        given.hasIgnore() && given.getIgnore(),
        given.hasRescore() ? given.getRescore() : null,
        oversampling);
  }

  static OrderBy orderBy(Points.OrderBy orderBy) {
    boolean descending =
        switch (orderBy.getDirection()) {
          case Asc -> false;
          case Desc -> true;
          case UNRECOGNIZED ->
              throw GrpcFaults.malformed("Malformed direction: " + orderBy.getDirectionValue());
        };
    return new OrderBy(
        GrpcFilters.path(orderBy.getKey()),
        descending,
        orderBy.hasStartFrom() ? startFrom(orderBy.getStartFrom()) : null);
  }

  private static OrderBy.StartFrom startFrom(Points.StartFrom start) {
    return switch (start.getValueCase()) {
      case INTEGER -> new OrderBy.StartFrom.Int(start.getInteger());
      case FLOAT -> {
        if (Double.isNaN(start.getFloat())) {
          throw GrpcFaults.malformed("start_from: NaN (expected: a number)");
        }
        yield new OrderBy.StartFrom.Real(start.getFloat());
      }
      case TIMESTAMP ->
          new OrderBy.StartFrom.Datetime(
              GrpcFilters.micros("order_by.start_from", start.getTimestamp()));
      case DATETIME -> {
        OptionalLong micros = Datetimes.parseMicros(start.getDatetime());
        if (micros.isEmpty()) {
          throw GrpcFaults.malformed(
              "Malformed datetime: " + Shape.abbreviate(start.getDatetime()));
        }
        yield new OrderBy.StartFrom.Datetime(micros.getAsLong());
      }
      case VALUE_NOT_SET -> throw GrpcFaults.malformed("start_from without a value");
    };
  }
}
