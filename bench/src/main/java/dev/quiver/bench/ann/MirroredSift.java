package dev.quiver.bench.ann;

import dev.quiver.bench.ann.AnnData.QuerySet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * More SIFT descriptors than a data set holds: those of the same pictures seen in a mirror. A
 * descriptor is a grid of 4 by 4 cells with 8 directions each, turned so that the first direction
 * is the point's own; the mirror swaps the cells across that direction and turns the others back,
 * so a mirrored descriptor is a permutation of the components, and as real as the first one.
 */
final class MirroredSift {
  static final int DIMENSION = 128;
  private static final int CELLS = 4;
  private static final int DIRECTIONS = 8;

  private MirroredSift() {}

  static boolean canExtend(AnnData data) {
    return data.bytes() && data.dimension() == DIMENSION && data.name().contains("sift");
  }

  /** Up to {@code rows} vectors: the data set's own, then as many mirrored ones as are wanted. */
  static AnnData extend(AnnData data, int rows, int queryCount) {
    int own = data.base().length;
    float[][] base = Arrays.copyOf(data.base(), Math.min(rows, 2 * own));
    for (int i = own; i < base.length; i++) {
      base[i] = mirrored(base[i - own]);
    }
    List<QuerySet> sets = new ArrayList<>();
    for (QuerySet each : data.querySets()) {
      QuerySet fewer = each.first(queryCount);
      sets.add(fewer.withTruth(AnnData.exact(base, fewer.queries(), data.distance(), null)));
    }
    return new AnnData(data.name() + "-mirrored", data.distance(), base, sets, true);
  }

  static float[] mirrored(float[] descriptor) {
    float[] mirrored = new float[DIMENSION];
    for (int row = 0; row < CELLS; row++) {
      for (int column = 0; column < CELLS; column++) {
        for (int direction = 0; direction < DIRECTIONS; direction++) {
          int to = at(CELLS - 1 - row, column, (DIRECTIONS - direction) % DIRECTIONS);
          mirrored[to] = descriptor[at(row, column, direction)];
        }
      }
    }
    return mirrored;
  }

  private static int at(int row, int column, int direction) {
    return (row * CELLS + column) * DIRECTIONS + direction;
  }
}
