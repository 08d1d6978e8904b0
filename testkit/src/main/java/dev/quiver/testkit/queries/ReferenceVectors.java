package dev.quiver.testkit.queries;

import dev.quiver.engine.VectorValue;
import dev.quiver.index.Distance;
import java.util.Arrays;
import java.util.List;

/** What vectors are to each other, component by component. A vector is a list of rows. */
final class ReferenceVectors {
  private ReferenceVectors() {}

  static Interval[] exact(float[] values) {
    Interval[] row = new Interval[values.length];
    Arrays.setAll(row, i -> Interval.of(values[i]));
    return row;
  }

  static Interval[] exact(double[] values) {
    return Arrays.stream(values).mapToObj(Interval::of).toArray(Interval[]::new);
  }

  static Interval[][] exact(VectorValue.Multi vector) {
    Interval[][] rows = new Interval[vector.rows()][];
    Arrays.setAll(rows, i -> exact(vector.row(i)));
    return rows;
  }

  /** Of length 1, unless the length is 0. */
  static Interval[] unit(Interval[] row) {
    Interval squares = Interval.ZERO;
    for (Interval component : row) {
      Interval size = component.abs();
      squares = squares.plus(size.times(size));
    }
    if (squares.isZero()) {
      return row;
    }
    Interval length = squares.rounded().rising(Math::sqrt);
    Interval one = Interval.of(1);
    return Arrays.stream(row)
        .map(x -> x.over(length).rounded().max(one.negated()).min(one))
        .toArray(Interval[]::new);
  }

  static Interval[] negated(Interval[] row) {
    return Arrays.stream(row).map(Interval::negated).toArray(Interval[]::new);
  }

  /** The component-wise mean of rows of one size. */
  static Interval[] mean(List<Interval[]> rows) {
    Interval[] mean = new Interval[rows.getFirst().length];
    for (int i = 0; i < mean.length; i++) {
      Interval sum = Interval.ZERO;
      double sizes = 0;
      for (Interval[] row : rows) {
        sum = sum.plus(row[i]);
        sizes += row[i].size();
      }
      if (rows.size() > 1) {
        sum = sum.summed(sizes);
      }
      mean[i] = sum.over(Interval.of(rows.size())).rounded();
    }
    return mean;
  }

  /** Twice one row minus another. */
  static Interval[] twiceMinus(Interval[] row, Interval[] other) {
    Interval[] result = new Interval[row.length];
    Arrays.setAll(
        result,
        i ->
            row[i]
                .times(2)
                .minus(other[i])
                .summed(other[i].isZero() ? 0 : 2 * row[i].size() + other[i].size()));
    return result;
  }

  /** Larger is nearer: the sum over the rows of {@code a} of that to the nearest row of b. */
  static Interval similarity(Distance distance, Interval[][] a, Interval[][] b) {
    Interval sum = Interval.ZERO;
    double sizes = 0;
    for (Interval[] asked : a) {
      Interval nearest = Interval.of(Double.NEGATIVE_INFINITY);
      for (Interval[] row : b) {
        nearest = nearest.max(similarity(distance, asked, row));
      }
      sum = sum.plus(nearest);
      sizes += nearest.size();
    }
    return a.length == 1 ? sum : sum.summed(sizes);
  }

  private static Interval similarity(Distance distance, Interval[] a, Interval[] b) {
    Interval[] left = distance == Distance.COSINE ? unit(a) : a;
    Interval sum = Interval.ZERO;
    double sizes = 0;
    for (int i = 0; i < left.length; i++) {
      Interval difference = left[i].minus(b[i]).abs();
      Interval term =
          switch (distance) {
            case DOT, COSINE -> left[i].times(b[i]);
            case EUCLIDEAN -> difference.times(difference).negated();
            case MANHATTAN -> difference.negated();
          };
      sum = sum.plus(term);
      sizes += term.size();
    }
    return sum.summed(sizes);
  }

  /** As the API shows it. */
  static Interval shown(Distance distance, Interval[][] a, Interval[][] b) {
    Interval similarity = similarity(distance, a, b);
    return switch (distance) {
      case DOT, COSINE -> similarity;
      case EUCLIDEAN -> similarity.negated().max(Interval.ZERO).rising(Math::sqrt).rounded();
      case MANHATTAN -> similarity.negated();
    };
  }
}
