package dev.quiver.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param nextOffset the first id of the next page; null at the end and with order_by
 */
public record ScrollPage(List<PointRecord> points, @Nullable PointId nextOffset) {}
