package dev.quiver.cli.input;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import io.jhdf.exceptions.HdfException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A two-dimensional dataset of an HDF5 file, as ann-benchmarks publishes them: {@code train},
 * {@code test}, {@code neighbors}, {@code distances}, and an attribute {@code distance}.
 */
final class Hdf5Rows implements RowReader {
  private static final int BLOCK_BYTES = 8 << 20;

  private final HdfFile file;
  private final Dataset dataset;
  private final long rows;
  private final int dimensions;
  private final int blockRows;
  private @Nullable Object block;
  private long blockStart;
  private long number;

  private Hdf5Rows(HdfFile file, Dataset dataset, long rows, int dimensions) {
    this.file = file;
    this.dataset = dataset;
    this.rows = rows;
    this.dimensions = dimensions;
    this.blockRows = Math.max(1, BLOCK_BYTES / (dimensions * Float.BYTES));
  }

  static Hdf5Rows open(Path path, String datasetName) throws IOException {
    HdfFile file;
    try {
      file = new HdfFile(path);
    } catch (HdfException e) {
      throw new IOException("not an HDF5 file: " + e.getMessage(), e);
    }
    try {
      Node node = file.getChild(datasetName);
      if (!(node instanceof Dataset dataset)) {
        throw new IOException(
            "no dataset `" + datasetName + "`; the file has " + file.getChildren().keySet());
      }
      long[] shape = dataset.getDimensionsAsLong();
      if (shape.length != 2) {
        throw new IOException(
            "dataset `" + datasetName + "` has " + shape.length + " dimensions (expected: 2)");
      }
      return new Hdf5Rows(file, dataset, shape[0], Math.toIntExact(shape[1]));
    } catch (HdfException e) {
      file.close();
      throw new IOException("cannot be read: " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public @Nullable Row next() throws IOException {
    if (number == rows) {
      return null;
    }
    if (block == null || number >= blockStart + blockRows) {
      block = readBlock(number);
      blockStart = number;
    }
    float[] vector = row(block, (int) (number - blockStart));
    long row = number++;
    return new Row(row, row + 1, JsonNodeFactory.instance.objectNode(), vector);
  }

  private Object readBlock(long start) throws IOException {
    int count = (int) Math.min(blockRows, rows - start);
    try {
      return dataset.getData(new long[] {start, 0}, new int[] {count, dimensions});
    } catch (HdfException e) {
      throw new IOException("rows from " + (start + 1) + " cannot be read: " + e.getMessage(), e);
    }
  }

  private float[] row(Object data, int index) throws IOException {
    float[] vector = new float[dimensions];
    switch (data) {
      case float[][] floats -> System.arraycopy(floats[index], 0, vector, 0, dimensions);
      case double[][] doubles -> {
        for (int i = 0; i < dimensions; i++) {
          vector[i] = (float) doubles[index][i];
        }
      }
      case int[][] ints -> {
        for (int i = 0; i < dimensions; i++) {
          vector[i] = ints[index][i];
        }
      }
      case long[][] longs -> {
        for (int i = 0; i < dimensions; i++) {
          vector[i] = longs[index][i];
        }
      }
      case byte[][] bytes -> {
        for (int i = 0; i < dimensions; i++) {
          vector[i] = bytes[index][i];
        }
      }
      default ->
          throw new IOException(
              "elements of type " + dataset.getJavaType() + " (expected: floats or integers)");
    }
    return vector;
  }

  @Override
  public long totalRows() {
    return rows;
  }

  @Override
  public @Nullable String distance() {
    Attribute attribute = file.getAttributes().get("distance");
    if (attribute == null) {
      return null;
    }
    return switch (String.valueOf(attribute.getData())) {
      case "angular" -> "Cosine";
      case "euclidean" -> "Euclid";
      case "ip", "dot" -> "Dot";
      default -> null;
    };
  }

  @Override
  public void close() {
    file.close();
  }
}
